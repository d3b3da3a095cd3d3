from __future__ import annotations

import polars as pl

from tasks.methods.null_reasons import null_warnings

ROWS = pl.DataFrame(
    {
        "sample_id": ["C1", "T1", "T2", "T3"],
        "target": ["SOX9", "SOX9", "ACAN", "ACAN"],
        "is_excluded": [False, False, False, True],
        "na_reason": [None, "undetermined", "undetermined", "no_calibrator"],
    }
)


def test_values_without_a_number_are_named_once_per_reason() -> None:
    (problem,) = null_warnings(ROWS, what="qpcr, experiment main")
    assert str(problem) == (
        "samples.csv, qpcr, experiment main: T1 SOX9, T2 ACAN have no value: no well amplified. "
        "Nothing is to be done if the gene is not expressed there."
    )


def test_what_is_already_told_is_not_told_again() -> None:
    assert null_warnings(ROWS, what="x", told=["undetermined"]) == []
    rows = ROWS.with_columns(na_reason=pl.lit("no_loading_on_membrane"))
    assert null_warnings(rows, what="x", told=["cross_membrane_loading"]) == []
    assert null_warnings(ROWS.drop("na_reason"), what="x") == []


def test_a_reason_without_words_says_itself_and_many_cultures_are_counted() -> None:
    rows = pl.DataFrame({"sample_id": [f"S{i}" for i in range(9)], "na_reason": ["lost_at_sea"] * 9})
    (problem,) = null_warnings(rows, what="x")
    assert "S0, S1, S2, S3, S4 and 4 more have no value: lost at sea" in problem.message


def test_a_reason_that_a_sheet_cures_says_where() -> None:
    for reason, cure in (
        ("dilution_missing", "column `dilution` of files.csv"),
        ("no_reference_target", "qpcr.reference_targets in study.yaml"),
        ("no_calibrator", "qpcr.calibrator in study.yaml"),
    ):
        (problem,) = null_warnings(pl.DataFrame({"sample_id": ["E1"], "na_reason": [reason]}), what="x")
        assert cure in problem.remedy
