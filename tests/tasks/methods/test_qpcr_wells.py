from __future__ import annotations

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.methods.cq_tables import CqTable
from tasks.methods.qpcr_wells import Run, qpcr_wells

HEADER = ("Well", "Sample", "Target", "Task", "Cq", "Quantity")
RUN = Run("landing/f.txt", "run 1")


def table(*rows: list[str], header: tuple[str, ...] = HEADER) -> CqTable:
    return CqTable(header, tuple(enumerate(rows, start=2)))


def test_no_amplification_is_never_a_number() -> None:
    words = ["Undetermined", "UNDETERMINED", "undet.", "N/A", "NaN", "-", "", "0.00"]
    found, _, _ = qpcr_wells(table(*[["A1", "C1", "GAPDH", "UNKNOWN", w, ""] for w in words]), RUN)
    assert found["cq"].null_count() == len(words)
    assert set(found["flag"]) == {"undetermined"}
    assert found["reading"].to_list() == list(range(1, len(words) + 1))


def test_quantities_are_kept_for_standards_only() -> None:
    rows = (["A1", "S", "G", "STANDARD", "20,5", "1.000,5"], ["A2", "C", "G", "UNKNOWN", "21,5", "77,1"])
    found, _, _ = qpcr_wells(table(*rows), RUN)
    assert found.select("cq", "quantity").rows() == [(20.5, 1000.5), (21.5, None)]


def test_unused_wells_have_no_row_and_a_missing_target_is_a_warning() -> None:
    rows = (["A1", "C1", "G", "", "20", ""], ["A2", "", "", "", "Undetermined", ""], ["A3", "C1", "", "", "22", ""])
    found, problems, _ = qpcr_wells(table(*rows), RUN)
    assert found["well"].to_list() == ["A01", "A03"]
    assert [p.rule for p in problems] == ["no_target"]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (table(["A1", "20"], header=("Well", "Value")), "no column CT, Cq or Crt; it has Well, Value"),
        (table(["A1", "G", "20"], header=("Place", "Target", "Cq")), "no column Well or Well Position"),
        (table(["97", "C", "G", "", "20", ""], ["ZZ9", "C", "G", "", "20", ""]), "line 3: 'ZZ9' is no well"),
        (table(["A1", "C", "G", "", "61", ""]), r"line 2, well A01, target G: '61' is no quantification cycle"),
        (table(["A1", "C", "", "", "", ""]), "no well with a target or Cq"),
        (table(), "no well with a target or Cq"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(broken: CqTable, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        qpcr_wells(broken, RUN)


def test_rows_keep_the_order_of_the_file() -> None:
    rows = [[w, "C", "G", "", "20", ""] for w in ("B2", "A1", "H12")]
    found, _, _ = qpcr_wells(table(*rows), RUN)
    assert found["well"].to_list() == ["B02", "A01", "H12"]
    assert found.schema["reading"] == pl.Int64


def test_a_well_that_occurs_twice_for_a_target_is_named_with_both_lines() -> None:
    rows = (["A1", "C1", "G", "", "18", ""], ["A2", "C1", "G", "", "18", ""], ["A1", "C1", "G", "", "19", ""])
    found, (problem,), _ = qpcr_wells(table(*rows, ["A2", "C1", "SOX9", "", "25", ""]), RUN)
    assert found.height == 4
    assert (problem.rule, problem.place) == ("well_twice", "well A01")
    assert "A01 of G (lines 2, 4)" in problem.message
