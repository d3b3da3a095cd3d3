from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from schemas.tables.plate_wells import PlateWell
from tasks.figures.plate_maps import FIGURE, FILES, WELLS, placed, row_name, shape
from tasks.methods.figure_style import GROUPS
from tasks.methods.result_frames import result_frame
from tests.tasks.figures.bench_frames import part_and_frames, study
from tests.tasks.figures.pictures import drawn, words

NAMES = pl.DataFrame({"object_id": ["o"], "file_name": ["landing/plate.txt"]})


def wells(rows: int = 8, columns: int = 12, time: float = 24) -> pl.DataFrame:
    """A plate whose readings count from 0; B02 blank, C03 missed, D04 control, E05 of a known sample."""
    special: dict[tuple[int, int], dict[str, object]] = {
        (1, 1): {"role": "blank"},
        (2, 2): {"value": None, "flag": "missed"},
        (3, 3): {"role": "control"},
        (4, 4): {"sample_id": "il1b_1"},
    }
    found = [
        {"object_id": "o", "plate": "P1", "plate_is_explicit": True, "assay": "cell_viability",
         "well": f"{row_name(r)}{c + 1:02}", "time_h": time, "measure": "absorbance", "wavelength_nm": 450.0,
         "sample_name": None, "sample_id": None, "role": "sample", "blank_for": None, "value": float(r * columns + c),
         "unit": "OD", "flag": None, **special.get((r, c), {})}
        for r in range(rows) for c in range(columns)
    ]  # fmt: skip
    return result_frame(found, PlateWell).with_columns(object_id=pl.lit("o"), is_excluded=pl.col("well") == "F06")


def test_every_reading_stands_at_its_well() -> None:
    part, frames = part_and_frames(FIGURE, study(), {WELLS: wells().sample(fraction=1, shuffle=True), FILES: NAMES})
    drawing = drawn(FIGURE, part, frames)
    axes = drawing.figure.axes[0]
    expected = np.arange(96.0).reshape(8, 12)
    expected[2, 2] = np.nan
    assert np.asarray(axes.collections[0].get_array()).astype(float) == pytest.approx(expected, nan_ok=True)
    low, high = axes.get_ylim()
    assert low > high, "row A is above"
    assert {"A", "H", "1", "12", "B", "C", "IL-1β", "absorbance 450 nm (OD)"} <= words(drawing)
    dots = [(line.get_xdata()[0], line.get_ydata()[0], line.get_color()) for line in axes.lines]
    assert dots == [(4, 4, GROUPS[1])]
    outlined = sorted((round(p.get_x() + 0.44), round(p.get_y() + 0.44)) for p in axes.patches)
    assert outlined == [(2, 2), (5, 5)]
    assert "Missed: C03. Excluded (exclusions.csv): F06." in drawing.caption
    assert part.key == "landing/plate.txt, P1, absorbance, 450 nm, 24 h"


@pytest.mark.parametrize(("rows", "columns", "width"), [(16, 24, 174), (3, 4, 85)])
def test_plates_of_other_sizes_fit(rows: int, columns: int, width: float) -> None:
    frame = wells(rows, columns)
    part, frames = part_and_frames(FIGURE, study(), {WELLS: frame, FILES: NAMES})
    drawing = drawn(FIGURE, part, frames)
    assert drawing.figure.get_size_inches()[0] * 25.4 == pytest.approx(width)
    assert shape(placed(frame)) == ((16, 24) if rows == 16 else (8, 12))


def test_rows_beyond_z_are_placed() -> None:
    frame = pl.DataFrame({"well": ["A01", "Z02", "AA03", "AF48"]})
    assert placed(frame).select("row", "column").rows() == [(0, 0), (25, 1), (26, 2), (31, 47)]
    assert [row_name(r) for r in (0, 25, 26, 31)] == ["A", "Z", "AA", "AF"]


def test_of_a_kinetic_read_first_and_last_are_drawn() -> None:
    frame = pl.concat([wells(2, 2, time) for time in range(20)])
    found = FIGURE.parts(study(), {WELLS: frame, FILES: NAMES})
    assert [p.parameters["time"] for p in found] == ["0 h", "19 h"]
    part, frames = part_and_frames(FIGURE, study(), {WELLS: frame, FILES: NAMES})
    assert "First or last of 20 times." in drawn(FIGURE, part, frames).caption


def test_a_plate_without_a_reading_says_so() -> None:
    frame = wells().with_columns(value=pl.lit(None, pl.Float64))
    part, frames = part_and_frames(FIGURE, study(), {WELLS: frame, FILES: NAMES})
    assert FIGURE.draw(part, frames) == "no well of landing/plate.txt has a reading"


def test_long_names_and_many_flags_stay_on_the_page() -> None:
    long = study(conditions=3)
    labels = [
        c.model_copy(update={"label": f"IL-1β 10 ng/mL with exosomes of donor {c.id}"}) for c in long.config.conditions
    ]
    long = long.model_copy(update={"config": long.config.model_copy(update={"conditions": labels})})
    frame = wells().with_columns(
        sample_id=pl.col("well").str.slice(0, 1).replace_strict({"A": "control_1", "B": "exo_1"}, default="il1b_1"),
        flag=pl.col("well").replace_strict({"A01": "blank_not_blank", "A02": "over_range"}, default=pl.col("flag")),
    )
    part, frames = part_and_frames(FIGURE, long, {WELLS: frame, FILES: NAMES})
    drawing = drawn(FIGURE, part, frames)
    assert "flagged (4 reasons)" in words(drawing)
    assert "Blank not blank: A01. Missed: C03. Over range: A02." in drawing.caption
