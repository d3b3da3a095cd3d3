from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tasks.methods.gene_rankings import named_sets, ranked_terms, ranking
from tasks.methods.gsea import preranked
from tasks.methods.over_representation import membership

STATS = {
    "E1": 4.0,
    "E2.3": -6.0,
    "E3": 6.0,
    "E4": 1.5,
    "E5": 1.5,
    "E6": None,
    "E7": 2.0,
    "E8": float("nan"),
    "E9": -1.0,
}
SYMBOLS = {"E1": "A", "E2.3": "B", "E3": "B", "E4": "D", "E5": "C", "E6": "F", "E7": "G", "E8": "H", "E9": None}
FEATURES = pl.DataFrame({"library": "gene", "feature_id": list(SYMBOLS), "symbol": list(SYMBOLS.values())})
TESTS = pl.DataFrame(
    {
        "library": "gene",
        "feature_id": list(STATS),
        "stat": list(STATS.values()),
        "pvalue": [None if name == "E7" else 0.1 for name in STATS],
    }
)
_LISTS = {"object_id": pl.String, "gene_list": pl.String, "role": pl.String, "symbol": pl.String}
NO_LISTS = pl.DataFrame(schema={**_LISTS, "is_excluded": pl.Boolean})
NO_ALIASES = pl.DataFrame(schema={"alias": pl.String, "symbol": pl.String})


def sets(members: dict[str, list[str]], collection: str = "C") -> pl.DataFrame:
    """Rows of ``core.gene_sets``."""
    rows = [(name, gene) for name, genes in members.items() for gene in genes]
    frame = pl.DataFrame(rows, schema={"set_id": pl.String, "symbol": pl.String}, orient="row")
    named = frame.with_columns(collection=pl.lit(collection), object_id=pl.lit("f" * 64), set_name="set_id")
    return named.with_columns(is_excluded=pl.lit(value=False))


def test_a_gene_stands_once_by_its_largest_statistic_and_equal_ones_by_name() -> None:
    mirna = TESTS.with_columns(library=pl.lit("mirna"))
    found = ranking(pl.concat([TESTS.sample(fraction=1, shuffle=True, seed=1), mirna]), FEATURES)
    # B: E2.3 and E3 are as large, the first id stands; F has no statistic, G no p-value, H no number; E9 has no symbol
    assert found.rows() == [
        ("A", "E1", 4.0),
        ("C", "E5", 1.5),
        ("D", "E4", 1.5),
        ("E9", "E9", -1.0),
        ("B", "E2.3", -6.0),
    ]
    assert ranking(TESTS.clear(), FEATURES).is_empty()


def test_genes_of_sets_are_named_as_the_study_names_them_and_excluded_files_left_out() -> None:
    given = sets({"one": ["A", "E9", "c", "OLD", "X"]})
    aliases = pl.DataFrame({"alias": ["OLD"], "symbol": ["D"]})
    assert named_sets(given, NO_LISTS, FEATURES, aliases).sort("symbol")["gene"].to_list() == [
        "A",
        "E9",
        "D",
        None,
        "C",
    ]
    assert named_sets(given.with_columns(is_excluded=pl.lit(value=True)), NO_LISTS, FEATURES, aliases).is_empty()


def test_terms_have_their_leading_edge_from_the_end_on_and_a_family_per_collection() -> None:
    genes = [f"G{i:03}" for i in range(80)]
    ranked = pl.DataFrame({"gene": genes, "feature_id": genes, "stat": [4 - i * 0.1 for i in range(80)]})
    members = {"up": [*genes[:8], genes[60], "absent"], "down": [*genes[72:], genes[5]], "flat": genes[::9]}
    features = pl.DataFrame({"library": "gene", "feature_id": genes, "symbol": genes})
    given = pl.concat([sets(members), sets({"small": genes[:2], "other": genes[:7]}, "D")])
    named = named_sets(given.sample(fraction=1, shuffle=True, seed=2), NO_LISTS, features, NO_ALIASES)
    rows = ranked_terms(ranked, named, (3, 50), 500, 0.05).sort("term_id")
    assert rows["term_id"].to_list() == ["down", "flat", "other", "up"]
    assert rows["family_size"].to_list() == [3, 3, 1, 3]
    found = {row["term_id"]: row for row in rows.iter_rows(named=True)}
    up, down = found["up"], found["down"]
    assert up["genes"] == ";".join(genes[:8])
    assert down["genes"] == ";".join(genes[:71:-1])
    assert (up["overlap"], up["list_size"], up["set_size"], up["set_gene_count"]) == (8, 8, 9, 10)
    assert (down["overlap"], down["list_size"], down["background_size"]) == (8, 8, 80)
    assert up["fold_enrichment"] == pytest.approx(8 / 8 / (9 / 80))
    assert up["nes"] > 1.5
    assert down["nes"] < -1.5
    family = rows.filter(collection="C")
    assert family["padj"].to_list() == pytest.approx(stats.false_discovery_control(family["pvalue"]).tolist())
    assert rows["na_reason"].null_count() == 4
    assert set(rows["gene_list"]) == {"ranking"}


