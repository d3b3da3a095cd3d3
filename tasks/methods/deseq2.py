"""DESeq2 by pydeseq2: one negative-binomial fit, any number of Wald tests on it.

Design matrix and size factors are ours, so that every contrast of a design comes from one fit
and sparse matrices are scaled as R scales them. pydeseq2 reports trouble by warnings; those that
change the result are handed back as ``Fit.notes``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import trim_mean

from tasks.methods.design_matrix import Design
from tasks.methods.dispersion_trend import MIN_PRIOR_VARIANCE, parametric_trend, prior_variance

Floats = npt.NDArray[np.float64]
BOUND_MARGIN = 100  # dispersions below this many times the lower bound are "no overdispersion"


@dataclass(frozen=True)
class Fit:
    """A fitted model: pydeseq2's data set, its design and what a reader should know."""

    dataset: Any
    design: Design
    notes: tuple[str, ...]


@contextmanager
def _caught() -> Iterator[list[warnings.WarningMessage]]:
    """Collect pydeseq2's warnings and keep BLAS to one thread.

    Its matrices are as small as the design: threads cost ten times the work on a busy machine.
    """
    from threadpoolctl import threadpool_limits  # noqa: PLC0415  # comes with pydeseq2

    with threadpool_limits(limits=1), warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        yield seen


def fit(counts: npt.NDArray[np.int64], features: Sequence[str], design: Design, size_factors: Floats) -> Fit:
    """Dispersions and coefficients of every feature.

    ``counts``: features x samples, integers, the samples in the design's order, none all zero;
    ``size_factors``: one per sample. The design must be of full rank with residual degrees of
    freedom (``design_matrix.defect``). Counts that are outliers by Cook's distance are replaced
    where a group has seven or more samples.

    Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8;
    Muzellec et al. 2023, doi:10.1093/bioinformatics/btad547
    """
    with _caught():
        import pandas as pd  # noqa: PLC0415  # slow import
        from pydeseq2.dds import DeseqDataSet  # noqa: PLC0415  # slow import

        from tasks.methods.pydeseq2_inference import VectorisedInference  # noqa: PLC0415  # imports pydeseq2

        names = [f"{factor}={level}" if factor else "intercept" for factor, level in design.columns]
        samples = list(design.samples)
        dataset = DeseqDataSet(
            counts=pd.DataFrame(counts.T, index=samples, columns=list(features)),
            metadata=pd.DataFrame({"sample": samples}, index=samples),
            design=pd.DataFrame(design.matrix, index=samples, columns=names),
            inference=VectorisedInference(n_cpus=1),
            quiet=True,
        )
        dataset.obs["size_factors"] = size_factors
        dataset.layers["normed_counts"] = dataset.X / size_factors[:, None]
        dataset.var["_normed_means"] = dataset.layers["normed_counts"].mean(axis=0)
        dataset.fit_genewise_dispersions()
        notes = _fit_trend(dataset, design.residual_df)
        dataset.fit_MAP_dispersions()
        dataset.fit_LFC()
        dataset.calculate_cooks()
        dataset.refit()
        dataset.cooks_outlier()
    return Fit(dataset, design, notes)


def _fit_trend(dataset: Any, residual_df: int) -> tuple[str, ...]:  # noqa: ANN401  # pydeseq2 has no types
    """Trend and prior by DESeq2's rules, which pydeseq2's own leave in two places; notes on the trend.

    Genes whose dispersion is at the lower bound shape neither.
    """
    means, dispersions = (dataset.var[c].to_numpy(dtype=float) for c in ("_normed_means", "genewise_dispersions"))
    with np.errstate(invalid="ignore"):
        is_used = dispersions > BOUND_MARGIN * dataset.min_disp
    trend = parametric_trend(means[is_used], dispersions[is_used]) if is_used.any() else None
    notes: tuple[str, ...] = ()
    if trend:
        with np.errstate(divide="ignore"):
            fitted = np.where(np.isnan(dispersions), np.nan, trend[0] + trend[1] / means)
        dataset.uns["disp_function_type"] = "parametric"
        dataset.uns["trend_coeffs"] = np.array(trend)
    else:
        notes = ("the dispersion trend did not settle; the mean dispersion is used instead",)
        mean = float(trim_mean(dispersions[is_used], 0.001)) if is_used.any() else BOUND_MARGIN * dataset.min_disp
        fitted = np.full(len(means), mean)
        dataset.uns["disp_function_type"] = "mean"
        dataset.uns["mean_disp"] = mean
    dataset.var["fitted_dispersions"] = fitted
    variance, spread = MIN_PRIOR_VARIANCE, 0.0
    if is_used.any():
        variance, spread = prior_variance(np.log(dispersions[is_used] / fitted[is_used]), residual_df)
    dataset.uns["_squared_logres"] = spread
    dataset.uns["prior_disp_var"] = np.float64(variance)
    return notes


def wald(fitted: Fit, *, reference: str, target: str, fdr: float, tested_fold_change: float = 1.0) -> pl.DataFrame:
    """Wald test of target against reference: one row per feature, in the fit's order.

    Columns ``feature_id, base_mean, log2_fold_change`` (unshrunken)``, lfc_se, stat, pvalue, padj``
    (Benjamini-Hochberg after independent filtering at ``fdr``)``, na_reason``: ``all_zero`` (no
    reads), ``outlier`` (Cook's distance, no p-value), ``low_count`` (filtered, no padj).
    With ``tested_fold_change`` > 1 the null hypothesis is |fold change| up to it.
    """
    threshold = float(np.log2(tested_fold_change))
    with _caught():
        from pydeseq2.ds import DeseqStats  # noqa: PLC0415  # slow import

        stats = DeseqStats(
            fitted.dataset,
            contrast=fitted.design.contrast(reference=reference, target=target),
            alpha=fdr,
            lfc_null=threshold,
            alt_hypothesis="greaterAbs" if threshold else None,
            inference=fitted.dataset.inference,
            quiet=True,
        )
        stats.summary()
    found = stats.results_df
    names = {
        "baseMean": "base_mean",
        "log2FoldChange": "log2_fold_change",
        "lfcSE": "lfc_se",
        "stat": "stat",
        "pvalue": "pvalue",
        "padj": "padj",
    }
    table = pl.DataFrame(
        {"feature_id": list(found.index)} | {to: found[name].to_numpy(dtype=float) for name, to in names.items()}
    ).with_columns(pl.col(*names.values()).fill_nan(None))
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
