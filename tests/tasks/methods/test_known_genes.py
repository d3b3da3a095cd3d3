from __future__ import annotations

import polars as pl

from tasks.methods.known_genes import few_known_genes


def sets(known: int) -> pl.DataFrame:
    """Ten genes, each in two sets of one collection."""
    genes = [f"G{i}" for i in range(10)] * 2
    found = [gene if int(gene[1:]) < known else None for gene in genes]
    return pl.DataFrame({"collection": "C", "symbol": genes, "gene": found}, schema_overrides={"gene": pl.String})


def test_a_collection_of_other_names_is_told_with_its_count() -> None:
    (problem,) = few_known_genes(sets(2))
    assert problem.rule == "few_known_genes"
    assert problem.message == "of 10 genes of the collection 2 are genes of the study"
    assert few_known_genes(sets(3)) == []
    assert few_known_genes(sets(3).clear()) == []
