from __future__ import annotations

import io

import numpy as np
import polars as pl
import pytest
from matplotlib.colors import to_rgba
from PIL import Image

from schemas.sheets import FileRow, Layout, LayoutLane
from schemas.study import Study
from tasks.figures.blots import BANDS, FIGURE, IMAGES
from tasks.methods.figure_style import GREY, GROUPS
from tests.tasks.figures.bench_frames import part_and_frames, study
from tests.tasks.figures.pictures import drawn, words

SIGNALS = {"ACAN": [100.0, 25.0, 50.0], "GAPDH": [80.0, 100.0, 90.0]}


def bands(flag: str | None = None) -> pl.DataFrame:
    rows = [
        {"membrane": "M1", "lane": lane, "band": 1, "sample_name": name, "material_id": None,
         "sample_id": None if name == "unknown" else name, "target": target,
         "target_role": "loading" if target == "GAPDH" else "target", "signal": None if is_lost else signal,
         "flag": flag if is_lost else None, "is_excluded": False}
        for target, signals in SIGNALS.items()
        for lane, (name, signal) in enumerate(zip(["control_1", "il1b_1", "unknown"], signals, strict=True), start=2)
        for is_lost in [bool(flag) and (target, lane) == ("ACAN", 3)]
    ]  # fmt: skip
    types = dict.fromkeys(("material_id", "sample_id", "flag"), pl.String)
    return pl.DataFrame(rows, schema_overrides=types)


def images(*thumbnails: bytes | None) -> pl.DataFrame:
    rows = [
        {"object_id": f"i{i}", "membrane": "M1", "stain": "ACAN", "width_px": 400, "height_px": 100, "thumbnail": data}
        for i, data in enumerate(thumbnails)
    ]
    schema = {"object_id": pl.String, "membrane": pl.String, "stain": pl.String, "width_px": pl.Int64,
              "height_px": pl.Int64, "thumbnail": pl.Binary}  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def png() -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.tile(np.arange(200, dtype=np.uint8), (50, 1))).save(stream, "PNG")
    return stream.getvalue()


def test_densities_stand_beside_the_picture_of_the_membrane() -> None:
    part, frames = part_and_frames(FIGURE, study(), {BANDS: bands(), IMAGES: images(png())})
    drawing = drawn(FIGURE, part, frames)
    picture, acan, gapdh = drawing.figure.axes
    assert picture.images[0].get_array().shape == (50, 200)
    assert [p.get_height() for p in acan.patches] == pytest.approx([100, 25, 50])
    assert [p.get_height() for p in gapdh.patches] == pytest.approx([80, 100, 90])
    assert [p.get_edgecolor() for p in acan.patches] == [to_rgba(c) for c in (GROUPS[0], GROUPS[1], GREY)]
    assert [round(p.get_x() + p.get_width() / 2) for p in acan.patches] == [2, 3, 4]
    assert {"control_1 (2)", "il1b_1 (3)", "unknown (4)", "GAPDH\n(loading)"} <= words(drawing)
    assert "the original has 400 x 100 pixels" in drawing.caption
    assert "ACAN is densest in lane 2 (control_1), faintest in 3 (il1b_1)" in drawing.alt


