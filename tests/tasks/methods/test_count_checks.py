from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.methods.count_checks import (
    excel_warnings,
    fraction_warning,
    not_counts,
    refuse_bad_counts,
    refuse_bad_ids,
    silent_samples,
)
from tests.tasks.parsers.count_files import raw_file

RNG = np.random.default_rng(7)
COUNTS = np.floor(RNG.lognormal(4, 2, (200, 4)))


def row_place(row: int) -> str:
    return f"line {row + 2}"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (COUNTS, None),
        (COUNTS * (RNG.random((200, 1)) < 0.5) * 1.37 + COUNTS * 0 + np.where(COUNTS > 50, 0, 3), None),
        (np.where(RNG.random((200, 4)) < 0.3, COUNTS, COUNTS + 0.214), None),  # shared reads give fractions
        (COUNTS / COUNTS.sum(axis=0) * 1e6, "one million"),
        (np.round(COUNTS / COUNTS.sum(axis=0) * 1e6), "rounded TPM"),
        (np.full((200, 4), 5000.0), None),  # drawn to a million reads each
        (np.log2(COUNTS + 1), "logarithms"),
        (np.log2(COUNTS + 1) - 5, "logarithms"),
        (COUNTS * 0.83, "FPKM"),
        (np.array([[0.5, 1.0]]), None),  # too few to tell
        (np.zeros((50, 2)), None),
    ],
)
def test_scales_are_told_apart(values: np.ndarray, words: str | None) -> None:
    reason = not_counts(values)
    assert (words is None) == (reason is None)
    assert words is None or words in str(reason)


def test_scaled_estimates_of_a_known_tool_are_counts() -> None:
    assert not_counts(COUNTS * 0.83, is_estimated=True) is None
    assert not_counts(COUNTS / COUNTS.sum(axis=0) * 1e6, is_estimated=True) is not None


def test_a_table_of_rounded_tpm_is_refused(tmp_path: Path) -> None:
    values = np.round(COUNTS / COUNTS.sum(axis=0) * 1e6)
    ids, raw = pl.Series([f"g{i}" for i in range(200)]), raw_file(tmp_path, "x")
    with pytest.raises(BadInputError, match="rounded TPM or CPM"):
        refuse_bad_counts(raw, ids, list("abcd"), values, lambda row, _: row_place(row), is_estimated=False)


def test_every_problem_of_ids_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as error:
        refuse_bad_ids(raw_file(tmp_path, "x"), pl.Series(["A", "", "A", ""]), ["S1", "S1", ""], row_place)
    assert [p.rule for p in error.value.problems] == ["empty_id", "duplicate_id", "duplicate_sample", "unnamed_sample"]


def test_genes_that_became_the_same_date_are_never_to_be_summed(tmp_path: Path) -> None:
    ids = ["GAPDH", "1-Mar", "SOX9", "1-Mar", "44621", "44621", "ACAN", "FOS", "HYI", "FOSB"]
    with pytest.raises(BadInputError) as error:
        refuse_bad_ids(raw_file(tmp_path, "x"), pl.Series(ids), ["S1"], row_place)
    (problem,) = error.value.problems
    assert (problem.rule, problem.place, problem.value) == ("excel_gene_name", "line 3", "1-Mar")
    assert "1-Mar (line 3, line 5), 44621 (line 6, line 7)" in problem.message
    assert problem.remedy.startswith("Do not sum or drop them")
    with pytest.raises(BadInputError) as error:
        refuse_bad_ids(raw_file(tmp_path, "x"), pl.Series([*ids, "GAPDH"]), ["S1"], row_place)
    assert [p.rule for p in error.value.problems] == ["excel_gene_name", "duplicate_id"]


@pytest.mark.parametrize(
    ("value", "rule"), [(-1.0, "negative_count"), (np.nan, "count_not_a_number"), (np.inf, "count_not_a_number")]
)
def test_a_bad_count_is_named(tmp_path: Path, value: float, rule: str) -> None:
    values = np.array([[1.0, 2.0], [3.0, value]])
    with pytest.raises(BadInputError) as error:
        refuse_bad_counts(
            raw_file(tmp_path, "x"),
            pl.Series(["A", "B"]),
            ["S1", "S2"],
            values,
            lambda r, c: f"{r},{c}",
            is_estimated=False,
        )
    (problem,) = error.value.problems
    assert (problem.rule, problem.place) == (rule, "1,1")
    assert "B in S2" in problem.message


def test_the_first_fraction_is_named(tmp_path: Path) -> None:
    raw, ids = raw_file(tmp_path, "x"), pl.Series(["A", "B"])
    (problem,) = fraction_warning(raw, ids, ["S1", "S2"], np.array([[1.0, 2.0], [3.5, 4.5]]), lambda r, c: f"{r},{c}")
    assert (problem.place, problem.value) == ("1,0", "3.5")
    assert "50.0%" in problem.message
    assert fraction_warning(raw, ids, ["S1"], np.array([[1.0], [2.0]]), lambda r, c: f"{r},{c}") == []


def test_damaged_symbols_are_reported_where_ids_are_sound(tmp_path: Path) -> None:
    ids, symbols = pl.Series(["ENSG01", "ENSG02"]), pl.Series(["TP53", "1-Mar"])
    (problem,) = excel_warnings(raw_file(tmp_path, "x"), ids, symbols, row_place)
    assert (problem.place, problem.value) == ("line 3", "1-Mar")
    assert list(excel_warnings(raw_file(tmp_path, "x"), ids, None, row_place)) == []


def test_an_id_of_several_lines_is_told_on_one(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, b"", "counts.csv")
    (problem,) = fraction_warning(raw, pl.Series(["a\nb"]), ["S1"], np.array([[1.5]]), lambda r, c: f"{r},{c}")
    assert "first a b in S1" in problem.message


def test_samples_without_reads_are_named(tmp_path: Path) -> None:
    raw, samples = raw_file(tmp_path, "x"), ["S1", "S2", "S3", "S4"]
    assert silent_samples(raw, samples, COUNTS) == []
    (problem,) = silent_samples(raw, samples, COUNTS * [1, 0, 1, 0])
    assert "S2, S4 have no reads in any feature" in str(problem)
    (problem,) = silent_samples(raw, samples, COUNTS * [1, 1, 0, 1])
    assert "S3 has no reads in any feature" in str(problem)
