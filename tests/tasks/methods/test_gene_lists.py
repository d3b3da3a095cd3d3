from __future__ import annotations

import polars as pl

from tasks.methods.gene_lists import GeneList, changed_lists, host_list, shared_list, target_lists
from tasks.methods.gene_units import gene_units
from tests.tasks.methods.test_cerna_network import listed

TESTS = pl.DataFrame(
    [
        ("gene", "mrna", "e1", 5.0, 0.001, "up"),
        ("gene", "mrna", "e2", 5.0, 0.001, "down"),
        ("gene", "mrna", "e3", 5.0, 0.5, "ns"),
        ("gene", "lncrna", "e4", 5.0, 0.001, "up"),
        ("gene", "mrna", "e5", 0.0, None, "ns"),
        ("gene", "mrna", "e6", 5.0, 0.9, "ns"),
        ("mirna", "mirna", "m1", 5.0, 0.001, "up"),
        ("mirna", "mirna", "m2", 5.0, 0.5, "ns"),
        ("mirna", "mirna", "m3", 0.0, None, "ns"),
        ("circrna", "circrna", "c1", 5.0, 0.01, "up"),
        ("circrna", "circrna", "c2", 5.0, None, "ns"),
        ("circrna", "circrna", "c3", 0.0, None, "ns"),
        ("circrna", "circrna", "c4", 2.0, 0.9, "ns"),
    ],
    schema=["library", "rna_class", "feature_id", "base_mean", "pvalue", "direction"],
    orient="row",
)
FEATURES = pl.DataFrame(
    [("gene", f"e{i}", f"G{i}", None, None) for i in range(1, 7)]
    + [("circrna", "c1", None, "e1;e9", "G1;G9"), ("circrna", "c2", None, "e3", None)]
    + [("circrna", "c3", None, "e2", "G2"), ("circrna", "c4", None, None, None)],
    schema=["library", "feature_id", "symbol", "host_gene_id", "host_gene"],
    orient="row",
)
UNITS = gene_units(FEATURES)
EDGES = pl.DataFrame(
    [("m1", "e1"), ("m1", "e4"), ("m2", "e3"), ("m2", "e2"), ("m3", "e6"), ("m1", "e3")],
    schema=["mirna_id", "target_id"],
    orient="row",
).with_columns(tier=pl.lit("validated"))
TRIPLETS = listed(
    ("c1", "m1", "e1", "validated", True),
    ("c1", "m2", "e1", "validated", True),
    ("c1", "m2", "e2", "validated", True),
    ("c1", "m1", "e3", "validated", False),
)


def shown(one: GeneList) -> tuple[str, list[str], list[str]]:
    return one.name, one.genes.to_list(), one.background.to_list()


def test_changed_genes_against_tested_ones() -> None:
    tested = ["G1", "G2", "G3", "G4", "G6"]
    assert [shown(one) for one in changed_lists(TESTS, UNITS)] == [
        ("all", ["G1", "G2", "G4"], tested),
        ("up", ["G1", "G4"], tested),
        ("down", ["G2"], tested),
    ]


def test_targets_and_network_against_tested_mrnas_that_a_tested_mirna_targets() -> None:
    usable = ["G1", "G2", "G3"]  # e4 is no mRNA, e6 has an untested miRNA only
    assert [shown(one) for one in target_lists(TESTS, EDGES, TRIPLETS, UNITS, 1)] == [
        ("mirna_targets", ["G1", "G3"], usable),
        ("cerna_mrnas", ["G1", "G2"], usable),
        ("hubs", ["G1"], usable),
    ]


def test_each_tier_of_evidence_has_lists_of_its_pairs_and_stronger_ones_with_their_own_background() -> None:
    tiers = ["predicted", "validated", "predicted", "validated", "validated", "high_throughput"]
    edges = EDGES.with_columns(tier=pl.Series(tiers))
    triplets = TRIPLETS.with_columns(tier=pl.Series(["predicted", "predicted", "validated", "validated"]))
    found = target_lists(TESTS, edges, triplets, UNITS, 1)
    assert [(one.tier, *shown(one)) for one in found] == [
        ("validated", "mirna_targets", [], ["G2"]),
        ("validated", "cerna_mrnas", ["G2"], ["G2"]),
        ("validated", "hubs", ["G2"], ["G2"]),  # of the validated network, where G1 is not
        ("high_throughput", "mirna_targets", ["G3"], ["G2", "G3"]),
        ("high_throughput", "cerna_mrnas", ["G2"], ["G2", "G3"]),
        ("high_throughput", "hubs", ["G2"], ["G2", "G3"]),
        ("predicted", "mirna_targets", ["G1", "G3"], ["G1", "G2", "G3"]),
        ("predicted", "cerna_mrnas", ["G1", "G2"], ["G1", "G2", "G3"]),
        ("predicted", "hubs", ["G1"], ["G1", "G2", "G3"]),
    ]


def test_hubs_of_each_tier_say_among_which_equals_the_alphabet_chose() -> None:
    edges = EDGES.with_columns(
        tier=pl.Series(["validated", "validated", "validated", "validated", "validated", "predicted"])
    )
    triplets = listed(
        ("c1", "m1", "e1", "validated", True),
        ("c1", "m1", "e2", "validated", True),
        ("c1", "m1", "e3", "predicted", True),
        ("c1", "m2", "e2", "predicted", True),
    )
    lists = target_lists(TESTS, edges, triplets, UNITS, 1)
    ties = {(one.name, one.tier): one.tie for one in lists}
    assert {key: tie for key, tie in ties.items() if tie} == {("hubs", "validated"): "1 of 2 mRNAs of degree 1"}
    assert ("hubs", "predicted") in ties  # there e2 has two miRNAs, and no equal


def test_a_tier_whose_pairs_add_nothing_has_no_lists_of_its_own() -> None:
    again = pl.concat([EDGES, EDGES.filter(target_id="e1").with_columns(tier=pl.lit("predicted"))])
    assert {one.tier for one in target_lists(TESTS, again, TRIPLETS, UNITS, 1)} == {"validated"}


def test_hosts_of_changed_circrnas_against_hosts_of_detected_ones() -> None:
    assert shown(host_list(TESTS, FEATURES, UNITS)) == ("circrna_hosts", ["G1", "G9"], ["G1", "G3", "G9"])


def test_nothing_changed_gives_empty_lists_with_their_background() -> None:
    nothing = TESTS.with_columns(direction=pl.lit("ns"))
    lists = [*changed_lists(nothing, UNITS), *target_lists(nothing, EDGES, TRIPLETS.clear(), UNITS, 1)]
    assert all(one.genes.is_empty() and len(one.background) for one in lists)
    assert host_list(TESTS.clear(), FEATURES, UNITS).background.is_empty()


def test_shared_genes_are_consistent_ones_against_those_tested_in_several_contrasts() -> None:
    twice = pl.concat([TESTS.with_columns(contrast_id=pl.lit(c)) for c in "ab"])
    twice = twice.filter((pl.col("contrast_id") == "a") | (pl.col("feature_id") != "e6"))
    overlaps = pl.DataFrame({"library": "gene", "feature_id": ["e1", "e2", "e6"], "is_consistent": [True, False, True]})
    assert shown(shared_list(overlaps, twice, UNITS)) == ("shared", ["G1"], ["G1", "G2", "G3", "G4"])