def blot() -> bytes:
    """ACAN above GAPDH in lanes 2 to 4 of five, as dark as the densities; a ladder first, the last lane empty."""
    ink = np.zeros((40, 200))
    for row, signals in enumerate(SIGNALS.values()):
        for lane, signal in enumerate([120.0, *signals], start=1):
            ink[row * 20 + 8 : row * 20 + 12, (lane - 1) * 40 + 10 : (lane - 1) * 40 + 30] = 2 * signal
    stream = io.BytesIO()
    Image.fromarray((250 - ink).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def with_lanes() -> Study:
    """The study, its gel of five lanes laid out."""
    said = ((1, None, "ladder"), (2, "control_1", "sample"), (3, "il1b_1", "sample"), (5, None, "background"))
    layout = Layout(name="gel", lanes=tuple(LayoutLane(lane=n, sample=s, role=r) for n, s, r in said))
    file = FileRow(file="b.csv", membrane="M1", layout="gel")
    return study().model_copy(update={"files": (file,), "layouts": {"gel": layout}})


def test_each_protein_s_strip_stands_over_its_bars_lane_over_bar() -> None:
    whole = images(blot()).with_columns(stain=pl.lit(None, pl.String))
    part, frames = part_and_frames(FIGURE, with_lanes(), {BANDS: bands(), IMAGES: whole})
    drawing = drawn(FIGURE, part, frames)
    strip, acan, _, gapdh = drawing.figure.axes
    drawing.figure.canvas.draw()
    assert strip.get_ylabel() == "ACAN"
    shown = strip.images[0].get_array()
    left, right, *_ = strip.images[0].get_extent()
    for lane, signal in zip((2, 3, 4), SIGNALS["ACAN"], strict=True):
        pixel = int((lane - left) / (right - left) * shown.shape[1])
        assert 250 - int(shown[:, pixel].min()) == 2 * signal
    assert strip.get_xlim() == acan.get_xlim() == gapdh.get_xlim() == (0.5, 5.5)
    assert strip.get_position().x0 == pytest.approx(acan.get_position().x0)
    assert strip.get_position().x1 == pytest.approx(acan.get_position().x1)
    assert {"ladder (1)", "control_1 (2)", "il1b_1 (3)", "unknown (4)", "empty (5)"} <= words(drawing)
    assert "Over the bars, each protein's strip of the picture" in drawing.caption


def test_a_second_picture_of_the_same_proteins_is_called_that() -> None:
    twice = images(blot(), blot()).with_columns(stain=pl.lit(None, pl.String))
    part, frames = part_and_frames(FIGURE, with_lanes(), {BANDS: bands(), IMAGES: twice})
    drawing = drawn(FIGURE, part, frames)
    assert "Over the bars" in drawing.caption
    assert "Above, another picture of proteins whose strips stand over the bars." in drawing.caption
    assert "could not be told" not in drawing.caption


def test_a_picture_whose_lanes_cannot_be_told_stands_whole_and_says_so() -> None:
    part, frames = part_and_frames(FIGURE, study(), {BANDS: bands(), IMAGES: images(png())})
    assert "its lanes could not be told: they do not stand over the bars" in drawn(FIGURE, part, frames).caption


def test_the_word_excluded_stands_on_white_above_the_bar() -> None:
    left_out = bands().with_columns(is_excluded=(pl.col("target") == "ACAN") & (pl.col("lane") == 2))
    part, frames = part_and_frames(FIGURE, study(), {BANDS: left_out, IMAGES: images()})
    acan, _ = drawn(FIGURE, part, frames).figure.axes
    (word,) = [text for text in acan.texts if text.get_text() == "excluded"]
    box = word.get_bbox_patch()
    assert box is not None
    assert box.get_facecolor() == to_rgba("white")
    assert word.get_zorder() > max(bar.get_zorder() for bar in acan.patches)


def test_without_a_picture_the_bars_stand_alone_and_flags_are_written() -> None:
    part, frames = part_and_frames(FIGURE, study(), {BANDS: bands("saturated"), IMAGES: images(None)})
    drawing = drawn(FIGURE, part, frames)
    acan, gapdh = drawing.figure.axes
    assert len(acan.patches) == 2
    assert len(gapdh.patches) == 3
    assert "saturated" in words(drawing)
    assert "No picture of the membrane was loaded. 1 pictures have no preview." in drawing.caption


def test_several_boxes_of_a_lane_are_one_bar() -> None:
    twice = pl.concat([bands(), bands().with_columns(band=pl.lit(2, pl.Int64))])
    part, frames = part_and_frames(FIGURE, study(), {BANDS: twice, IMAGES: images()})
    source = drawn(FIGURE, part, frames).source
    assert source.filter(target="ACAN")["signal"].to_list() == [200, 50, 100]


def test_a_membrane_without_densities_says_so() -> None:
    none = bands().with_columns(signal=pl.lit(None, pl.Float64))
    part, frames = part_and_frames(FIGURE, study(), {BANDS: none, IMAGES: images(png())})
    assert FIGURE.draw(part, frames) == "no band of membrane M1 has a density"
