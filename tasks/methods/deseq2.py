"""DESeq2's fit: one negative-binomial model per library, any number of tests on it (``deseq2_tests``).

The steps and their rules are those of DESeq2 in R, whose numbers it gives; moments and robust
dispersions come from pydeseq2, whose other steps leave R's path (their trend, prior and optimisers).
Genes are worked on together, samples x genes.

Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8;
Muzellec et al. 2023, doi:10.1093/bioinformatics/btad547
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import f as f_distribution

from tasks.methods import dispersion_trend as trends
from tasks.methods.design_matrix import Design
from tasks.methods.dispersions import dispersions_on_grid, fit_dispersions
from tasks.methods.negative_binomial import MIN_MU, Flags, Floats, fit_coefficients

CHUNK = 131072  # counts worked on at once: keeps arrays in the cache and memory flat
CHUNK_GENES = (256, 8192)
MIN_DISPERSION = 1e-8
MAX_DISPERSION = 10.0
OUTLIER_SDS = 2.0  # a gene this many sds above the trend keeps its own dispersion
COOKS_QUANTILE = 0.99
COOKS_REPLICATES = 3  # a group's outliers are seen from so many samples on
REPLACE_REPLICATES = 7  # and replaced from so many
REPLACE_TRIM = 0.2


@dataclass(frozen=True)
class GeneFits:
    """Numbers of each gene, NaN for genes without reads.

    ``beta``: genes x coefficients, natural log; ``means``, ``leverages``: samples x genes; ``height``:
    log-likelihood of the whole model.
    """

    base_mean: Floats
    genewise: Floats
    trend: Floats
    shrunken: Floats
    dispersion: Floats
    beta: Floats
    means: Floats
    leverages: Floats
    height: Floats


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    ``counts`` as given and ``fitted_counts`` with outliers replaced: features x samples; ``scale``: size
    factors, samples x features; ``max_cooks``: largest Cook's distance that counts, NaN for none; ``replaced``:
    features with a replaced count, whose numbers before that are ``unreplaced`` (one that is left without any
    keeps its dispersion alone); ``notes``: what a reader should
    know.
    """

    features: tuple[str, ...]
    counts: Floats
    fitted_counts: Floats
    design: Design
    scale: Floats
    trend: trends.Trend
    genes: GeneFits
    cooks: Floats
    max_cooks: Floats
    replaced: Flags
    unreplaced: GeneFits
    notes: tuple[str, ...]


def fit(counts: npt.NDArray[np.int64], features: Sequence[str], design: Design, size_factors: Floats) -> Fit:
    """Dispersions and coefficients of every feature.

    ``counts``: features x samples, integers, the samples in the design's order, none all zero;
    ``size_factors``: one per sample, or features x samples (normalisation by gene length). The
    design must be of full rank with residual degrees of freedom (``design_matrix.defect``). Counts
    that are outliers by Cook's distance are replaced where a group has seven or more samples.
    """
    y = np.ascontiguousarray(counts.T, dtype=np.float64)
    scale = size_factors.T if size_factors.ndim > 1 else np.broadcast_to(size_factors[:, None], y.shape)
    with _quiet_small_matrices():
        starts = _genewise(y, scale, design.matrix)
        trend, notes = trends.fit_trend(starts.base_mean, starts.genewise, design.residual_df)
        genes = _coefficients(y, scale, design.matrix, _shrunken(y, design.matrix, starts, trend))
        return _without_outliers(tuple(features), y.T, design, scale, trend, genes, genes.means, notes)


def refit_for_ratio_test(fitted: Fit) -> Fit:
    """The fit with outliers told and replaced as for a likelihood ratio test.

    R computes Cook's distances of that test on the means that gene-wise dispersions rest on, not on the fitted ones.
    """
    y, matrix = np.ascontiguousarray(fitted.counts.T), fitted.design.matrix
    genes = GeneFits(**{field.name: getattr(fitted.genes, field.name).copy() for field in fields(GeneFits)})
    _put(genes, np.flatnonzero(fitted.replaced), fitted.unreplaced)
    means = np.full(y.shape, np.nan)
    with _quiet_small_matrices():
        for some, _, mu in _first_means(y, fitted.scale, matrix):
            means[:, some] = mu
        return _without_outliers(
            fitted.features, fitted.counts, fitted.design, fitted.scale, fitted.trend, genes, means, fitted.notes
        )


