from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tasks.methods.pvalue_text import printed_pvalue

Insert = Callable[..., None]
Read = Callable[[str], list[dict[str, Any]]]
LABELS = {"control": "Control", "il1b": "IL-1β", "exo": "IL-1β + exosomes"}
FAMILY = {"study_id": "s", "comparison_id": "c", "experiment": "main", "assay": "western_blot", "measure": "protein"}


@pytest.fixture(autouse=True)
def study(insert: Insert) -> None:
    manifest = json.dumps({"conditions": [{"id": i, "label": label} for i, label in LABELS.items()]})
    insert("core.studies", study_id="s", title="A study", manifest=manifest)


def rescued(insert: Insert, **more: object) -> None:
    row = {**FAMILY, "target": "ACAN", "control": "control", "disease": "il1b", "treatment": "exo", "scale": "log2"}
    row |= {"disease_effect": -1.5, "rescue": 0.62, "ci_low": 0.41, "ci_high": 0.853, "n_unit": "donor"}
    insert("result.rescue", **(row | more))


def test_a_rescue_reads_as_a_sentence(insert: Insert, read: Read) -> None:
    rescued(insert)
    (row,) = read("mart.rescue")
    assert row["sentence"] == (
        "IL-1β + exosomes restores 62 % (41–85 %) of ACAN protein lost under IL-1β (of the log2 change)"
    )
    assert (row["rescue_percent"], row["ci_low_percent"]) == (pytest.approx(62), pytest.approx(41))
    assert (row["control_label"], row["disease_label"]) == ("Control", "IL-1β")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rescue_including_excluded": 0.456, "ci_low_including_excluded": 0.2, "ci_high_including_excluded": 0.7},
         "46 % (20–70 %)"),
        ({"rescue_including_excluded": 0.1, "ci_low_including_excluded": -0.2, "ci_high_including_excluded": 0.7},
         "10 % (-20 to 70 %)"),
        ({"na_reason_including_excluded": "no_disease_effect"}, "no rescue (no disease effect)"),
    ],
)  # fmt: skip
def test_a_rescue_says_what_it_is_with_exclusions_put_back(
    insert: Insert, read: Read, values: dict[str, object], said: str
) -> None:
    rescued(insert, put_back="well B7 of plate1.csv (bubble)", **values)
    rescued(insert, target="SOX9")
    with_it, nothing = read("mart.rescue")
    assert with_it["sentence_including_excluded"] == f"With well B7 of plate1.csv (bubble) put back: {said}"
    assert nothing["sentence_including_excluded"] is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {
                "disease_effect": 30.0,
                "measure": "percent_positive",
                "target": "SA-b-gal",
                "time_h": 72.0,
                "scale": "raw",
            },
            "IL-1β + exosomes undoes 62 % (41–85 %) of the rise of SA-b-gal percent positive under IL-1β at 72 h",
        ),
        (
            {"ci_low": -0.05, "scale": "raw"},
            "IL-1β + exosomes does not clearly undo the loss of ACAN protein under IL-1β: rescue 62 % (-5 to 85 %)",
        ),
        (
            {"rescue": -0.4, "ci_low": -0.6, "ci_high": -0.2, "scale": "raw"},
            "IL-1β + exosomes adds to the loss of ACAN protein under IL-1β: rescue -40 % (-60 to -20 %)",
        ),
        (
            {"rescue": None, "ci_low": None, "ci_high": None, "na_reason": "no_disease_effect"},
            "IL-1β + exosomes: no rescue can be stated, as IL-1β did not change ACAN protein measurably",
        ),
        (
            {"rescue": None, "ci_low": None, "ci_high": None, "na_reason": "n_below_2", "disease_effect": None},
            "IL-1β + exosomes: no rescue of ACAN protein was computed (n below 2)",
        ),
    ],
)
def test_a_rescue_says_only_what_its_interval_allows(
    insert: Insert, read: Read, values: dict[str, object], sentence: str
) -> None:
    rescued(insert, **values)
    assert [r["sentence"] for r in read("mart.rescue")] == [sentence]


def tested(insert: Insert, **more: object) -> None:
    row = {**FAMILY, "target": "ACAN", "group_a": "control", "group_b": "il1b", "n_a": 3, "n_b": 4, "role": "primary"}
    row |= {"method": "block_pooled_t", "scale": "log2", "mean_difference": -1.0, "ratio": 0.5, "ci_low": -2.0}
    row |= {"ci_high": -0.5, "pvalue": 0.002, "padj": 0.012, "correction": "bonferroni", "family_size": 6, "stars": "*"}
    insert("result.pairwise_tests", **(row | more))


