"""Rows of ``result.enrichment`` for tests of figures."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tasks.methods.term_clusters import term_clusters


def term_rows(
    genes: Sequence[str],
    *,
    contrast: str | None = "a",
    gene_list: str = "all",
    pvalues: Sequence[float] | None = None,
    name: str = "term",
) -> pl.DataFrame:
    """A family of terms with these genes (semicolon lists), the first the most significant, of a list of 200."""
    rows = pl.DataFrame(
        {
            "term_id": [f"GO:{i:07d}" for i in range(len(genes))],
            "term": [f"{name} {i}" for i in range(len(genes))],
            "overlap": [len(g.split(";")) for g in genes],
            "pvalue": pvalues or [0.001 * (i + 1) for i in range(len(genes))],
            "genes": genes,
        },
        schema_overrides={"genes": pl.String, "term": pl.String, "term_id": pl.String, "pvalue": pl.Float64},
    ).with_columns(
        contrast_id=pl.lit(contrast, pl.String),
        gene_list=pl.lit(gene_list),
        tier=pl.lit(None, pl.String),
        collection=pl.lit("GO_BP"),
        method=pl.lit("ora"),
        list_size=200,
        background=pl.lit("tested"),
        background_size=9000,
        padj=(pl.col("pvalue") * 5).clip(upper_bound=1.0),
    )
    groups = term_clusters(rows.filter(pl.col("pvalue") < 0.05).select("term_id", "pvalue", "genes"), 200)
    return rows.join(groups, on="term_id", how="left", maintain_order="left")
