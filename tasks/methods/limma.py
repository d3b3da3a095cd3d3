"""limma on counts: filter, normalise, one linear fit of every feature, any number of moderated t-tests on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import false_discovery_control
from threadpoolctl import threadpool_limits

from tasks.methods.array_weights import array_weights_together
from tasks.methods.design_matrix import Design
from tasks.methods.duplicate_correlation import duplicate_correlation
from tasks.methods.expression_filter import filter_by_expr
from tasks.methods.linear_models import Blocks, LinearFit, lm_fit
from tasks.methods.moderated_f import moderated_f
from tasks.methods.moderated_t import ModeratedFit, e_bayes, moderated_t, treat
from tasks.methods.tmm import tmm_factors
from tasks.methods.voom import log_cpm, voom, voom_with_quality_weights

Floats = npt.NDArray[np.float64]
METHODS = ("limma_voom", "limma_trend")
TREND_LIMIT = 3  # largest over smallest library, above which limma-trend is not advised


@dataclass(frozen=True)
class Fit:
    """A fitted model of the features that are counted often enough; null where none is.

    ``features`` and ``base_means`` (mean of counts over size factors) are of these;
    ``size_factors``: effective library sizes over their geometric mean, one per sample; ``sample_weights``:
    quality of each sample where asked for, ones otherwise; ``correlation``: of samples of one block, null
    without blocks.
    """

    design: Design
    features: tuple[str, ...]
    base_means: Floats
    size_factors: Floats
    model: ModeratedFit | None
    notes: tuple[str, ...] = ()
    sample_weights: Floats = field(default_factory=lambda: np.ones(0))
    correlation: float | None = None


def fit(
    counts: Floats,
    features: Sequence[str],
    design: Design,
    *,
    method: str,
    scaling: Floats | None = None,
    scale: Floats | None = None,
    min_count: float = 0,
    labels: Sequence[str] = (),
    robust: bool = False,
    quality_weights: bool = False,
) -> Fit:
    """Filter by ``filter_by_expr``, normalise, and fit ``limma_voom`` or ``limma_trend`` (log2 counts, 3 added).

    ``counts``: features x samples, not negative, fractions allowed, the samples in the design's
    order; the design of full rank with residual degrees of freedom (``design_matrix.defect``).
    Library sizes are the totals of the features kept times their TMM factors; or those of ``scale``, counts
    of genes in the same samples; or in proportion to ``scaling``, size factors. Features with fewer
    than ``min_count`` reads in total are left out too. ``labels``: block (donor) of each sample, a random
    effect by one correlation for all features; ``robust``: hypervariable features do not shape the variance
    prior; ``quality_weights``: samples far from the fit count less.

    Law, Chen, Shi & Smyth 2014, doi:10.1186/gb-2014-15-2-r29
    """
    with threadpool_limits(limits=1):  # the matrices are as small as the design
        borrowed = None if scale is None else _effective(scale[filter_by_expr(scale, design.matrix)])
        is_kept = filter_by_expr(counts, design.matrix, borrowed) & (counts.sum(axis=1) >= min_count)
        kept = counts[is_kept]
        sizes = kept.sum(axis=0)
        if borrowed is not None:
            sizes = borrowed
        elif scaling is not None:
            sizes = scaling * _geometric_mean(np.maximum(sizes, 1)) / _geometric_mean(scaling)
        elif sizes.all():
            sizes = _effective(kept)
        names = tuple(f for f, keep in zip(features, is_kept, strict=True) if keep)
        if not names or not sizes.all():
            empty = [s for s, size in zip(design.samples, sizes, strict=True) if not size]
            why = f"{', '.join(empty)} has no reads in the features that are" if names else "no feature is"
            note = (
                f"{why} counted often enough (10 reads in as many samples as the smallest group has): nothing is tested"
            )
            return Fit(design, (), np.zeros(0), np.ones(len(sizes)), None, (note,))
        factors = sizes / _geometric_mean(sizes)
        means = (kept / factors).mean(axis=1)
        fitted = (_trend if method == "limma_trend" else _voom)(kept, design, sizes, labels, quality_weights)
        model = e_bayes(fitted.model, trend=method == "limma_trend", robust=robust)
    notes = _uneven(sizes) if method == "limma_trend" else ()
    if fitted.correlation is not None and fitted.correlation <= 0:
        notes += (f"samples that share a random effect are not alike (correlation {fitted.correlation:.3f})",)
    return Fit(design, names, means, factors, model, notes, fitted.sample_weights, fitted.correlation)


@dataclass(frozen=True)
class _Linear:
    model: LinearFit
    sample_weights: Floats
    correlation: float | None


def _trend(counts: Floats, design: Design, sizes: Floats, labels: Sequence[str], has_quality: bool) -> _Linear:  # noqa: FBT001  # private
    """Fit of log counts; every observation of a sample has the sample's weight."""
    values, x = log_cpm(counts, sizes), design.matrix
    quality = array_weights_together(values, x) if has_quality else np.ones(len(sizes))
    if not labels:
        return _Linear(lm_fit(values, x, quality), quality, None)
    correlation = duplicate_correlation(values, x, labels, np.broadcast_to(quality, values.shape))
    return _Linear(lm_fit(values, x, quality, Blocks(labels, correlation)), quality, correlation)


