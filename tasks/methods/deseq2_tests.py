"""Tests on a DESeq2 fit: Wald's, against a threshold, and the likelihood ratio; filtering and NA reasons.

Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.stats import chi2

from tasks.methods.deseq2 import Fit, chunks, cooks_cutoff, refit_for_ratio_test
from tasks.methods.design_matrix import Design
from tasks.methods.independent_filtering import filtered
from tasks.methods.negative_binomial import (
    Alternative,
    Flags,
    Floats,
    fit_coefficients,
    log_likelihood,
    standard_errors,
    wald,
)

LN2 = float(np.log(2))
HIGHER_COUNTS = 3  # an outlier that so many counts exceed is none, where two groups are compared


def wald_table(
    fitted: Fit,
    *,
    reference: str,
    target: str,
    fdr: float,
    tested_fold_change: float = 1.0,
    between: tuple[str, str] | None = None,
    alternative: Alternative = "greaterAbs",
) -> pl.DataFrame:
    """Wald test of target against reference: one row per feature, in the fit's order.

    Columns ``feature_id, base_mean, log2_fold_change`` (unshrunken)``, lfc_se, stat, pvalue, padj``
    (Benjamini-Hochberg after independent filtering at ``fdr``)``, na_reason``: ``all_zero`` (no
    reads), ``outlier`` (Cook's distance, no p-value), ``low_count`` (filtered, no padj).
    With ``tested_fold_change`` > 1 the null hypothesis is |fold change| up to it; other ``alternative`` hypotheses
    than a larger change are ``greater``, ``less`` and ``lessAbs`` (the change is smaller). A feature without
    reads in the two groups has fold change 1 and p-value 1. ``between`` two levels of the design's
    ``crossed``: their interaction, the difference at the second level less that at the first.
    """
    contrast = fitted.design.contrast(reference=reference, target=target, between=between)
    lfc, error = _effects(fitted, contrast)
    stat = wald(lfc, error, threshold=0.0)[1]
    pvalue, tested = wald(lfc, error, threshold=float(np.log2(tested_fold_change)), alternative=alternative)
    if tested_fold_change > 1.0 or alternative != "greaterAbs":
        stat = tested
    unseen = _unseen(fitted, contrast, () if between else (reference, target))
    lfc, stat, pvalue = (np.where(unseen, v, a) for v, a in ((0.0, lfc), (0.0, stat), (1.0, pvalue)))
    return _table(fitted, lfc, error, stat, pvalue, fdr)


def likelihood_ratio_table(
    fitted: Fit,
    *,
    kept: Sequence[str],
    reference: str,
    target: str,
    fdr: float,
    between: tuple[str, str] | None = None,
) -> pl.DataFrame:
    """Test whether the factors that are not ``kept`` explain anything: columns as of ``wald_table``.

    ``stat`` is twice the gain in log-likelihood over the design of the ``kept`` factors, compared with
    chi-squared; fold change and its error are target against reference (with ``between`` their interaction)
    in the whole design.
    """
    fitted = refit_for_ratio_test(fitted)
    stays = [not factor or factor in kept for factor, _ in fitted.design.columns]
    reduced = fitted.design.matrix[:, stays]
    genes, y = fitted.genes, fitted.fitted_counts.T
    stat = np.full(y.shape[1], np.nan)
    known = np.flatnonzero(~np.isnan(genes.height))
    is_mean = reduced.shape[1] == 1
    for some in chunks(known, len(y)):
        c, s, alpha = y[:, some], fitted.scale[:, some], genes.dispersion[some]
        if is_mean:  # R takes the mean of normalised counts for a model of nothing but an intercept
            less = log_likelihood(c, (c / s).mean(axis=0) * s, alpha)
        else:
            less = fit_coefficients(c, s, reduced, alpha).heights
        stat[some] = 2 * (genes.height[some] - less)
    pvalue = chi2.sf(stat, len(stays) - sum(stays))
    contrast = fitted.design.contrast(reference=reference, target=target, between=between)
    lfc, error = _effects(fitted, contrast)
    lfc = np.where(_unseen(fitted, contrast, () if between else (reference, target)), 0.0, lfc)
    return _table(fitted, lfc, error, stat, pvalue, fdr)


def _levels(design: Design) -> list[str]:
    """Level of each sample in the tested variable."""
    named = [(i, level) for i, (factor, level) in enumerate(design.columns) if factor == design.variable]
    return [next((level for i, level in named if row[i]), design.first) for row in design.matrix]


def _unseen(fitted: Fit, contrast: Floats, levels: Sequence[str]) -> Flags:
    """Features without reads in the groups compared: of two levels, or those that an interaction takes apart."""
    in_groups = np.isin(_levels(fitted.design), levels)
    if not levels:  # R's rule for a sum of coefficients of both signs; one of a single sign is left as it is
        has_both = (contrast > 0).any() and (contrast < 0).any()
        in_groups = fitted.design.matrix @ (contrast != 0) != 0
        if not has_both:
            return np.zeros(len(fitted.genes.base_mean), dtype=np.bool_)
    found: Flags = ~fitted.counts[:, in_groups].any(axis=1) & (fitted.genes.base_mean > 0)
    return found


def _effects(fitted: Fit, contrast: Floats) -> tuple[Floats, Floats]:
    """Log2 fold change and its standard error."""
    genes = fitted.genes
    error = np.full(len(genes.dispersion), np.nan)
    known = np.flatnonzero(~np.isnan(genes.height))
    for some in chunks(known, len(genes.means)):
        error[some] = standard_errors(fitted.design.matrix, genes.dispersion[some], genes.means[:, some], contrast)
    return genes.beta @ contrast / LN2, error / LN2


def _outliers(fitted: Fit) -> Flags:
    """Features whose p-value a single count would decide."""
    with np.errstate(invalid="ignore"):
        found: Flags = fitted.max_cooks > cooks_cutoff(fitted.design)
    if found.any() and not fitted.design.blocking and len(fitted.design.columns) == 2:  # noqa: PLR2004  # two groups
        some = np.flatnonzero(found)
        worst = np.nan_to_num(fitted.cooks[:, some]).argmax(axis=0)
        counts = fitted.counts[some]
        higher = (counts > counts[np.arange(len(some)), worst][:, None]).sum(axis=1)
        found[some[higher >= HIGHER_COUNTS]] = False
    return found


def _table(fitted: Fit, lfc: Floats, error: Floats, stat: Floats, pvalue: Floats, fdr: float) -> pl.DataFrame:
    means = fitted.genes.base_mean
    emptied = fitted.replaced & (means == 0)
    lfc, error, stat, pvalue = (
        np.where(emptied, v, a) for v, a in ((0.0, lfc), (0.0, error), (0.0, stat), (1.0, pvalue))
    )
    is_outlier = _outliers(fitted)
    pvalue = np.where(is_outlier, np.nan, pvalue)
    padj, _ = filtered(pvalue, means, fdr)
    columns = {
        "base_mean": means, "log2_fold_change": lfc, "lfc_se": error, "stat": stat, "pvalue": pvalue, "padj": padj,
    }  # fmt: skip
    table = pl.DataFrame({"feature_id": list(fitted.features)} | columns).with_columns(pl.col(*columns).fill_nan(None))
    return table.with_columns(
        pl.when((pl.col("base_mean") == 0) & pl.col("pvalue").is_null())
        .then(pl.lit("all_zero"))
        .when(pl.col("pvalue").is_null())
        .then(pl.lit("outlier"))
        .when(pl.col("padj").is_null())
        .then(pl.lit("low_count"))
        .otherwise(None)
        .alias("na_reason")
    )
