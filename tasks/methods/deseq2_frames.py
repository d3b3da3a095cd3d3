"""Rows of a DESeq2 fit beside its tests: values for pictures, dispersions."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.methods.deseq2 import Fit, keeps_own_dispersion
from tasks.methods.variance_stabilisation import stabilised


def expression_rows(fitted: Fit) -> pl.DataFrame:
    """Variance-stabilised counts, one row per seen feature and sample: ``feature_id, sample_id, value``."""
    seen = np.flatnonzero(fitted.counts.any(axis=1))
    wide = pl.DataFrame(stabilised(fitted)[seen], schema=list(fitted.design.samples))
    return wide.with_columns(feature_id=pl.Series([fitted.features[i] for i in seen], dtype=pl.String)).unpivot(
        index="feature_id", variable_name="sample_id", value_name="value"
    )


def dispersion_rows(fitted: Fit) -> pl.DataFrame:
    """Dispersions, one row per feature with reads: the columns of ``result.dispersions`` beside the fit's name."""
    genes = fitted.genes
    numbers = {
        "base_mean": genes.base_mean,
        "genewise_dispersion": genes.genewise,
        "trend_dispersion": genes.trend,
        "dispersion": genes.dispersion,
    }
    frame = pl.DataFrame(
        {"feature_id": list(fitted.features), **numbers, "is_outlier": keeps_own_dispersion(genes, fitted.trend)}
    )
    return frame.filter(pl.col("dispersion").is_not_nan()).with_columns(
        prior_variance=pl.lit(fitted.trend.prior_variance), trend=pl.lit(fitted.trend.kind)
    )
