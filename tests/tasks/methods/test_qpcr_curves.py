from __future__ import annotations

import polars as pl

from tasks.methods.cq_tables import CqTable
from tasks.methods.qpcr_curves import AMPLIFICATION, MELT, curve_frames
from tasks.methods.qpcr_wells import Run

RUN = Run("landing/f.txt", "run 1", size=96)
MEASURED = pl.DataFrame(
    [("P", "A01", "GAPDH"), ("P", "A02", "GAPDH"), ("P", "A02", "ACAN")],
    schema=["plate", "well", "target"],
    orient="row",
)


def table(header: list[str], *rows: list[str]) -> CqTable:
    return CqTable(tuple(header), tuple(enumerate(rows, start=2)))


def test_cycles_make_an_amplification_curve() -> None:
    lines = table(
        ["Well", "Cycle", "Target Name", "Rn", "Delta Rn"],
        ["1", "1", "GAPDH", "0.61", "-0.007"],
        ["13", "2", "ACAN", "1,234.5", ""],
    )
    found, problems = curve_frames([lines], MEASURED, RUN)
    assert problems == []
    assert found[AMPLIFICATION].rows() == [
        ("P", "A01", "GAPDH", 1, 0.61, -0.007),
        ("P", "B01", "ACAN", 2, 1234.5, None),
    ]


def test_temperatures_make_a_melt_curve_whose_readings_are_counted_where_none_is_printed() -> None:
    header = ["Well Position", "Target Name", "Temperature", "Fluorescence", "Derivative"]
    printed = table(["Reading", *header], ["7", "A1", "GAPDH", "60.1", "5", "0.1"])
    counted = table(header, ["A1", "GAPDH", "60.1", "5", "0.1"], ["A1", "GAPDH", "60.6", "4", "0.2"])
    assert curve_frames([printed], MEASURED, RUN)[0][MELT]["reading"].to_list() == [7]
    assert curve_frames([counted], MEASURED, RUN)[0][MELT]["reading"].to_list() == [1, 2]


def test_a_curve_without_target_takes_the_only_one_of_its_well() -> None:
    lines = table(["Well", "Cycle", "Rn"], ["A1", "1", "0.5"], ["A2", "1", "0.5"])
    assert curve_frames([lines], MEASURED, RUN)[0][AMPLIFICATION]["target"].to_list() == ["GAPDH", ""]


def test_lines_without_well_or_cycle_and_repeats_are_left_out_and_counted() -> None:
    rows = (
        ["A1", "1", "G", "1"],
        ["", "1", "G", "1"],
        ["A1", "x", "G", "1"],
        ["A1", "1", "G", "2"],
        ["A1", "1e9", "G", "2"],
    )
    found, (problem,) = curve_frames([table(["Well", "Cycle", "Target", "Rn"], *rows)], MEASURED, RUN)
    assert found[AMPLIFICATION].height == 1
    assert problem.rule == "curve_lines_left_out"
    assert problem.message.startswith("4 of 5 lines")


def test_tables_of_something_else_are_passed_over() -> None:
    assert curve_frames([table(["Well", "Rn"], ["A1", "1"]), table(["Well", "Cycle", "Rn"])], MEASURED, RUN) == ({}, [])
