from __future__ import annotations

import pytest

from tasks.methods.curve_grids import curve_grid

ROWS = [
    ["File Name", "x"],
    [],
    ["", "Cycle", "A1", "B12"],
    ["", "1", "10", ""],
    ["", "2", "11.5", "12"],
    ["", "3"],
    [""],
]


def test_a_grid_becomes_one_row_a_well_and_cycle() -> None:
    found = curve_grid(ROWS, "SYBR")
    assert found is not None
    assert found.header == ("Well Position", "Target", "Cycle", "Fluorescence")
    assert found.rows == (
        (4, ("A01", "SYBR", "1", "10")),
        (5, ("A01", "SYBR", "2", "11.5")),
        (5, ("B12", "SYBR", "2", "12")),
    )


def test_a_grid_over_temperature_is_a_melt_curve() -> None:
    found = curve_grid([["Temperature", "A1"], ["65.0", "9"]], "FAM", "sheet FAM, row", "Derivative")
    assert found is not None
    assert found.header == ("Well Position", "Target", "Temperature", "Derivative")
    assert found.where == "sheet FAM, row"


@pytest.mark.parametrize("header", [["Well", "Cycle", "Rn"], ["Cycle"], ["Time", "A1"], [], ["A1", "Cycle"]])
def test_other_tables_are_no_grid(header: list[str]) -> None:
    assert curve_grid([header, ["1", "2", "3"]], "") is None
