"""Collections of gene sets that name other genes than the study does."""

from __future__ import annotations

import polars as pl

from schemas.errors import Problem, warning

_FEW = 0.3  # share of a collection's genes below which it probably names them otherwise


def few_known_genes(sets: pl.DataFrame) -> list[Problem]:
    """Collections of which the study knows few genes; ``sets``: collection, symbol, gene (null where it has none)."""
    found = []
    genes = sets.unique(["collection", "symbol"]).group_by("collection").agg(
        pl.len(), known=pl.col("gene").is_not_null().sum()
    )  # fmt: skip
    for name, count, known in genes.sort("collection").iter_rows():
        if known < _FEW * count:
            message = f"of {count:,} genes of the collection {known:,} are genes of the study"
            remedy = "Take gene sets of the study's organism with symbols; name annotation.features if ids have none."
            found.append(warning("study.yaml", f"key enrichment.gene_sets.{name}", "few_known_genes", message, remedy))
    return found