def summarised(insert: Insert, condition: str, mean: float, sd: float | None, **more: object) -> None:
    row = {
        **FAMILY,
        "target": "ACAN",
        "condition": condition,
        "scale": "log2",
        "n_unit": "donor",
        "mean": mean,
        "sd": sd,
    }
    insert("result.group_summaries", **(row | more))


def test_a_pair_reads_as_means_ratio_p_and_stars(insert: Insert, read: Read) -> None:
    tested(insert)
    tested(insert, role="as_published", method="pooled_t", padj=0.9)
    summarised(insert, "control", 1.2345, 0.25)
    summarised(insert, "il1b", 0.2345, None)
    summarised(insert, "il1b", 9.0, 9.0, time_h=24.0)
    whole = {**FAMILY, "target": "ACAN", "scale": "log2", "design_note": "n = donors; exploratory"}
    insert("result.group_tests", **whole, role="primary", method="randomised_block_anova")
    insert(
        "result.group_tests", **(whole | {"design_note": "independent"}), role="as_published", method="one_way_anova"
    )
    (row,) = read("mart.bench_results")
    assert row["design_note"] == "n = donors; exploratory"
    assert (row["summary_a"], row["summary_b"]) == ("1.23 ± 0.25", "0.234")
    assert row["effect"] == "0.5-fold (CI 0.25 to 0.707)"
    assert (row["p_printed"], row["n_unit"]) == ("0.012", "donor")
    assert row["sentence"] == (
        "ACAN protein, IL-1β against Control: 0.5-fold (CI 0.25 to 0.707), p = 0.012 "
        "(*; block pooled t, bonferroni over 6 pairs; n = 4 and 3 donors)"
    )


@pytest.mark.parametrize(
    ("padj", "printed"), [(0.0000001, "< 0.001"), (0.00099, "< 0.001"), (0.001, "0.001"), (0.9996, "> 0.999")]
)
def test_p_is_never_printed_as_0_or_1(insert: Insert, read: Read, padj: float, printed: str) -> None:
    tested(insert, padj=padj, scale="raw", ratio=None, mean_difference=-12345.6, ci_low=None, ci_high=None)
    (row,) = read("mart.bench_results")
    assert row["p_printed"] == printed
    assert row["effect"] == "-12346"
    assert f"difference -12346, p {'' if printed[0] in '<>' else '= '}{printed} (*" in row["sentence"]


def test_a_pair_that_was_not_tested_says_why(insert: Insert, read: Read) -> None:
    nulls = dict.fromkeys(("mean_difference", "ratio", "ci_low", "ci_high", "pvalue", "padj", "stars"))
    tested(insert, **nulls, na_reason="n_below_2", time_h=24.0)
    (row,) = read("mart.bench_results")
    assert row["sentence"] == "ACAN protein at 24 h, IL-1β against Control: not tested (n below 2)"
    assert (row["p_printed"], row["effect"], row["summary_a"]) == (None, None, None)


@pytest.mark.parametrize(
    "padj", [0.0, 0.00099, 0.001, 0.00999, 0.01, 0.0123, 0.0496, 0.04999, 0.05, 0.9994, 0.9995, 1.0]
)
def test_p_is_printed_as_everywhere(insert: Insert, read: Read, padj: float) -> None:
    tested(insert, padj=padj)
    (row,) = read("mart.bench_results")
    assert row["p_printed"] == printed_pvalue(padj)


def test_what_is_left_out_stands_beside_the_result_without_it(insert: Insert, read: Read) -> None:
    tested(insert, time_h=24.0, is_confirmatory=False)
    tested(insert, time_h=72.0, is_confirmatory=True)
    back = {"role": "including_excluded", "put_back": "well B7 of plate1.csv (bubble)"}
    tested(insert, **back, time_h=24.0, padj=0.3, pvalue=0.05, ratio=0.7, method="welch_t", is_confirmatory=False)
    early, late = read("mart.bench_results")
    assert (early["padj"], early["p_including_excluded"]) == (0.012, 0.3)
    assert (early["ratio"], early["estimate_including_excluded"]) == (0.5, 0.7)
    assert early["method_including_excluded"] == "welch t, bonferroni over 6 pairs"
    assert late["method_including_excluded"] is None
    assert early["left_out"] == "well B7 of plate1.csv (bubble)"
    assert {late[c] for c in ("left_out", "p_including_excluded", "estimate_including_excluded")} == {None}
    assert (early["time_role"], late["time_role"]) == ("exploratory", None)
    assert "p = 0.012 (*, exploratory; block pooled t" in early["sentence"]
    assert "p = 0.012 (*; block pooled t" in late["sentence"]