def test_a_score_without_its_normalised_one_says_why() -> None:
    genes = [f"G{i:04}" for i in range(1000)]
    values = [1e6, *(1e-6 - i * 1e-9 for i in range(999))]
    ranked = pl.DataFrame({"gene": genes, "feature_id": genes, "stat": values})
    named = sets({"all but the first": genes[1:]}).with_columns(gene=pl.col("symbol"), gene_set_hash=pl.lit("f" * 64))
    (row,) = ranked_terms(ranked, named, (1, 999), 100, 0.05).to_dicts()
    assert (row["nes"], row["pvalue"], row["na_reason"]) == (None, 1.0, "no_permutation_of_this_sign")


def line(count: int, top: float) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """A ranking of so many genes by a statistic that falls evenly from ``top``, their features and names."""
    genes = [f"G{i:03}" for i in range(count)]
    ranked = pl.DataFrame({"gene": genes, "feature_id": genes, "stat": [top - i * 0.1 for i in range(count)]})
    return ranked, pl.DataFrame({"library": "gene", "feature_id": genes, "symbol": genes}), genes


def test_terms_of_nearly_the_same_leading_edge_have_one_cluster_and_the_larger_score_speaks_for_it() -> None:
    ranked, features, genes = line(200, 10)
    members = {"near": [*genes[:10], genes[14]], "same": genes[:10], "low": genes[185:], "flat": genes[::20]}
    named = named_sets(sets(members), NO_LISTS, features, NO_ALIASES)
    rows = {row["term_id"]: row for row in ranked_terms(ranked, named, (3, 50), 300, 0.05).iter_rows(named=True)}
    assert max(rows[name]["pvalue"] for name in ("near", "same", "low")) < 0.05 <= rows["flat"]["pvalue"]
    assert rows["flat"]["cluster"] is rows["flat"]["is_representative"] is None
    assert rows["near"]["cluster"] == rows["same"]["cluster"] != rows["low"]["cluster"]
    first = min(("near", "same"), key=lambda name: (rows[name]["pvalue"], -rows[name]["nes"]))
    assert {name for name, row in rows.items() if row["is_representative"]} == {first, "low"}


def test_named_lists_are_sets_of_a_family_of_their_own_whatever_their_size() -> None:
    ranked, features, genes = line(80, 4)
    rows = [("apoptosis", "genes", gene, False) for gene in genes[:40]] + [("apoptosis", "background", "G070", False)]
    rows += [("left out", "genes", gene, True) for gene in genes[:9]]
    lists = pl.DataFrame(rows, schema=["gene_list", "role", "symbol", "is_excluded"], orient="row")
    named = named_sets(
        sets({"up": genes[1:60:2]}), lists.with_columns(object_id=pl.lit("a" * 64)), features, NO_ALIASES
    )
    (row,) = ranked_terms(ranked, named, (3, 20), 500, 0.05).to_dicts()  # the other set is too large
    assert (row["collection"], row["term_id"], row["term"]) == ("enrichment.lists", "apoptosis", "apoptosis")
    assert (row["set_size"], row["family_size"], row["gene_set_hash"]) == (40, 1, "a" * 64)
    assert row["es"] == pytest.approx(1)  # all of its genes before all others
    assert row["padj"] == row["pvalue"] < 0.05


def test_random_sets_of_a_list_are_no_larger_than_it_and_not_those_of_another() -> None:
    ranked, features, genes = line(300, 15)
    members = {"own": genes[4:100:9], "other": genes[::2], "none": ["absent"], "all": genes}
    rows = [(name, "genes", gene, False, "a" * 64) for name, symbols in members.items() for gene in symbols]
    lists = pl.DataFrame(rows, schema=["gene_list", "role", "symbol", "is_excluded", "object_id"], orient="row")
    named = named_sets(sets({}), lists, features, NO_ALIASES)
    count = 14_000  # of random sets: more than are drawn at a time, so that what was drawn before them matters
    found = {row["term_id"]: row for row in ranked_terms(ranked, named, (3, 20), count, 0.05).iter_rows(named=True)}
    assert found.keys() == {"own", "other"}
    for name, row in found.items():
        at = np.array([genes.index(gene) for gene in members[name]])
        table = membership(np.zeros(len(at), dtype=np.int64), at, (1, 300))
        alone = preranked(table, ranked["stat"].to_numpy(), (1, len(at)), count)
        expected = (alone.es[0], alone.nes[0], alone.pvalue[0])
        assert (row["es"], row["nes"], row["pvalue"]) == pytest.approx(expected, rel=1e-12)
    by_p = sorted(row["pvalue"] for row in found.values())
    assert sorted(row["padj"] for row in found.values()) == pytest.approx(
        [min(2 * by_p[0], by_p[1]), by_p[1]], rel=1e-12
    )


def test_no_sets_no_genes_and_no_set_of_a_size_are_answers() -> None:
    ranked = ranking(TESTS, FEATURES)
    named = named_sets(sets({"one": ["A", "B", "C"]}), NO_LISTS, FEATURES, NO_ALIASES)
    assert ranked_terms(ranked, named, (2, 5), 100, 0.05).height == 1
    assert ranked_terms(ranked, named, (4, 5), 100, 0.05).is_empty()
    assert ranked_terms(ranked, named.clear(), (2, 5), 100, 0.05).is_empty()
    assert ranked_terms(ranked.clear(), named, (2, 5), 100, 0.05).is_empty()
