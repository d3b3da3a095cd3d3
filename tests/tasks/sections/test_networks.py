from __future__ import annotations

from typing import Any

from tests.report_study import chapters, column, frames, grids, table, words

CONTRAST = {"contrast_id": "c", "reference": "il1b", "target": "exo"}
TRIPLET = {"contrast_id": "c", "cerna_id": "l1", "cerna_class": "lncrna", "mirna_id": "m1", "mrna_id": "g1"}
TRIPLET |= {"padj": 0.01, "pvalue": 0.001}
PAIR = {"contrast_id": "c", "tier": "validated", "cerna_id": "l1", "mrna_id": "g1", "family_size": 700}


def given(triplets: list[dict[str, Any]], pairs: list[dict[str, Any]], nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return frames(
        core__contrasts=table("core.contrasts", [CONTRAST]),
        result__cerna_triplets=table("result.cerna_triplets", triplets),
        result__cerna_pairs=table("result.cerna_pairs", pairs),
        result__cerna_nodes=table("result.cerna_nodes", nodes),
    )


def test_titration_cargo_and_patterns_are_told_before_any_number() -> None:
    text = words(chapters(given([TRIPLET], [], []))["networks"])
    lead = text.partition("IL-1β + exosomes against IL-1β")[0]
    assert "titrate its miRNA without the miRNA's amount moving" in lead
    assert "carry the exosomes' own RNA" in lead
    assert "is a pattern" in lead


def test_hubs_triplets_and_pairs_are_listed() -> None:
    node = {"contrast_id": "c", "feature_id": "l1", "symbol": "MALAT1", "rna_class": "lncrna", "degree": 7}
    nodes = [node | {"is_hub": True, "hub_rank": 1}, node | {"feature_id": "l2", "symbol": "x", "is_hub": False}]
    triplets = [TRIPLET | {"is_consistent": True}, TRIPLET | {"mrna_id": "g2"}]
    pairs = [
        PAIR
        | {
            "is_significant": True,
            "significant_count": 1,
            "hyper_padj": 0.02,
            "false_call_rate": 0.125,
            "sample_count": 9,
        }
    ]
    found = chapters(given(triplets, pairs, nodes))["networks"]
    tables = grids(found)
    assert column(tables["hubs-c"], "RNA") == ["MALAT1"]
    assert column(tables["triplets-c"], "mRNA") == ["g1"]
    assert column(tables["cerna-pairs-c"], "mRNA") == ["g1"]
    text = words(found)
    assert (
        "No triplet of competing RNA, miRNA and mRNA was found at FDR < 0.05. 1 consistent triplet (a pattern)" in text
    )
    assert "Pairs by validated targets: 1 pair of 700 at FDR < 0.05; rewired target tables give 12.5 %" in text
    assert "Correlations rest on 9 samples and are hints" in text


def test_families_of_pairs_are_told_the_strongest_first_with_all_that_they_hold() -> None:
    counts = {"unstated": 3, "predicted": 9, "high_throughput": 2, "validated": 1}
    pairs = [PAIR | {"tier": tier, "significant_count": n} for tier, n in counts.items()]
    lines = [line for line in words(chapters(given([], pairs, []))["networks"]).splitlines() if "Pairs by" in line]
    assert [line.partition(" of 700")[0] for line in lines] == [
        "Pairs by validated targets: 1 pair",
        "Pairs by targets of high-throughput experiments or validated: 2 pairs",
        "Pairs by predicted targets or better: 9 pairs",
        "Pairs by targets of any evidence: 3 pairs",
    ]


def test_no_pair_found_is_no_sign_that_there_is_none() -> None:
    text = words(chapters(given([], [PAIR | {"is_significant": False, "significant_count": 0}], []))["networks"])
    assert "0 pairs of 700 at FDR < 0.05: none was found among these, which is no sign that none exists." in text


def test_without_networks_there_is_no_section() -> None:
    assert "networks" not in chapters(frames())