def _voom(counts: Floats, design: Design, sizes: Floats, labels: Sequence[str], has_quality: bool) -> _Linear:  # noqa: FBT001  # private
    """Fit of voom's values; with blocks trend and correlation are found in turn, twice, as limma's guide advises."""
    weigh, x = (voom_with_quality_weights if has_quality else voom), design.matrix
    found = weigh(counts, x, sizes)
    if not labels:
        return _Linear(lm_fit(found.values, x, found.weights), found.sample_weights, None)
    correlation = duplicate_correlation(found.values, x, labels, found.weights)
    found = weigh(counts, x, sizes, blocks=Blocks(labels, correlation))
    correlation = duplicate_correlation(found.values, x, labels, found.weights)
    fitted = lm_fit(found.values, x, found.weights, Blocks(labels, correlation))
    return _Linear(fitted, found.sample_weights, correlation)


def _effective(counts: Floats) -> Floats:
    sizes: Floats = counts.sum(axis=0) * tmm_factors(counts)
    return sizes


def _geometric_mean(values: Floats) -> float:
    return float(np.exp(np.log(values).mean()))


def _uneven(sizes: Floats) -> tuple[str, ...]:
    ratio = sizes.max() / sizes.min()
    if ratio <= TREND_LIMIT:
        return ()
    return (
        f"the largest library is {ratio:.1f} times the smallest; above {TREND_LIMIT} limma_voom is the better test",
    )


def contrast_table(
    fitted: Fit,
    *,
    reference: str,
    target: str,
    tested_fold_change: float = 1.0,
    between: tuple[str, str] | None = None,
    is_whole: bool = False,
) -> pl.DataFrame:
    """Moderated t-test of target against reference: one row per feature that was fitted, in its order.

    Columns ``feature_id, base_mean, log2_fold_change, lfc_se, stat`` (t)``, pvalue, padj``
    (Benjamini-Hochberg over the features fitted)``, na_reason`` (null). With ``tested_fold_change`` > 1
    the null hypothesis is |fold change| up to it. ``between`` two levels of the design's ``crossed``: their
    interaction. ``is_whole``: ``stat`` is the moderated F of all levels of the variable (of the
    interaction), fold change and error stay those of target and reference.
    """
    schema = dict.fromkeys(("base_mean", "log2_fold_change", "lfc_se", "stat", "pvalue", "padj"), pl.Float64())
    if fitted.model is None:
        return pl.DataFrame(schema={"feature_id": pl.String(), **schema, "na_reason": pl.String()})
    weights = fitted.design.contrast(reference=reference, target=target, between=between)
    threshold = float(np.log2(tested_fold_change))
    found = treat(fitted.model, weights, threshold) if threshold else moderated_t(fitted.model, weights)
    stat, pvalues = found.t, found.pvalues
    if is_whole:
        tested = [i for i, (factor, _) in enumerate(fitted.design.columns) if factor == fitted.design.tested]
        stat, pvalues = moderated_f(fitted.model, tested)
    padj = false_discovery_control(pvalues)
    values = (fitted.base_means, found.estimates, found.errors, stat, pvalues, padj)
    return pl.DataFrame({"feature_id": list(fitted.features), **dict(zip(schema, values, strict=True))}).with_columns(
        na_reason=pl.lit(None, pl.String)
    )
