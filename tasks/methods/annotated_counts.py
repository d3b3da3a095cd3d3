"""Counts of one RNA class with all that is known of samples and features, as AnnData.

Virshup et al. 2024, doi:10.21105/joss.04371
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
import polars as pl

SPARSE = 0.5  # share of zeros from which a sparse matrix is smaller
OF_SAMPLES = ("condition", "donor_id", "replicate", "experiment", "culture_date", "passage", "batch", "material_id")
OF_FEATURES = ("symbol", "biotype", "rna_class", "host_gene_id", "host_gene")
OF_TESTS = (
    "base_mean", "log2_fold_change", "lfc_se", "shrunken_log2_fold_change", "shrunken_lfc_se", "stat", "pvalue", "padj",
    "direction", "na_reason",
)  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """Frames of one library and RNA class.

    ``counts``: sample_id, feature_id, count, one row each; ``features`` and ``samples`` in the order wanted;
    ``normalized``: rows of ``result.normalized_expression``; ``size_factors`` and ``tests`` likewise;
    ``contrasts``: of ``core.contrasts``.
    """

    counts: pl.DataFrame
    features: pl.DataFrame
    samples: pl.DataFrame
    normalized: pl.DataFrame
    size_factors: pl.DataFrame
    tests: pl.DataFrame
    contrasts: pl.DataFrame


def annotated(counted: Counted, said: Mapping[str, str]) -> Any:  # noqa: ANN401 (anndata is imported where it is used)
    """An ``anndata.AnnData``, samples x features, all features that the study has of the class.

    ``X`` and ``layers["counts"]``: reads, 0 where a sample's file lacks the feature; CSR where half or more is zero.
    ``layers["normalized"]``: variance-stabilised values (log2), NaN where there is none; of several fits the one with
    most samples, the others are ``normalized_2``, …, and ``uns["fits"]`` says which is which. ``obs``: samples.csv and
    size factors. ``varm["CONTRAST METHOD"]``: differential expression of a contrast, a column each. ``uns``:
    contrasts, and ``said``. Text that is null is a missing category.
    """
    import anndata as ad  # noqa: PLC0415 (slow to import)

    samples, features = counted.samples["sample_id"].to_list(), counted.features["feature_id"].to_list()
    reads = _matrix(counted.counts, "count", samples, features, 0.0)
    matrix = _compact(reads)
    found = ad.AnnData(
        X=matrix,
        obs=_indexed(counted.samples.select("sample_id", *OF_SAMPLES), "sample_id"),
        var=_indexed(counted.features.select("feature_id", *OF_FEATURES), "feature_id"),
    )
    found.layers["counts"] = matrix.copy()
    fits: dict[str, str] = {}
    for number, (name, rows) in enumerate(_fits(counted.normalized), start=1):
        layer = "normalized" if number == 1 else f"normalized_{number}"
        fits[layer] = name
        found.layers[layer] = _matrix(rows, "value", samples, features, np.nan)
    for name, rows in _fits(counted.size_factors):
        factors = dict(rows.select("sample_id", "size_factor").iter_rows())
        found.obs[quote(f"size_factor {name}", safe=" ~+:*()|")] = [factors.get(s, np.nan) for s in samples]
    for (contrast, method), rows in sorted(counted.tests.group_by("contrast_id", "method")):
        wide = counted.features.select("feature_id").join(rows, on="feature_id", how="left", maintain_order="left")
        found.varm[quote(f"{contrast} {method}", safe=" ")] = _indexed(
            wide.select("feature_id", *OF_TESTS), "feature_id"
        )
    found.uns = {"fits": fits, "contrasts": _indexed(counted.contrasts.drop("study_id"), "contrast_id"), **said}
    return found


def _fits(rows: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Rows of each fit by method and design, the fit of most samples first."""
    found = [(f"{method} {fit}", mine) for (method, fit), mine in rows.group_by("method", "fit")]
    return sorted(found, key=lambda item: (-item[1]["sample_id"].n_unique(), item[0]))


def _matrix(rows: pl.DataFrame, value: str, samples: Sequence[str], features: Sequence[str], gap: float) -> Any:  # noqa: ANN401
    """Samples x features from long rows; rows of other samples or features are left out."""
    across = pl.DataFrame({"sample_id": samples}, schema={"sample_id": pl.String}).with_row_index("i")
    down = pl.DataFrame({"feature_id": features}, schema={"feature_id": pl.String}).with_row_index("j")
    placed = rows.select("sample_id", "feature_id", value).join(across, on="sample_id").join(down, on="feature_id")
    found = np.full((len(samples), len(features)), gap)
    found[placed["i"].to_numpy(), placed["j"].to_numpy()] = placed[value].cast(pl.Float64).to_numpy()
    return found


def _compact(reads: Any) -> Any:  # noqa: ANN401 (array or scipy matrix)
    if reads.size == 0 or np.count_nonzero(reads) > (1 - SPARSE) * reads.size:
        return reads
    from scipy import sparse  # noqa: PLC0415

    return sparse.csr_matrix(reads)


def _indexed(frame: pl.DataFrame, index: str) -> Any:  # noqa: ANN401 (pandas is imported where it is used)
    """A pandas frame that h5ad can hold: text as categories in order of appearance, nulls among numbers as NaN."""
    import pandas as pd  # noqa: PLC0415

    columns: dict[str, Any] = {}
    for column in frame.drop(index):
        if column.dtype == pl.String:
            columns[column.name] = pd.Categorical(
                column.to_list(), categories=column.drop_nulls().unique(maintain_order=True).to_list()
            )
        elif column.dtype == pl.Boolean:
            columns[column.name] = pd.array(column.to_list(), dtype="boolean")
        else:
            columns[column.name] = column.cast(pl.Float64).to_numpy() if column.null_count() else column.to_numpy()
    return pd.DataFrame(columns, index=pd.Index(frame[index].to_list(), dtype=object, name=index))
