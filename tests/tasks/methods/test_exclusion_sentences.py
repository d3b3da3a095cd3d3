from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tasks.methods.exclusion_sentences import (
    TOLD,
    course_exclusion_sentences,
    exclusion_sentences,
    exclusions_summary,
    rescue_exclusion_sentence,
)
from tasks.methods.put_back import LeftOut
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
    few = "a group has fewer than two biological units, which show no spread"
    assert f"With it p = 0.020 instead of no p-value ({few}) (IL-1β against Control)." in sentence
    assert sentence.endswith("It is then tested by block-pooled t and not by pooled t.")


def test_what_moves_nothing_that_is_printed_says_so() -> None:
    (same,) = told(
        pair("primary", 1e-5, mean_difference=-0.5), pair("including_excluded", 2e-6, mean_difference=-0.50004)
    )
    assert "With it p < 0.001, as without it (IL-1β against Control)." in same
    assert same.endswith("No difference of means moves in its first three digits.")
    (moved,) = told(pair("primary", 1e-5, mean_difference=-0.5), pair("including_excluded", 2e-6, mean_difference=-0.4))
    assert "first three digits" not in moved


LEFT = (
    LeftOut("a" * 64, "B07", None, BUBBLE),
    LeftOut("a" * 64, None, None, "file plate1.csv (dropped)"),
    LeftOut(None, None, "NP1_il1b", "culture NP1_il1b (contaminated)"),
)


def summary(*rows: dict[str, object], left: Sequence[LeftOut] = LEFT, is_partial: bool = False) -> str:
    return exclusions_summary(left, table("result.pairwise_tests", rows), 0.05, is_partial=is_partial)


def test_the_summary_counts_what_is_left_out_and_says_whether_anything_hangs_on_it() -> None:
    quiet = [pair("primary", 0.01), pair("including_excluded", 0.03), pair("primary", 0.2, time_h=24.0)]
    assert summary(*quiet) == (
        "exclusions.csv leaves out 1 well, 1 file and 1 culture of what was loaded, each with its reason. They would "
        "change 1 family of tests; with what is left out put back no pair of groups crosses 0.05."
    )
    turned = summary(*quiet, pair("including_excluded", 0.01, time_h=24.0), left=LEFT[:1], is_partial=True)
    assert turned == (
        "exclusions.csv leaves out 1 well of what was loaded, each with its reason. It would change 2 families of "
        "tests; with what is left out put back 1 pair crosses 0.05 (viability at 24 h), told under each assay. "
        "Not everything could be put back: see the warnings."
    )
    assert summary(*quiet, left=()) == ""
    assert summary(pair("primary", 0.01)).endswith("No test of the bench assays could be repeated with them.")


def test_a_long_list_is_cut_and_says_so() -> None:
    rows = [pair(r, 0.5, target=f"G{i}") for i in range(TOLD + 2) for r in ("primary", "including_excluded")]
    found = told(*rows)
    assert len(found) == TOLD + 1
    assert found[-1] == "2 families more: see the table."
    assert exclusion_sentences(pl.DataFrame(schema=table("result.pairwise_tests").schema), LABELS, 0.05) == []


def test_rescue_is_told_with_what_is_left_out_put_back() -> None:
    row = {"treatment": "exo", "rescue": 0.6, "put_back": None}
    rows = [
        row | {"put_back": BUBBLE, "rescue_including_excluded": 0.45, "ci_low_including_excluded": 0.2,
               "ci_high_including_excluded": 0.7},
        row | {"put_back": BUBBLE, "treatment": "usc", "na_reason_including_excluded": "no_disease_effect"},
    ]  # fmt: skip
    known = table("result.rescue", rows).to_dicts()
    assert rescue_exclusion_sentence(known, {"exo": "Exosomes"}, 0.05) == (
        f"With what is left out put back ({BUBBLE}) Exosomes undid 45 % (95 % CI 20 % to 70 %) instead of 60 % and "
        "no rescue of usc is given (the CI of the disease's own effect includes 0, so that there is nothing to undo) "
        "instead of 60 %."
    )
    same = row | {"put_back": BUBBLE, "rescue_including_excluded": 0.6}
    told = rescue_exclusion_sentence(table("result.rescue", [same]).to_dicts(), {}, 0.05)
    assert told == f"With what is left out put back ({BUBBLE}) exo undid 60 %, as without it."
    assert rescue_exclusion_sentence(table("result.rescue", [row]).to_dicts(), {}, 0.05) is None


def test_a_time_course_is_told_with_what_is_left_out_put_back() -> None:
    about = {"comparison_id": "all", "experiment": "main", "measure": "viability", "target": "", "scale": "raw"}
    rows = [
        about | {"role": role, "effect": effect, "pvalue": 0.01, "pvalue_gg": p, "put_back": put, "method": way}
        for role, p, put, way in (
            ("primary", 0.02, None, "two_way_anova"),
            ("including_excluded", 0.2, BUBBLE, "mixed_anova"),
            ("as_published", 0.9, None, "two_way_anova"),
        )
        for effect in ("condition", "condition:time")
    ]
    rows[0] |= {"pvalue": None, "pvalue_gg": None, "na_reason": "missing_cell: c1 in a at 24 h"}
    (sentence,) = course_exclusion_sentences(table("result.time_course_tests", rows))
    assert sentence == (
        f"Left out of the time course of viability: {BUBBLE}. With it p = 0.200 by Greenhouse–Geisser "
        "instead of no p-value (no value of c1 in a at 24 h) (condition) and p = 0.200 instead of p = 0.020 "
        "(condition × time). It is then tested by mixed ANOVA and not by two-way ANOVA."
    )
    assert course_exclusion_sentences(table("result.time_course_tests", rows[:2])) == []
