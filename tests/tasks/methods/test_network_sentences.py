from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pytest

from tasks.methods.network_sentences import leading_axes, network_sentences
from tests.report_study import CONFIG, table

CONTRAST = {"contrast_id": "c", "reference": "il1b", "target": "exo"}
AXIS = {"contrast_id": "c", "cerna_class": "lncrna", "mirna_id": "m1", "mrna_id": "g1", "tier": "predicted"}
AXIS |= {"cerna_direction": "up", "mirna_direction": "down", "mrna_direction": "up", "pvalue": 0.002, "padj": 0.02}
AXIS |= {"is_significant": True, "is_consistent": True, "family_size": 40_000}
HUB = {"contrast_id": "c", "rna_class": "lncrna", "is_hub": True}
PAIR = {"contrast_id": "c", "cerna_class": "lncrna", "significant_count": 0, "family_size": 1200}
Rows = Sequence[dict[str, Any]]


def told(triplets: Rows, pairs: Rows = (), nodes: Rows = (), done: Collection[str] = ("c",)) -> list[str]:
    frames = {
        "core.contrasts": table("core.contrasts", [CONTRAST]),
        "result.cerna_triplets": table("result.cerna_triplets", triplets),
        "result.cerna_pairs": table("result.cerna_pairs", pairs),
        "result.cerna_nodes": table("result.cerna_nodes", nodes),
    }
    return ["".join(getattr(part, "text", part) for part in item) for item in network_sentences(CONFIG, frames, done)]


def test_axes_of_hubs_come_first_with_their_evidence_and_p() -> None:
    axes = [
        AXIS | {"cerna_id": "l1", "cerna_symbol": "MEG3", "pvalue": 1e-9, "padj": 1e-7},
        AXIS | {"cerna_id": "l2", "cerna_symbol": "MALAT1"},
        AXIS | {"cerna_id": "l2", "cerna_symbol": "MALAT1", "mrna_id": "g2", "mrna_symbol": "ACAN"}
        | {"tier": "validated", "family_size": 900, "pvalue": 0.01, "padj": 0.04},
    ]  # fmt: skip
    nodes = [HUB | {"feature_id": f, "hub_rank": n} for f, n in (("l2", 1), ("l1", 2))]
    (text,) = told(axes, nodes=nodes)
    assert text.startswith(
        "IL-1β + exosomes against IL-1β. Triplets of competing RNA, miRNA and mRNA at FDR < 0.05, in brackets those of "
        "them whose three RNAs are all changed in the directions expected: 1 of 900 by validated targets (1) and 2 of "
        "40,000 by predicted targets (2). Best of"
    )
    first, second = text.partition("Best of the first hubs: ")[2].split(" and lncRNA ")
    assert first == "lncRNA MALAT1 (up) – m1 (down) – ACAN (up) [validated targets, p = 0.010, FDR = 0.040]"
    assert second == "MEG3 (up) – m1 (down) – g1 (up) [predicted targets, p < 0.001, FDR < 0.001]."


def test_axes_are_said_to_be_of_hubs_only_where_all_are() -> None:
    axes = [AXIS | {"cerna_id": c, "cerna_symbol": c} for c in "ab"]
    for is_first, kind in ((True, "The best, hubs first"), (False, "None is of a hub; the best")):
        places = (("a", 1, is_first), ("b", 2, False))
        nodes = [HUB | {"feature_id": c, "hub_rank": rank, "is_hub": is_hub} for c, rank, is_hub in places]
        (text,) = told(axes, nodes=nodes)
        assert f"{kind}: lncRNA a (up)" in text


def test_each_rna_is_named_once_and_a_pattern_is_none_of_the_axes() -> None:
    axes = [AXIS | {"cerna_id": c, "mrna_id": g} for c in "ab" for g in "xyz"]
    axes += [AXIS | {"cerna_id": "p", "is_significant": False}, AXIS | {"cerna_id": "q", "is_consistent": False}]
    found = leading_axes(table("result.cerna_triplets", axes), table("result.cerna_nodes"))
    assert found["cerna_id"].to_list() == ["a", "b"]
    assert found["is_hub"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("triplets", "seen"),
    [([], ""), ([AXIS | {"cerna_id": "l", "is_significant": False}],
                "; 1 triplet fits in direction, which is a pattern and no finding")],
)  # fmt: skip
def test_where_nothing_is_significant_nothing_is_named(triplets: Rows, seen: str) -> None:
    (text,) = told(triplets)
    assert text.endswith(f"No triplet of competing RNA, miRNA and mRNA was found at FDR < 0.05{seen}; one may exist.")


@pytest.mark.parametrize(
    ("both", "said"),
    [(0, "expected: 2 of 40,000 by predicted targets (0)"), (1, "expected: 3 of 40,000 by predicted targets (1)")],
)
def test_significant_triplets_are_counted_apart_from_those_that_fit_too(both: int, said: str) -> None:
    rows = [AXIS | {"cerna_id": f"s{i}", "is_consistent": False} for i in range(2)]
    (text,) = told([*rows, *(AXIS | {"cerna_id": f"b{i}"} for i in range(both))])
    assert said in text


def test_triplets_are_counted_in_the_family_of_their_evidence_the_strongest_first() -> None:
    families = {"unstated": 7, "predicted": 40_000, "high_throughput": 6000, "validated": 900}
    rows = [AXIS | {"cerna_id": t, "tier": t, "family_size": n, "is_significant": n > 10} for t, n in families.items()]
    (text,) = told(rows)
    assert (
        "expected: 1 of 900 by validated targets (1), 1 of 6,000 by targets of high-throughput experiments (1), 1 of "
        "40,000 by predicted targets (1) and 0 of 7 by targets of unstated evidence (0). "
    ) in text


def test_pairs_are_counted_by_evidence_the_strongest_first() -> None:
    pairs = [PAIR | {"tier": "predicted"}, PAIR | {"tier": "validated", "significant_count": 3, "family_size": 70}]
    (text,) = told([], pairs, done=())
    told_pairs = "3 of 70 pairs by validated targets and 0 of 1,200 pairs by predicted targets or better."
    assert text.endswith(f"(FDR < 0.05): {told_pairs}")
    assert "No triplet" not in text  # triplets were not tested


def test_what_was_not_tested_is_not_told() -> None:
    assert told([], done=()) == []