@contextmanager
def _quiet_small_matrices() -> Iterator[None]:
    """BLAS on one thread: the matrices are as small as the design, threads cost ten times the work."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415  # comes with pydeseq2

    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _without_outliers(
    features: tuple[str, ...],
    counts: Floats,
    design: Design,
    scale: Floats,
    trend: trends.Trend,
    genes: GeneFits,
    means: Floats,
    notes: tuple[str, ...],
) -> Fit:
    """The fit with Cook's distances from ``means``, outliers of large groups replaced, their ``genes`` refitted."""
    y, matrix = np.ascontiguousarray(counts.T), design.matrix
    cooks = _cooks(y, scale, design, means, genes.leverages)
    max_cooks = _max_cooks(cooks, matrix)
    replaced, new = _replaced(y, scale, matrix, cooks)
    before = _of(genes, np.flatnonzero(replaced))
    is_seen = new.any(axis=0)
    if replaced.any():
        emptied = replaced & ~is_seen
        genes.base_mean[emptied] = 0.0
        genes.beta[emptied], genes.means[:, emptied], genes.height[emptied] = np.nan, np.nan, np.nan
        some = np.flatnonzero(replaced & is_seen)
        if len(some):
            again = _genewise(new[:, some], scale[:, some], matrix)
            _put(genes, some, _coefficients(new[:, some], scale[:, some], matrix,
                                            _shrunken(new[:, some], matrix, again, trend)))  # fmt: skip
            can_replace = _replicates(matrix) >= REPLACE_REPLICATES
            max_cooks = _max_cooks(np.where(can_replace[:, None], 0.0, cooks), matrix)
            if can_replace.all():
                max_cooks = np.full(len(features), np.nan)
    return Fit(features, counts, new.T, design, scale, trend, genes, cooks, max_cooks, replaced, before, notes)


def keeps_own_dispersion(genes: GeneFits, trend: trends.Trend) -> Flags:
    """Genes too far above the trend to be drawn to it."""
    with np.errstate(invalid="ignore"):
        found = np.log(genes.genewise) > np.log(genes.trend) + OUTLIER_SDS * np.sqrt(trend.spread)
    return np.asarray(found, dtype=np.bool_)


def cooks_cutoff(design: Design) -> float:
    """Cook's distance from which a count is an outlier."""
    return float(f_distribution.ppf(COOKS_QUANTILE, len(design.columns), design.residual_df))


def _of(genes: GeneFits, where: npt.NDArray[np.int64]) -> GeneFits:
    """Copy the numbers of some genes."""
    wide = ("means", "leverages")
    return GeneFits(**{
        field.name: getattr(genes, field.name)[:, where] if field.name in wide else getattr(genes, field.name)[where]
        for field in fields(GeneFits)
    })  # fmt: skip


def _put(genes: GeneFits, where: npt.NDArray[np.int64], new: GeneFits) -> None:
    """Write some genes' numbers over those that they had."""
    for field in fields(GeneFits):
        values = getattr(genes, field.name)
        if field.name in ("means", "leverages"):
            values[:, where] = getattr(new, field.name)
        else:
            values[where] = getattr(new, field.name)


