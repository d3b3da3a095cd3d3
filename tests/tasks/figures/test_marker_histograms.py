from __future__ import annotations

import polars as pl
import pytest

from tasks.analyses.surface_markers import ANALYSIS, TABLE
from tasks.figures.marker_histograms import FIGURE
from tasks.methods.figure_style import GROUPS
from tests.tasks.analyses.flow_bench import Frames
from tests.tasks.figures.bench_frames import study
from tests.tasks.figures.flow_frames import flow_parts, tube, with_results
from tests.tasks.figures.pictures import drawn, legend, words

STAINS = ("CD44", "CD90")
POSITIVE = {"early_apoptotic": 0.8, "live": 0.2}  # bright in the first channel, not in the second


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    folder = tmp_path_factory.mktemp("tubes")
    return with_results(
        ANALYSIS, TABLE, study(),
        tube(folder, "control_1", POSITIVE, STAINS, panel="markers"),
        tube(folder, "il1b_1", {"live": 1.0}, STAINS, panel="markers"),
        tube(folder, "isotype", {"live": 1.0}, STAINS, panel="markers", sample_id=None, control="isotype"),
    )  # fmt: skip


def test_samples_lie_over_their_control_with_threshold_and_percent(frames: Frames) -> None:
    ((part, kept),) = flow_parts(FIGURE, study(), frames)
    drawing = drawn(FIGURE, part, kept)
    cd44, cd90 = drawing.figure.axes
    assert [a.get_title() for a in (cd44, cd90)] == ["CD44", "CD90"]
    assert len(cd44.collections) == 1
    curves, threshold = cd44.lines[:2], cd44.lines[2]
    assert [c.get_color() for c in curves] == list(GROUPS[:2])
    bright, dim = (c.get_xdata()[c.get_ydata().argmax()] for c in curves)
    assert dim < threshold.get_xdata()[0] < bright
    percent = frames[TABLE].filter(marker="CD44").sort("sample_name")["percent_positive"]
    assert percent[0] > 70
    assert percent[1] < 5
    assert {f"{p:.1f} %" for p in percent} <= words(drawing)
    assert legend(drawing) == ["control_1", "il1b_1", "control (isotype)"]
    assert "Grey: control (isotype); dashed: its 99.5th percentile" in drawing.caption
    assert set(drawing.source["sample"]) == {"control", "control_1", "il1b_1"}
    assert drawing.source.group_by("marker", "sample").agg(pl.col("percent_of_highest").max())[
        "percent_of_highest"
    ].to_list() == pytest.approx([100.0] * 6)


def test_without_controls_that_is_said(frames: Frames) -> None:
    alone = {t: f.filter(pl.col("object_id") != "isotype") for t, f in frames.items() if t != TABLE}
    ((part, kept),) = flow_parts(FIGURE, study(), with_results(ANALYSIS, TABLE, study(), alone))
    drawing = drawn(FIGURE, part, kept)
    assert not drawing.figure.axes[0].collections
    assert "No control: CD44, CD90" in drawing.caption
