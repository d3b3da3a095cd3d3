from __future__ import annotations

import pytest

from schemas.errors import BadInputError
from tasks.methods.pages import Page
from tasks.methods.printed_grids import printed_grids, refuse_cut_grid
from tests.tasks.parsers.plate_files import grid


def page(text: str, name: str = "") -> Page:
    return Page(name, [line.split(",") for line in text.split("\n")])


def test_plates_keep_the_text_above_and_beside() -> None:
    text = f"file of today\n\nRaw Data (450)\n{grid()}\n{grid().replace(',12', ',12,,Plate: NUNC')}the end,of it\n"
    (first, second), rest = printed_grids(page(text))
    assert first.titles == ["file of today", "Raw Data (450)"]
    assert (first.title, first.line, first.beside) == ("Raw Data (450)", 4, ())
    assert (second.titles, second.title, second.beside) == ([], "", ("Plate: NUNC",))
    assert [cells for _, cells in rest] == [("the end", "of it")]
    wells = list(first.wells())
    assert (wells[0], wells[-1], len(wells)) == (("A01", "0.500", 5), ("H12", "0.511", 12), 96)


def test_a_corner_may_say_what_was_read_and_columns_may_have_leading_zeros() -> None:
    (found,), _ = printed_grids(page("Abs,01,02,03\nA,1,2,3\nC,4,5,6\n"))
    assert found.corner == "Abs"
    assert [w for w, _, _ in found.wells()] == ["A01", "A02", "A03", "C01", "C02", "C03"]


@pytest.mark.parametrize(
    "text", ["Plate,1,1\nA,2,3\n", ",1,2,3\n", ",1,2,3\nmean,1,2\n", ",2,3,4\nA,1,2,3\n", ",1\nA,5\n"]
)
def test_what_only_looks_like_a_header_is_text(text: str) -> None:
    assert printed_grids(page(text))[0] == []


def test_a_header_with_ten_thousand_columns_is_no_plate() -> None:
    assert printed_grids(page("," + ",".join(map(str, range(1, 10_001))) + "\nA,1\n"))[0] == []


@pytest.mark.parametrize("cut", [9, 40, 200])
def test_a_text_file_that_ends_within_a_plate_is_refused(cut: int) -> None:
    broken = page(grid()[:-cut])
    grids, _ = printed_grids(broken)
    with pytest.raises(BadInputError, match="ends in the middle of a plate"):
        refuse_cut_grid(broken, grids, "f.csv", "Export it again.")


def test_complete_plates_and_sheets_pass() -> None:
    for whole in (page(grid()), page(grid()[:-1]), page(grid() + "\nend"), page(grid()[:-40], "Sheet1")):
        refuse_cut_grid(whole, printed_grids(whole)[0], "f", "")
