from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from schemas.sheets import Layout, LayoutLane
from tasks.methods.blot_lanes import (
    Box,
    band_frame,
    band_problems,
    in_blocks,
    listed,
    named_targets,
    role_of,
    without_background_lanes,
)
from tests.tasks.parsers.bench_files import context, raw_file

LAYOUT = Layout(
    name="gel",
    lanes=(
        LayoutLane(lane=1, role="ladder"),
        LayoutLane(lane=2, sample="C1"),
        LayoutLane(lane=3, sample="T1"),
    ),
)


@pytest.mark.parametrize(
    ("target", "declared", "role"),
    [
        ("SOX9", None, "target"),
        ("GAPDH", None, "loading"),
        ("β-actin", None, "loading"),
        ("beta-tubulin", None, "loading"),
        ("Ponceau S", None, "total_protein"),
        ("Total protein", None, "total_protein"),
        ("CD63", "marker", "marker"),
        ("HSP90", "target", "target"),
        ("VCL", "loading control", "loading"),
    ],
)
def test_loading_controls_are_known_unless_files_csv_says_otherwise(
    target: str, declared: str | None, role: str
) -> None:
    assert role_of(target, declared) == role


def test_lists_and_channels_of_files_csv() -> None:
    assert listed(" SOX9; GAPDH ;") == ["SOX9", "GAPDH"]
    assert named_targets(context(target="700:GAPDH;800:SOX9")) == {"700": "GAPDH", "800": "SOX9"}
    assert named_targets(context(target="GAPDH;SOX9"), ["700", "800"]) == {"700": "GAPDH", "800": "SOX9"}
    assert named_targets(context(target="GAPDH"), ["700", "800"]) == {}


@pytest.mark.parametrize(("count", "lanes"), [(3, [1, 2, 3]), (2, [2, 3])])
def test_ladders_may_be_measured_or_left_out(count: int, lanes: list[int], tmp_path: Path) -> None:
    boxes = [Box(i, signal=1.0) for i in range(count)]
    placed = in_blocks(boxes, raw_file(tmp_path, b"1"), context(layout=LAYOUT, target="SOX9"))
    assert [b.lane for b in placed] == lanes


def test_boxes_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    boxes = [Box(i, signal=1.0) for i in range(5)]
    with pytest.raises(
        BadInputError, match=r"5 boxes were measured; layouts/gel.csv has 3 lanes and files.csv names 2"
    ):
        in_blocks(boxes, raw_file(tmp_path, b"1"), context(layout=LAYOUT, target="SOX9;GAPDH"))


def test_background_lanes_serve_their_own_target() -> None:
    lanes = (LayoutLane(lane=1, sample="C1"), LayoutLane(lane=2, role="background"))
    about = context(layout=Layout(name="l", lanes=lanes))
    boxes = [
        Box(1, 1, "A", area=10, signal=100, mean=10), Box(2, 2, "A", area=5, signal=10, mean=2),
        Box(3, 1, "B", area=10, signal=100, mean=10),
    ]  # fmt: skip
    kept = without_background_lanes(boxes, about)
    assert [(b.target, b.signal, b.background) for b in kept] == [("A", 80, 20), ("B", 100, None)]


def test_rows_know_lane_membrane_and_role(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, b"1")
    boxes = [
        Box(1, 2, "SOX9", signal=10.0, background=1.0), Box(2, 2, "SOX9", signal=5.0, background=1.0),
        Box(3, 1, "SOX9", signal=-1.0, background=3.0), Box(4, 9, "GAPDH", signal=2.0, flags=("saturated",)),
    ]  # fmt: skip
    about = context(layout=LAYOUT, target="SOX9;GAPDH", target_role="target;loading", time_h=24)
    bands = band_frame(boxes, raw, about)
    rows = bands.select("membrane", "lane", "band", "sample_name", "target_role", "signal", "flag").rows()
    assert rows == [
        ("landing/export.txt", 2, 1, "C1", "target", 10.0, None),
        ("landing/export.txt", 2, 2, "C1", "target", 5.0, None),
        ("landing/export.txt", 1, 1, None, "target", None, "below_background"),
        ("landing/export.txt", 9, 1, None, "loading", 2.0, "saturated;no_background"),
    ]
    problems = {p.rule: p for p in band_problems(bands, raw, about)}
    assert problems["lanes_not_in_layout"].place == "lane 9"
    assert problems["lanes_not_in_file"].place == "lane 3"
    assert "1 of 4 bands" in problems["saturated"].message


def test_a_file_of_one_preparation_needs_no_layout(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, b"1")
    bands = band_frame([Box(1, 1, "CD63", signal=10.0)], raw, context(sample="EXO1", target="CD63"))
    assert bands["sample_name"].to_list() == ["EXO1"]
    assert list(band_problems(bands, raw, context(sample="EXO1"))) == []
