from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.dilutions import Dilution
from tasks.methods.particle_captures import SIZES, SUMMARIES, Capture, capture_frames, capture_problems, track_count
from tests.tasks.parsers.bench_files import context

CENTRES = np.array([50.0, 100.0, 150.0])
ONCE = Dilution(10.0, "files.csv", 10.0)
NONE = Dilution(None, None, None, "dilution_missing")


def capture(name: str, *counts: float, dilution: Dilution = ONCE, **more: object) -> Capture:
    return Capture(name, np.array(counts), dilution, **more)  # type: ignore[arg-type]


def test_captures_and_their_pool_are_rows_with_diluted_concentrations() -> None:
    captures = [capture("a", 1, 2, 1, track_count=5), capture("b", 3, 2, 1, track_count=7)]
    frames = capture_frames(captures, CENTRES, sample="S", context=context(time_h=24), measured_on="2024-03-05")
    rows = {r["capture"]: r for r in frames[SUMMARIES].to_dicts()}
    assert rows["a"]["total_concentration_per_ml"] == 40
    assert rows["a"]["printed_concentration_per_ml"] == 4
    assert rows["pooled"]["total_concentration_per_ml"] == 50
    assert rows["pooled"]["mean_nm"] == pytest.approx((2 * 50 + 2 * 100 + 1 * 150) / 5)
    assert (rows["pooled"]["track_count"], rows["pooled"]["is_pooled"], rows["a"]["is_pooled"]) == (12, True, False)
    assert {(r["sample_name"], r["time_h"], r["measured_on"]) for r in rows.values()} == {("S", 24.0, "2024-03-05")}
    sizes = frames[SIZES].filter(capture="b")
    assert sizes["concentration_per_ml"].to_list() == [30, 20, 10]
    assert sizes["printed_concentration_per_ml"].to_list() == [3, 2, 1]


def test_without_a_dilution_sizes_are_kept_and_concentrations_are_not() -> None:
    frames = capture_frames(
        [capture("a", 1, 2, 1, dilution=NONE)], CENTRES, sample="S", context=context(), measured_on=None
    )
    (row,) = frames[SUMMARIES].to_dicts()
    assert (row["mean_nm"], row["total_concentration_per_ml"], row["flag"]) == (100.0, None, "dilution_missing")
    assert frames[SIZES]["concentration_per_ml"].is_null().all()


def test_each_doubt_is_said_once_for_all_captures() -> None:
    captures = [capture(name, 1, 2, 1, dilution=NONE) for name in "abcde"]
    (problem,) = capture_problems(captures, CENTRES, "f", context())
    assert problem.rule == "dilution_missing"
    assert problem.place == "capture a, b, c, … (5 captures)"
    assert "column `dilution` of files.csv" in problem.remedy


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"stated": {"mean_nm": 300.0}}, "states MEAN 300 nm, its bins give 100 nm"),
        ({"stated_total": 8.0}, "states 8 particles per mL, its bins add up to 4"),
        ({"stated": {"mean_nm": 101.0, "d50_nm": 90.0}, "stated_total": 4.05}, ""),
    ],
)
def test_figures_that_the_bins_contradict_are_reported(more: dict[str, object], words: str) -> None:
    found = list(capture_problems([capture("a", 1, 2, 1, **more)], CENTRES, "f", context()))
    assert [p.rule for p in found] == (["summary_disagrees"] if words else [])
    assert all(words in p.message for p in found)


def test_an_empty_capture_is_named() -> None:
    assert [p.rule for p in capture_problems([capture("a", 0, 0, 0)], CENTRES, "f", context())] == ["empty_capture"]


def test_absurd_numbers_of_tracks_are_none() -> None:
    assert [track_count(n) for n in (None, -1.0, 0.0, 12.0, 1e30)] == [None, None, 0, 12, None]
