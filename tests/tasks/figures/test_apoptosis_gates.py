from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.analyses.apoptosis import ANALYSIS, TABLE
from tasks.figures.apoptosis_gates import DOTS, FIGURE, parts
from tests.tasks.analyses.flow_bench import Frames
from tests.tasks.figures.bench_frames import study
from tests.tasks.figures.flow_frames import flow_parts, tube, with_results
from tests.tasks.figures.pictures import drawn, words
from tests.tasks.methods.flow_simulation import TRUTH

STAINS = ("Annexin V", "PI")
LIVE = {"live": 1.0}


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    folder = tmp_path_factory.mktemp("tubes")
    return with_results(
        ANALYSIS, TABLE, study(),
        tube(folder, "il1b_1", TRUTH, STAINS),
        tube(folder, "control_1", {"live": 0.9, "late_apoptotic": 0.1}, STAINS),
        tube(folder, "unstained", LIVE, STAINS, sample_id=None, control="unstained"),
    )  # fmt: skip


def test_every_sample_is_a_panel_with_gates_and_percentages(frames: Frames) -> None:
    ((part, kept),) = flow_parts(FIGURE, study(), frames)
    drawing = drawn(FIGURE, part, kept)
    first, second = drawing.figure.axes
    assert [a.get_title() for a in (first, second)] == ["control_1", "il1b_1"]
    row = frames[TABLE].row(by_predicate=pl.col("object_id") == "il1b_1", named=True)
    assert {t.get_text() for t in second.texts} == {
        f"{row[f'percent_{q}']:.1f}" for q in ("live", "early_apoptotic", "late_apoptotic", "necrotic")
    }
    upright, level = second.lines
    assert len(set(upright.get_xdata())) == len(set(level.get_ydata())) == 1
    dots = second.collections[0].get_offsets()
    assert len(dots) == min(DOTS, row["singlet_count"])
    is_right, is_above = dots[:, 0] >= upright.get_xdata()[0], dots[:, 1] >= level.get_ydata()[0]
    assert 100 * np.mean(is_right & is_above) == pytest.approx(row["percent_late_apoptotic"], abs=3)
    assert 100 * np.mean(~is_right & ~is_above) == pytest.approx(row["percent_live"], abs=4)
    assert second.collections[0].get_rasterized()
    assert "Annexin V (FITC-A, compensated)" in words(drawing)
    assert "unstained: 99.5th percentile" in drawing.caption
    assert "(il1b_1)" in drawing.alt
    assert drawing.source["sample"].unique().sort().to_list() == ["control_1", "il1b_1"]


def test_the_same_events_are_drawn_every_time(frames: Frames) -> None:
    ((part, kept),) = flow_parts(FIGURE, study(), frames)
    assert drawn(FIGURE, part, kept).source.equals(drawn(FIGURE, part, kept).source)


def test_a_study_with_its_own_gates_has_none(frames: Frames) -> None:
    assert parts(study(flow={"gating": "gates.xml"}), frames) == []


def test_too_few_events_have_a_panel_without_percentages(tmp_path: Path) -> None:
    few = with_results(ANALYSIS, TABLE, study(), tube(tmp_path, "control_1", TRUTH, STAINS, n=60))
    ((part, kept),) = flow_parts(FIGURE, study(), few)
    drawing = drawn(FIGURE, part, kept)
    assert not drawing.figure.axes[0].texts
    assert "Too few events for percentages: control_1." in drawing.caption
