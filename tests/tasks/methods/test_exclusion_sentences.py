from __future__ import annotations

import polars as pl

from tasks.methods.exclusion_sentences import TOLD, exclusion_sentences
from tests.report_study import table

LABELS = {"control": "Control", "il1b": "IL-1β"}
BUBBLE = "well B7 of plate1.csv (bubble)"


def pair(role: str, padj: float | None, **more: object) -> dict[str, object]:
    row: dict[str, object] = {"comparison_id": "all", "experiment": "main", "assay": "cell_viability", "target": ""}
    row |= {"measure": "viability", "time_h": 72.0, "group_a": "control", "group_b": "il1b", "scale": "raw"}
    row |= {"method": "pooled_t", "role": role, "padj": padj}
    return row | ({"put_back": BUBBLE} if role == "including_excluded" else {}) | more


def told(*rows: dict[str, object]) -> list[str]:
    return exclusion_sentences(table("result.pairwise_tests", rows), LABELS, 0.05)


def test_a_family_says_what_is_left_out_and_p_with_and_without_it() -> None:
    assert told(pair("primary", 0.01), pair("including_excluded", 0.03)) == [
        f"Left out of viability at 72 h: {BUBBLE}. With it p = 0.030 instead of p = 0.010 (IL-1β against Control)."
    ]
    assert told(pair("primary", 0.01), pair("as_published", 0.5)) == []


def test_pairs_that_cross_alpha_are_told_and_their_family_first() -> None:
    quiet = [pair(r, 0.5, time_h=24.0) for r in ("primary", "including_excluded")]
    others = [pair(r, 0.2, group_b=f"g{i}") for r in ("primary", "including_excluded") for i in range(4)]
    first, second = told(*quiet, *others, pair("primary", 0.01), pair("including_excluded", 0.3))
    assert "With it p = 0.300 instead of p = 0.010 (IL-1β against Control); no other pair crosses 0.05." in first
    assert second.startswith("Left out of viability at 24 h")


def test_where_nothing_crosses_no_other_pair_is_spoken_of_and_all_that_cross_are_told() -> None:
    quiet = [pair(r, 0.5, group_b=f"g{i}") for r in ("primary", "including_excluded") for i in range(9)]
    (sentence,) = told(*quiet)
    assert "; no pair crosses 0.05." in sentence
    both = (("primary", 0.01), ("including_excluded", 0.3))
    many = [pair(r, p, target=f"G{i}") for i in range(TOLD + 3) for r, p in both]
    found = told(*many, *quiet)
    assert len(found) == TOLD + 4
    assert found[-1] == "1 family more: see the table."


def test_another_design_and_a_pair_that_could_not_be_tested_are_said() -> None:
    (sentence,) = told(
        pair("primary", None, na_reason="n_below_2"), pair("including_excluded", 0.02, method="block_pooled_t")
    )
    assert "With it p = 0.020 instead of no p-value (n below 2) (IL-1β against Control)." in sentence
    assert sentence.endswith("It is then tested by block-pooled t and not by pooled t.")


def test_a_long_list_is_cut_and_says_so() -> None:
    rows = [pair(r, 0.5, target=f"G{i}") for i in range(TOLD + 2) for r in ("primary", "including_excluded")]
    found = told(*rows)
    assert len(found) == TOLD + 1
    assert found[-1] == "2 families more: see the table."
    assert exclusion_sentences(pl.DataFrame(schema=table("result.pairwise_tests").schema), LABELS, 0.05) == []
