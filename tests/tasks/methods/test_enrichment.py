from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from scipy import stats

from tasks.methods.enrichment import enriched_terms, without_sets
from tasks.methods.gene_lists import GeneList
from tasks.methods.known_sets import untested

GENES = pl.Series("gene", [f"G{i:03d}" for i in range(200)])


def sets(**members: list[str]) -> pl.DataFrame:
    rows = [
        {"collection": "C", "set_id": name, "set_name": name, "gene_set_hash": "h", "gene": gene, "symbol": gene}
        for name, genes in members.items()
        for gene in genes
    ]
    return pl.DataFrame(rows)


def small(count: int) -> dict[str, list[str]]:
    """Disjoint sets of four of the first hundred genes; nobody knows the other hundred."""
    return {f"s{i:02d}": GENES[4 * i : 4 * i + 4].to_list() for i in range(count)}


def test_headings_of_an_ontology_are_no_terms_of_a_family() -> None:
    given = sets(root=GENES[:100].to_list(), half=GENES[:50].to_list(), **small(25))
    rows = enriched_terms([GeneList("up", GENES[:10], GENES)], given, (2, 150), ["ora"], 0.05)
    assert "root" not in set(rows["term_id"])
    assert "half" in set(rows["term_id"])  # of 100 known genes not over half
    assert rows["family_size"].unique().to_list() == [26]


def test_a_background_without_a_set_within_the_limits_is_told_by_list_and_collection() -> None:
    given = sets(root=GENES[:100].to_list(), **small(25))
    one, few = GeneList("up", GENES[:10], GENES), GeneList("hubs", GENES[:2], GENES[:3], tier="validated")
    annotated = GeneList("named", GENES[98:110], GENES[98:200], "annotated")
    assert without_sets([one, few, annotated], given, (4, 8)) == [(few, "C"), (annotated, "C")]
    assert without_sets([GeneList("up", GENES[:0], GENES[:3])], given, (4, 8)) == []
    assert enriched_terms([few, annotated], given, (4, 8), ["ora"], 0.05).is_empty()
    (told,) = untested([(few, "C"), (replace(few, name="other"), "C")], (4, 8), "contrast a")
    assert (
        "4 to 8 genes (enrichment.size) that is no heading: hubs, other (validated targets) in C, of a" in told.message
    )
    assert untested([], (4, 8), "contrast a") == []


def test_a_small_collection_keeps_all_its_sets() -> None:
    given = sets(root=GENES[:100].to_list(), **small(5))
    rows = enriched_terms([GeneList("up", GENES[:10], GENES)], given, (2, 150), ["ora"], 0.05)
    assert "root" in set(rows["term_id"])


def test_annotated_genes_are_those_of_the_collection_among_the_background() -> None:
    listed = GENES[[0, 1, 2, 3, 4, 5, 150, 151]]
    one = GeneList("up", listed, GENES, drawn_from="annotated")
    row = enriched_terms([one], sets(**small(25)), (2, 150), ["ora"], 0.05).filter(term_id="s00").row(0, named=True)
    assert (row["list_size"], row["background_size"], row["background"]) == (6, 100, "annotated")
    assert row["pvalue"] == pytest.approx(stats.hypergeom.sf(3, 100, 4, 6), rel=1e-12)


def test_terms_below_the_nominal_threshold_have_a_cluster() -> None:
    near = {f"n{i}": GENES[: 10 + i].to_list() for i in range(3)}
    listed = GENES[[*range(8), 90, 91]]
    rows = enriched_terms([GeneList("up", listed, GENES)], sets(**near, **small(25)), (2, 150), ["ora"], 0.05)
    assert rows.filter(pl.col("pvalue") >= 0.05)["cluster"].null_count() == rows.filter(pl.col("pvalue") >= 0.05).height
    grouped = rows.filter(pl.col("term_id").is_in(["n0", "n1", "n2"]))
    assert grouped["cluster"].n_unique() == 1
    assert grouped.filter("is_representative")["term_id"].to_list() == ["n0"]


@pytest.mark.parametrize("genes", [GENES[:0], GENES[150:160]])
def test_lists_without_genes_in_the_collection_have_no_rows(genes: pl.Series) -> None:
    for rule in ("tested", "annotated"):
        assert enriched_terms([GeneList("up", genes, GENES, rule)], sets(**small(25)), (2, 9), ["ora"], 0.05).is_empty()


def test_lists_of_several_backgrounds_and_collections_stand_in_one_table() -> None:
    """Each family has its own sizes: of no set, of few, of all; one list has no gene."""
    both = pl.concat([sets(**small(25)), sets(**small(3)).with_columns(collection=pl.lit("D"))])
    wide, narrow = GeneList("wide", GENES[:10], GENES), GeneList("narrow", GENES[:2], GENES[:3])
    alike, empty = GeneList("alike", GENES[5:30], GENES), GeneList("empty", GENES[:0], GENES)
    annotated = GeneList("annotated", GENES[:10], GENES, "annotated")
    lists = [wide, narrow, alike, empty, annotated]
    rows = enriched_terms(lists, both, (4, 150), ["ora", "ease"], 0.05)
    alone = [enriched_terms([one], both, (4, 150), ["ora", "ease"], 0.05) for one in (wide, alike, annotated)]
    keys = ["gene_list", "collection", "method", "term_id"]
    assert rows.sort(keys).equals(pl.concat(alone).sort(keys))
    assert set(rows["gene_list"]) == {"wide", "alike", "annotated"}
    assert [(one.name, name) for one, name in without_sets(lists, both, (4, 150))] == [("narrow", "C"), ("narrow", "D")]


def test_sets_that_are_all_headings_test_no_list() -> None:
    wide = {f"h{i:02d}": GENES[: 60 + i].to_list() for i in range(25)}
    one = GeneList("up", GENES[:10], GENES)
    assert enriched_terms([one], sets(**wide), (2, 150), ["ora"], 0.05).is_empty()
    assert [found[0].name for found in without_sets([one], sets(**wide), (2, 150))] == ["up"]
