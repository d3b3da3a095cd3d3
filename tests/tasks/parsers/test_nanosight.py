from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from schemas.errors import BadInputError
from tasks.contracts import Parsed, RawFile
from tasks.parsers.nanosight import PARSER
from tests.tasks.parsers.bench_files import context, raw_file

REAL = "data/nta/nanosight_nta32_beads.csv"
SMALL = """NTA Experiment Summary File,,,
Created with NTA 3.4 Build 3.4.003,,,
[Experiment Details],,,
Sample Name,EXO1,,
Time Captured,10:20:38 25/03/2024,,
[Results],,,Average
Dilution factor (concentrations adjusted for this factor),1000,1000,
Concentration (Particles / ml),4E+9,8E+9,6E+9
Particles per frame,0.4,0.8,
[Concentration Warnings],,,
Validity of concentration measurement,OK,Caution,
[Size Data],,,
Filename,EXO1_00,EXO1_01,Average
Mean,100,100,100
Graph Data,,,
Bin centre (nm),Concentration,Concentration,Concentration
50,1E+9,2E+9,1.5E+9
100,2E+9,4E+9,3E+9
150,1E+9,2E+9,1.5E+9
,,,
Percentile,Size (nm),Size (nm),
"""


def parsed(raw: RawFile, **row: object) -> Parsed:
    return PARSER.parse(raw, context(**row))


def summaries(found: Parsed) -> pl.DataFrame:
    return found.frames["core.particle_summaries"]


def test_recomputed_sizes_are_those_that_nta_states_in_a_real_file(shared: Path) -> None:
    with (shared / REAL).open(encoding="latin-1") as stream:
        rows = {r[0]: r[1:13] for r in list(csv.reader(stream))[75:85]}
    found = summaries(parsed(RawFile.read(shared / REAL)))
    captures = found.filter(~pl.col("is_pooled"))
    assert captures["capture"].to_list() == rows["Filename"]
    # NTA counts a bin's particles at its lower edge in percentiles: up to one bin (1 nm) less than interpolation
    for title, column, tolerance in (
        ("Mean", "mean_nm", 0.06),
        ("SD", "sd_nm", 0.06),
        ("Mode", "mode_nm", 0.6),
        ("D10", "d10_nm", 1.1),
        ("D50", "d50_nm", 1.1),
        ("D90", "d90_nm", 1.1),
    ):
        stated = [float(x) for x in rows[title]]
        assert captures[f"stated_{column}"].to_list() == stated
        assert captures[column].to_list() == pytest.approx(stated, abs=tolerance)
    pooled = found.filter("is_pooled").row(0, named=True)
    assert pooled["mean_nm"] == pytest.approx(100.05, abs=0.01)
    assert pooled["track_count"] == captures["track_count"].sum() == 57149


def test_nta_32_records_no_dilution_so_concentrations_wait_for_files_csv(shared: Path) -> None:
    raw = RawFile.read(shared / REAL)
    found = parsed(raw)
    assert [p.rule for p in found.problems] == ["dilution_missing"]
    assert summaries(found)["total_concentration_per_ml"].is_null().all()
    assert found.frames["core.particle_sizes"]["concentration_per_ml"].is_null().all()
    printed = summaries(found)["printed_concentration_per_ml"].to_list()
    stated = summaries(found)["stated_concentration_per_ml"].to_list()
    assert printed[:12] == pytest.approx(stated[:12], rel=0.005)
    told = parsed(raw, attributes={"dilution": "100"})
    assert told.problems == ()
    assert summaries(told)["total_concentration_per_ml"].to_list() == pytest.approx([100 * p for p in printed])
    assert set(summaries(told)["dilution_source"]) == {"files.csv"}


def test_every_capture_and_bin_is_kept_and_the_rest_is_listed(shared: Path) -> None:
    found = parsed(RawFile.read(shared / REAL))
    assert found.frames["core.particle_sizes"].height == 12 * 1000
    assert {"Conditions: Temperature/C", "Results: X-Drift (pix/frame)", "Size Data: Percentile"} <= set(found.unread)


