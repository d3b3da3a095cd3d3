from __future__ import annotations

import polars as pl
import pytest

from tasks.methods.gene_units import gene_units, named_genes

FEATURES = pl.DataFrame(
    [
        ("gene", "ENSG00000000001.4", "IL6"),
        ("gene", "ENSG00000000002.1", "SEPT2"),
        ("gene", "ENSG00000000003.1", "CCL3L1"),
        ("gene", "ENSG00000000004.1", "CCL3L1"),
        ("gene", "ENSG00000000005.9", None),
        ("mirna", "hsa-miR-21-5p", "hsa-miR-21-5p"),
    ],
    schema=["library", "feature_id", "symbol"],
    orient="row",
)
ALIASES = pl.DataFrame(
    [("SEPT2", "SEPTIN2"), ("BSF2", "IL6"), ("X1", "IL6"), ("X1", "CCL3L1"), ("IL6", "OTHER"), ("OTHER0", "OTHER")],
    schema=["alias", "symbol"],
    orient="row",
)


def test_features_of_one_symbol_are_one_gene_and_those_without_go_by_their_id() -> None:
    units = dict(gene_units(FEATURES).iter_rows())
    assert units["ENSG00000000003.1"] == units["ENSG00000000004.1"] == "CCL3L1"
    assert units["ENSG00000000005.9"] == "ENSG00000000005"
    assert "hsa-miR-21-5p" not in units


@pytest.mark.parametrize(
    ("name", "gene"),
    [
        ("IL6", "IL6"),
        ("ENSG00000000001.4", "IL6"),
        ("ENSG00000000001", "IL6"),
        ("ENSG00000000001.17", "IL6"),
        ("Il6", "IL6"),
        ("BSF2", "IL6"),
        ("SEPTIN2", "SEPT2"),
        ("ENSG00000000005", "ENSG00000000005"),
        ("X1", None),
        ("OTHER0", None),
        ("TP53", None),
    ],
)
def test_a_gene_is_found_by_symbol_id_case_or_an_alias_of_one_gene(name: str, gene: str | None) -> None:
    found = named_genes(pl.Series([name, name, None]), gene_units(FEATURES), ALIASES)
    assert found.rows() == ([(name, gene)] if gene else [])


def test_without_names_units_or_aliases_nothing_is_found() -> None:
    units = gene_units(FEATURES)
    assert named_genes(pl.Series([], dtype=pl.String), units, ALIASES).is_empty()
    assert named_genes(pl.Series(["IL6"]), units.clear(), ALIASES).is_empty()
    assert named_genes(pl.Series(["IL6"]), units, ALIASES.clear()).rows() == [("IL6", "IL6")]