def chunks(genes: npt.NDArray[np.int64], samples: int) -> list[npt.NDArray[np.int64]]:
    """Genes in lots that are worked on together."""
    lot = int(np.clip(CHUNK // samples, *CHUNK_GENES))
    return [genes[start : start + lot] for start in range(0, len(genes), lot)]


def _replicates(matrix: Floats) -> npt.NDArray[np.int64]:
    """How many samples have a sample's row of the design."""
    found = (matrix[:, None, :] == matrix[None, :, :]).all(axis=2).sum(axis=1)
    return np.asarray(found, dtype=np.int64)


def _first_means(y: Floats, scale: Floats, matrix: Floats) -> Iterator[tuple[npt.NDArray[np.int64], Floats, Floats]]:
    """Lots of genes with reads, a rough dispersion of each, and the means that a first fit gives."""
    from pydeseq2.utils import fit_moments_dispersions, fit_rough_dispersions  # noqa: PLC0415  # slow import

    highest = max(MAX_DISPERSION, float(len(y)))
    is_saturated = len(np.unique(matrix, axis=0)) == matrix.shape[1]
    hat = matrix @ np.linalg.pinv(matrix)
    seen = np.flatnonzero(y.any(axis=0))
    typical = scale[:, seen].mean(axis=1)
    for genes in chunks(seen, len(y)):
        c, s = y[:, genes], scale[:, genes]
        n = c / s
        moments = fit_moments_dispersions(n, typical)
        start = np.clip(np.minimum(fit_rough_dispersions(n, matrix), moments), MIN_DISPERSION, highest)
        first = (hat @ n) * s if is_saturated else fit_coefficients(c, s, matrix, start).means
        yield genes, start, np.maximum(first, MIN_MU)


def _genewise(y: Floats, scale: Floats, matrix: Floats) -> GeneFits:
    """Dispersion of each gene by its own counts, on means that a first fit gives."""
    count = y.shape[1]
    nothing, pairs = np.full(count, np.nan), np.full(y.shape, np.nan)
    genewise, means = nothing.copy(), pairs.copy()
    highest = max(MAX_DISPERSION, float(len(y)))
    for genes, start, mu in _first_means(y, scale, matrix):
        c = y[:, genes]
        alpha, settled = fit_dispersions(c, matrix, mu, start, trend=None, prior_variance=1.0)
        alpha = np.minimum(alpha, highest)
        left = ~settled & (alpha > 10 * MIN_DISPERSION)
        if left.any():
            alpha[left] = dispersions_on_grid(
                c[:, left], matrix, mu[:, left], bounds=(MIN_DISPERSION, highest), trend=None, prior_variance=1.0
            )
        genewise[genes], means[:, genes] = np.clip(alpha, MIN_DISPERSION, highest), mu
    beta = np.full((count, matrix.shape[1]), np.nan)
    return GeneFits((y / scale).mean(axis=0), genewise, nothing, nothing, nothing, beta, means, pairs, nothing)


def _shrunken(y: Floats, matrix: Floats, starts: GeneFits, trend: trends.Trend) -> GeneFits:
    """Dispersions drawn to the trend, except those far above it."""
    fitted = np.where(np.isnan(starts.genewise), np.nan, trend(starts.base_mean))
    shrunken = np.full(y.shape[1], np.nan)
    highest = max(MAX_DISPERSION, float(len(y)))
    for genes in chunks(np.flatnonzero(~np.isnan(starts.genewise)), len(y)):
        c, mu, own, prior = y[:, genes], starts.means[:, genes], starts.genewise[genes], fitted[genes]
        start = np.where(own > 0.1 * prior, own, prior)
        variance = trend.prior_variance
        alpha, settled = fit_dispersions(c, matrix, mu, start, trend=prior, prior_variance=variance)
        left = ~settled
        if left.any():
            alpha[left] = dispersions_on_grid(
                c[:, left], matrix, mu[:, left],
                bounds=(MIN_DISPERSION, highest), trend=prior[left], prior_variance=variance,
            )  # fmt: skip
        shrunken[genes] = np.clip(alpha, MIN_DISPERSION, highest)
    drawn = replace(starts, trend=fitted, shrunken=shrunken)
    return replace(drawn, dispersion=np.where(keeps_own_dispersion(drawn, trend), starts.genewise, shrunken))


def _coefficients(y: Floats, scale: Floats, matrix: Floats, genes: GeneFits) -> GeneFits:
    beta, means, leverages, height = (np.full(a.shape, np.nan) for a in (genes.beta, y, y, genes.height))
    for some in chunks(np.flatnonzero(~np.isnan(genes.dispersion)), len(y)):
        found = fit_coefficients(y[:, some], scale[:, some], matrix, genes.dispersion[some])
        beta[some], means[:, some], leverages[:, some] = found.beta, found.means, found.leverages
        height[some] = found.heights
    return replace(genes, beta=beta, means=means, leverages=leverages, height=height)


def _cooks(y: Floats, scale: Floats, design: Design, mu: Floats, leverages: Floats) -> Floats:
    """Cook's distance of every count, samples x genes."""
    import pandas as pd  # noqa: PLC0415  # slow import
    from pydeseq2.utils import robust_method_of_moments_disp  # noqa: PLC0415  # slow import

    robust = robust_method_of_moments_disp(y / scale, pd.DataFrame(design.matrix))
    pearson = (y - mu) ** 2 / (mu + robust * mu**2)
    found: Floats = pearson / len(design.columns) * leverages / (1 - leverages) ** 2
    return found


def _max_cooks(cooks: Floats, matrix: Floats) -> Floats:
    """Largest distance among samples of groups large enough to tell an outlier; NaN for no such group."""
    counted = _replicates(matrix) >= COOKS_REPLICATES
    if not counted.any():
        return np.full(cooks.shape[1], np.nan)
    return np.asarray(cooks[counted].max(axis=0), dtype=np.float64)


def _replaced(y: Floats, scale: Floats, matrix: Floats, cooks: Floats) -> tuple[Flags, Floats]:
    """Which genes hold an outlier, and counts with those of large groups at their trimmed mean."""
    can_replace = _replicates(matrix) >= REPLACE_REPLICATES
    none = np.zeros(y.shape[1], dtype=np.bool_)
    if not can_replace.any():
        return none, y
    cutoff = f_distribution.ppf(COOKS_QUANTILE, matrix.shape[1], len(matrix) - matrix.shape[1])
    is_far = np.nan_to_num(cooks) > cutoff
    ordered = np.sort(y / scale, axis=0)
    cut = int(len(y) * REPLACE_TRIM)
    instead = np.floor(ordered[cut : len(y) - cut].mean(axis=0) * scale)
    new = np.where(is_far & can_replace[:, None], instead, y)
    return np.asarray(is_far.any(axis=0)), new