def test_nta_34_has_multiplied_already(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, SMALL.encode())
    for row in ({}, {"attributes": {"dilution": "1000"}}):
        found = parsed(raw, **row)
        assert found.problems == ()
        captures = summaries(found)
        assert captures["total_concentration_per_ml"].to_list() == [4e9, 8e9, 6e9]
        assert set(captures["dilution"]) == {1000.0}
        assert set(captures["sample_name"]) == {"EXO1"}
        assert set(captures["measured_on"]) == {"2024-03-25T10:20:38"}
        assert captures["flag"].to_list() == [None, "validity of concentration measurement: caution", None]


@pytest.mark.parametrize(
    ("old", "new", "row", "rule"),
    [
        ("0.4,0.8", "4E-4,8E-4", {}, "dilution_twice"),
        ("Concentration (Particles / ml),4E+9,8E+9", "Concentration (Particles / ml),4E+6,8E+6", {}, "dilution_twice"),
        ("0.4,0.8", "400,800", {}, "dilution_not_applied"),
        ("", "", {"attributes": {"dilution": "10"}}, "dilution_disagrees"),
        ("Mean,100,100", "Mean,200,100", {}, "summary_disagrees"),
    ],
)
def test_planted_errors_of_dilution_and_figures_are_told_in_one_line(
    old: str, new: str, row: dict[str, object], rule: str, tmp_path: Path
) -> None:
    found = parsed(raw_file(tmp_path, SMALL.replace(old, new).encode()), **row)
    assert [p.rule for p in found.problems] == [rule]
    assert "\n" not in str(found.problems[0])
    is_doubtful = rule.startswith("dilution")
    assert summaries(found)["total_concentration_per_ml"].is_null().all() == is_doubtful
    assert summaries(found)["mean_nm"].is_not_null().all()


@pytest.mark.parametrize(
    ("broken", "place", "words"),
    [
        (SMALL.partition("[Size Data]")[0], "", "has no section [Size Data]"),
        (SMALL.partition("Bin centre")[0], "", "no table that begins with Bin centre"),
        (SMALL.partition("4E+9,3E+9\n150")[0] + "4E+9,3E+9\n150", "line 19", "ends in the middle"),
        (SMALL.replace("150,1E+9", "150,many"), "line 19, column 2", "'many' is no concentration"),
        (SMALL.replace("150,1E+9", "150,-1"), "line 19, column 2", "'-1' is no concentration"),
        (SMALL.replace("100,2E+9", "40,2E+9"), "line 18", "sizes must increase"),
        (SMALL.replace("EXO1_00,EXO1_01", ","), "line 16", "no capture is named"),
        ("", "", "is empty"),
    ],
)
def test_broken_files_say_where_and_what_to_do(broken: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        parsed(raw_file(tmp_path, broken.encode()))
    (problem,) = caught.value.problems
    assert problem.place == place
    assert words in problem.message
    assert problem.remedy


def test_decimal_commas_and_repeated_names(tmp_path: Path) -> None:
    text = SMALL.replace(",", ";").replace("1E+9", "1,0E+9").replace("Mean;100;100", "Mean;100,0;100,0")
    text = text.replace("EXO1_01", "EXO1_00")
    found = summaries(parsed(raw_file(tmp_path, text.encode("utf-16"))))
    assert found["capture"].to_list() == ["EXO1_00", "EXO1_00 (2)", "pooled"]
    assert found["printed_concentration_per_ml"].to_list() == [4e9, 8e9, 6e9]


def test_only_the_bins_weighted_by_number_are_concentrations(tmp_path: Path) -> None:
    head, table = SMALL.split("[Size Data],,,\n")
    number = "Weighting,Number,,\n" + table
    surface = "Weighting,Surface Area,,\n" + table.replace("E+9", "E+13")
    wanted = summaries(parsed(raw_file(tmp_path, SMALL.encode())))
    for tables in (number + surface, surface + number, surface + "[Size Data],,,\n" + number):
        found = parsed(raw_file(tmp_path, f"{head}[Size Data],,,\n{tables}".encode()))
        assert_frame_equal(summaries(found), wanted)
        assert "Size Data: Surface Area weighting" in found.unread
    with pytest.raises(BadInputError, match="weighted by surface area; particles per mL need number weighting"):
        parsed(raw_file(tmp_path, f"{head}[Size Data],,,\n{surface}".encode()))
