from __future__ import annotations

import pytest

from schemas.errors import Severity
from schemas.sheets import Layout
from tasks.methods.grids import row_letters
from tasks.methods.id_matching import KnownIds
from tasks.methods.layout_sheets import read_layout, unknown_samples

SAMPLES = frozenset({"C1", "C2", "control"})


def read(text: str) -> tuple[Layout, list[tuple[str, str]]]:
    layout, problems = read_layout("layouts/p.csv", text.encode(), SAMPLES)
    return layout, [(p.place, p.rule) for p in problems]


def test_a_list_of_wells_keeps_times_targets_and_lines() -> None:
    layout, problems = read(
        "Well,Sample,Role,time_h,target\na1,C1,,0,\nA1,C1,Sample,24,\nA2,,BLANK,,\nA3,blank,,,\nA4,,,,SOX9\n"
    )
    assert problems == []
    assert [(w.well, w.sample, w.role, w.time_h, w.target, w.line) for w in layout.wells] == [
        ("A01", "C1", "sample", 0.0, None, 2),
        ("A01", "C1", "sample", 24.0, None, 3),
        ("A02", None, "blank", None, None, 4),
        ("A03", None, "blank", None, None, 5),
        ("A04", None, "empty", None, "SOX9", 6),
    ]


def test_what_is_wrong_with_a_list_is_local_and_said_in_the_layout() -> None:
    rows = ["A1,C1,sample,", "A01,C2,sample,", "Z99,C1,sample,", "B1,,sample,", "B2,C1,samples,", "B3,C1,sample,x"]
    text = "\n".join(["well,sample,role,time_h", *rows])
    layout, problems = read_layout("layouts/p.csv", text.encode(), SAMPLES)
    assert {(p.place, p.rule, p.severity) for p in problems} == {
        ("line 3, column well", "duplicated_well", Severity.LOCAL),
        ("line 4, column well", "unknown_well", Severity.LOCAL),
        ("line 5, column sample", "missing_sample", Severity.LOCAL),
        ("line 6, column role", "wrong_value", Severity.LOCAL),
        ("line 7, column time_h", "wrong_type", Severity.LOCAL),
    }
    assert layout.problem is not None


def test_a_labelled_picture_of_a_plate() -> None:
    layout, problems = read(",1,2,3\nA,C1,Blank,\nB,control,C9,EMPTY\n")
    assert problems == []
    assert [(w.well, w.sample, w.role, w.line) for w in layout.wells] == [
        ("A01", "C1", "sample", 2),
        ("A02", None, "blank", 2),
        ("A03", None, "empty", 2),
        ("B01", "control", "sample", 3),  # samples.csv knows a sample of this name
        ("B02", "C9", "sample", 3),
        ("B03", None, "empty", 3),
    ]
    assert unknown_samples(layout, KnownIds(SAMPLES)) == [(3, "C9")]


@pytest.mark.parametrize(("high", "wide"), [(8, 12), (16, 24), (32, 48)])
def test_a_bare_grid_is_a_plate_of_its_size(high: int, wide: int) -> None:
    lines = [",".join(["C1"] * wide)] * (high - 2) + ["," * (wide - 1), ",".join(["blank"] * wide)]
    layout, problems = read("\n".join(lines) + "\n")
    assert problems == []
    assert (len(layout.wells), layout.wells[0].well, layout.wells[-1].well) == (
        high * wide,
        "A01",
        f"{row_letters(high - 1)}{wide}",
    )
    assert {w.role for w in layout.wells if w.well.startswith(row_letters(high - 2))} == {"empty"}


def test_lanes_of_a_gel() -> None:
    layout, problems = read("lane,sample,role\n1,,ladder\n2,C1,\n2,C2,\nx,C1,\n")
    assert problems == [("line 5, column lane", "wrong_type"), ("line 4, column lane", "duplicated_lane")]
    assert [(x.lane, x.sample, x.role) for x in layout.lanes] == [(1, None, "ladder"), (2, "C1", "sample")]


@pytest.mark.parametrize("text", ["", "a,b\nc,d\ne,f\n", ",1,2\nA,C1,C2\nA,C1,C2\n", ",1,2\nA,C1,C2,C3\n"])
def test_other_shapes_are_refused_with_the_forms_that_are_read(text: str) -> None:
    layout, problems = read(text)
    assert layout.problem is not None
    assert {rule for _, rule in problems} <= {"layout_form", "duplicated_well"}


def test_a_column_that_is_not_read_is_a_warning() -> None:
    layout, problems = read("well,sample,role,rol,note\nA1,C1,sample,x,y\n")
    assert problems == [("line 1", "unknown_column"), ("line 1", "unknown_column")]
    assert layout.problem is None


def test_the_name_is_the_file_without_folder_and_ending_and_the_hash_is_of_its_bytes() -> None:
    layout, _ = read_layout("layouts/day 1/p.CSV", b"well,sample,role\n", SAMPLES)
    assert (layout.name, len(layout.sha256)) == ("day 1/p", 64)


@pytest.mark.parametrize(("written", "well"), [("p24", "P24"), ("A001", "A01"), ("AF48", "AF48"), ("B2c3", "K11")])
def test_wells_of_every_plate_take_one_form(written: str, well: str) -> None:
    layout, problems = read(f"well,sample\n{written},C1\n")
    assert ([w.well for w in layout.wells], problems) == ([well], [])
