from __future__ import annotations

import polars as pl
import pytest

from tasks.figures.reference_genes import FIGURE, STABILITY, WELLS
from tasks.methods.figure_style import GROUPS
from tests.tasks.figures.bench_frames import part_and_frames, study
from tests.tasks.figures.pictures import drawn, legend, words

MEANS = {"control": 18.0, "il1b": 18.2, "exo": 19.0}


def wells(target: str = "GAPDH") -> pl.DataFrame:
    """Three wells 0.1 cycles apart of each culture, a plate a donor; donors lie 0.5 cycles apart."""
    rows = [
        {"plate": f"P{d}", "target": target, "sample_id": f"{c}_{d}", "task": "unknown",
         "cq": mean + 0.5 * d + step, "is_excluded": False}
        for c, mean in MEANS.items() for d in (1, 2, 3) for step in (-0.1, 0.0, 0.1)
    ]  # fmt: skip
    controls = [{**rows[0], "task": "ntc", "cq": None}, {**rows[0], "cq": 40.0, "is_excluded": True}]
    return pl.DataFrame([*rows, *controls])


def stability(shift: float | None = 1.0) -> pl.DataFrame:
    row = {"experiment": "bench", "target": "GAPDH", "max_shift_cq": shift, "shift_condition": "exo"}
    return pl.DataFrame([row], schema_overrides={"max_shift_cq": pl.Float64})


def test_cultures_stand_at_their_plate_with_the_sd_of_their_wells() -> None:
    part, frames = part_and_frames(FIGURE, study(), {WELLS: wells(), STABILITY: stability()})
    drawing = drawn(FIGURE, part, frames)
    (axes,) = drawing.figure.axes
    for container, (colour, mean) in zip(axes.containers, zip(GROUPS, MEANS.values(), strict=False), strict=True):
        line = container.lines[0]
        assert line.get_color() == colour
        assert line.get_ydata() == pytest.approx([mean + 0.5 * d for d in (1, 2, 3)])
        assert line.get_xdata() == pytest.approx([0, 1, 2], abs=0.2)
    assert drawing.source["sd"].to_list() == pytest.approx([0.1] * 9)
    low, high = axes.get_ylim()
    assert low > high, "more RNA is above"
    assert {"GAPDH", "P1", "P3"} <= words(drawing)
    assert legend(drawing) == ["Control", "IL-1β", "IL-1β + exosomes"]
    assert "a culture's mean of 3 wells" in drawing.caption
    assert "largest shift of a condition +1.00 cycles (IL-1β + exosomes), moves with treatment." in drawing.caption


@pytest.mark.parametrize(("shift", "word"), [(-0.3, "within half a cycle"), (None, "no shift between conditions")])
def test_the_caption_judges_the_shift(shift: float | None, word: str) -> None:
    part, frames = part_and_frames(FIGURE, study(), {WELLS: wells(), STABILITY: stability(shift)})
    assert word in drawn(FIGURE, part, frames).caption


def test_targets_that_are_no_reference_have_no_part_and_no_cq_is_said() -> None:
    assert FIGURE.parts(study(), {WELLS: wells("ACAN"), STABILITY: stability()}) == []
    none = wells().with_columns(cq=pl.lit(None, pl.Float64))
    part, frames = part_and_frames(FIGURE, study(), {WELLS: none, STABILITY: stability()})
    assert FIGURE.draw(part, frames) == "no well of a reference gene in experiment bench has a Cq"
