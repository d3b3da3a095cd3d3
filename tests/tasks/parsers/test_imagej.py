from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from schemas.sheets import Layout, LayoutLane
from tasks.contracts import Parsed, RawFile
from tasks.parsers.imagej import PARSER
from tests.tasks.parsers.bench_files import context, raw_file

BOXES = (
    " ,Area,Mean,Min,Max,IntDen,RawIntDen\n1,100,20,1,200,2000,2000\n2,100,40,1,210,4000,4000\n"
    "3,100,10,1,90,1000,1000\n4,100,10,1,255,1000,1000\n"
)


def lanes(*samples: str | None, roles: tuple[str, ...] = ()) -> Layout:
    named = zip(samples, roles or ("sample",) * len(samples), strict=True)
    return Layout(name="gel", lanes=tuple(LayoutLane(lane=i, sample=s, role=r) for i, (s, r) in enumerate(named, 1)))


def parsed(raw: RawFile, **about: object) -> Parsed:
    return PARSER.parse(raw, context(**about))


def bands(raw: RawFile, **about: object) -> pl.DataFrame:
    return parsed(raw, **about).frames["core.blot_bands"]


@pytest.mark.parametrize("ending", ["csv", "xls"])
def test_a_real_file_gives_its_integrated_densities_lane_by_lane(ending: str, shared: Path) -> None:
    path = shared / "data/western" / f"imagej_Results.{ending}"
    with path.open() as stream:
        rows = list(csv.DictReader(stream, delimiter="\t" if ending == "xls" else ","))
    found = bands(RawFile.read(path))
    assert found["lane"].to_list() == list(range(1, 11))
    assert found["signal"].to_list() == [float(r["IntDen"]) for r in rows]
    assert found["area"].to_list() == [float(r["Area"]) for r in rows]
    assert found["max_intensity"].to_list() == [float(r["Max"]) for r in rows]
    assert [p.rule for p in parsed(RawFile.read(path)).problems] == ["no_layout", "no_target", "bands_look_dark"]


def test_boxes_fall_into_lanes_target_after_target(tmp_path: Path) -> None:
    found = bands(raw_file(tmp_path, BOXES.encode()), layout=lanes("C1", "T1"), target="SOX9;GAPDH", membrane="M1")
    assert found.select("lane", "sample_name", "target", "target_role", "signal", "flag").rows() == [
        (1, "C1", "SOX9", "target", 2000.0, "no_background"),
        (2, "T1", "SOX9", "target", 4000.0, "no_background"),
        (1, "C1", "GAPDH", "loading", 1000.0, "no_background"),
        (2, "T1", "GAPDH", "loading", 1000.0, "saturated;no_background"),
    ]
    assert set(found["membrane"]) == {"M1"}
    assert found["membrane_is_explicit"].all()


def test_background_boxes_are_taken_off_by_area(tmp_path: Path) -> None:
    layout = lanes("C1", "T1", None, None, roles=("sample", "sample", "background", "ladder"))
    found = bands(raw_file(tmp_path, BOXES.encode()), layout=layout, target="SOX9")
    assert found.select("lane", "sample_name", "signal", "background").rows() == [
        (1, "C1", 1000.0, 1000.0),
        (2, "T1", 3000.0, 1000.0),
        (4, None, None, 1000.0),
    ]
    assert found["flag"].to_list() == [None, None, "saturated;below_background"]


def test_dark_bands_are_inverted_when_files_csv_says_so(tmp_path: Path) -> None:
    text = " ,Area,Mean,Min,Max\n1,10,200,100,255\n2,10,155,0,250\n"
    raw = raw_file(tmp_path, text.encode())
    found = bands(raw, target="SOX9", attributes={"bands": "dark"})
    assert found["signal"].to_list() == [550.0, 1000.0]
    assert found["flag"].to_list() == ["no_background", "saturated;no_background"]
    problems = parsed(raw, target="SOX9").problems
    assert "bands_look_dark" in [p.rule for p in problems]
    assert "write `dark` into a column `bands`" in str(problems[-1])


def test_peaks_of_the_gel_analyser_have_their_background_off_already(tmp_path: Path) -> None:
    found = bands(raw_file(tmp_path, b" \tArea\tPercent\n1\t1200.5\t40\n2\t1800.5\t60\n"), target="SOX9")
    assert found.select("signal", "area", "flag").rows() == [(1200.5, None, None), (1800.5, None, None)]


@pytest.mark.parametrize(
    ("text", "about", "place", "words"),
    [
        (BOXES.replace("2,100,40", "7,100,40"), {}, "line 3", "'7' stands where row 2 was expected"),
        (BOXES.replace("2,100,40,1,210,4000,4000\n", ""), {}, "line 3", "boxes are missing or repeated"),
        (BOXES.replace("4000,4000", "4000,x"), {"attributes": {}}, "", ""),
        (BOXES.replace("4000,4000", "dark,1"), {}, "line 3, column IntDen", "'dark' is no number"),
        (
            BOXES,
            {"layout": lanes("C1", "C2", "T1"), "target": "SOX9;GAPDH"},
            "4 rows",
            "has 3 lanes and files.csv names 2",
        ),
        (BOXES, {"target": "A;B;C"}, "4 rows", "4 boxes were measured"),
        (BOXES.partition("3,100")[0] + "3,100", {}, "line 4", "cut off"),
    ],
)
def test_boxes_that_could_shift_lanes_are_refused(
    text: str, about: dict[str, object], place: str, words: str, tmp_path: Path
) -> None:
    raw = raw_file(tmp_path, text.encode())
    if not words:  # a column that is not needed may hold anything
        assert bands(raw, **about).height == 4
        return
    with pytest.raises(BadInputError) as caught:
        parsed(raw, **about)
    (problem,) = caught.value.problems
    assert problem.place == place
    assert words in problem.message


def test_results_without_row_numbers_and_gel_peaks_are_imagejs(tmp_path: Path) -> None:
    for text in ("Area,Mean,IntDen\n10,5,50\n10,7,70\n", " \tArea\tPercent\n1\t50\t41.7\n2\t70\t58.3\n"):
        raw = raw_file(tmp_path, text.encode())
        assert PARSER.claims(raw, context())
        assert PARSER.parse(raw, context()).frames["core.blot_bands"]["signal"].to_list() == [50.0, 70.0]
