from __future__ import annotations

import polars as pl
import pytest

from schemas.vocabulary import EvidenceTier
from tasks.methods.gene_lists import GeneList
from tasks.methods.known_sets import annotation_bias, empty_lists, few_known, known_sets, untested

UNITS = pl.DataFrame({"feature_id": [f"E{i}" for i in range(40)], "gene": [f"G{i}" for i in range(40)]})
ALIASES = pl.DataFrame({"alias": ["OLD0"], "symbol": ["G0"]})
SETS = pl.DataFrame(
    {"object_id": "h", "collection": "C", "set_id": "s", "symbol": ["OLD0", "E1", "g2", "NONE"]},
)


def test_genes_of_sets_are_found_by_alias_id_and_case() -> None:
    found = known_sets(SETS, UNITS, ALIASES)
    assert dict(found.select("symbol", "gene").iter_rows()) == {"OLD0": "G0", "E1": "G1", "g2": "G2", "NONE": None}
    assert found["gene_set_hash"].unique().to_list() == ["h"]


@pytest.mark.parametrize(("known", "gene_count", "warnings"), [(1, 40, 1), (9, 40, 0), (4, 8, 0), (0, 8, 1)])
def test_a_panel_of_few_genes_is_no_collection_of_another_organism(known: int, gene_count: int, warnings: int) -> None:
    genes = [f"G{i}" if i < known else None for i in range(90)]
    sets = pl.DataFrame({"collection": "C", "symbol": [f"S{i}" for i in range(90)], "gene": genes})
    assert len(few_known(sets, gene_count)) == warnings


def test_a_list_that_the_collection_knows_better_than_its_background_is_told() -> None:
    genes = pl.Series([f"G{i}" for i in range(200)])
    sets = pl.DataFrame({"collection": "C", "gene": genes[:50]})
    biased, fair, empty = (GeneList("all", some, genes) for some in (genes[:20], genes[40:80], genes[:0]))
    (told,) = annotation_bias({"a": biased, "b": fair, "c": empty, "d": biased}, sets)
    share = "20 of 20 changed genes (100%) but only 50 of 200 tested ones (25%) in"
    assert f"C knows {share} a; {share} d: general" in told.message
    assert annotation_bias({"b": fair, "c": empty}, sets) == []


def gene_list(name: str, count: int, tier: EvidenceTier | None = None, of: int = 9) -> GeneList:
    return GeneList(name, UNITS["gene"][:count], UNITS["gene"][:of], tier=tier)


def test_lists_that_were_not_tested_are_named_together_and_not_all() -> None:
    hubs, mrnas, few = gene_list("hubs", 2, "validated"), gene_list("cerna_mrnas", 3, "validated"), gene_list("up", 1)
    (told,) = untested([(one, f"C{i}") for i in range(5) for one in (hubs, mrnas, few)], (10, 500), "contrast b_a")
    assert told.message.partition("no heading: ")[2] == (
        "hubs, cerna_mrnas (validated targets) in C0, C1, C2 and 2 more, of a background of 9 genes; "
        "up in C0, C1, C2 and 2 more, of a background of 9 genes"
    )
    many = [(gene_list(f"l{i}", 1, of=i), "C") for i in range(2, 30)]
    (told,) = untested(many, (10, 500), "contrast b_a")
    assert told.message.endswith("l4 in C, of a background of 4 genes; and 25 more backgrounds")
    assert untested([], (10, 500), "contrast b_a") == []


def test_lists_without_genes_are_named_once_where_others_have_some() -> None:
    bare = [gene_list("down", 0), gene_list("hubs", 0, "validated"), gene_list("cerna_mrnas", 0, "validated")]
    (told,) = empty_lists([gene_list("up", 3), *bare], "contrast b_a")
    assert told.message.endswith("3 lists, of which there are no terms: down; hubs, cerna_mrnas (validated targets)")
    assert (told.rule, told.place) == ("list_empty", "contrast b_a")
    assert empty_lists(bare, "contrast b_a") == empty_lists([gene_list("up", 3)], "contrast b_a") == []
