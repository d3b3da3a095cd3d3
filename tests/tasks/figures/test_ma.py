from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.figures.ma import FIGURE, source
from tasks.methods.contrast_figures import FACTORS, TESTS, contrast_parts
from tests.tasks.figures.pictures import drawn, factors, legend, simulated, study

FRAME = simulated()
(PART,) = contrast_parts(study(), {TESTS: FRAME, FACTORS: factors(study())})


def test_every_feature_with_reads_is_a_point_on_log_axes() -> None:
    frame = FRAME.with_columns(base_mean=pl.when(pl.col("feature_id") == "ENSG00000").then(0.0).otherwise("base_mean"))
    drawing = drawn(FIGURE, PART, {TESTS: frame})
    assert drawing.source.height == 299
    (axes,) = drawing.figure.axes
    assert axes.get_xscale() == "log"
    assert axes.get_xlabel() == "Mean of normalised counts (reads)"
    assert {line.get_ydata()[0] for line in axes.lines} == {0.0, -1.0, 1.0}
    points = np.concatenate([c.get_offsets() for c in axes.collections])
    kept = frame.filter(pl.col("base_mean") > 0)
    assert sorted(points[:, 0]) == pytest.approx(sorted(kept["base_mean"]))
    assert sorted(points[:, 1]) == pytest.approx(sorted(kept["log2_fold_change"]))
    up = kept.filter(direction="up").height
    assert f"higher ({up})" in legend(drawing)
    assert "299 genes with reads, IL-1β against Control (n = 3 and 3 cultures" in drawing.caption
    assert f"{up} higher" in drawing.alt


def test_a_fold_change_far_beyond_all_others_stands_at_the_edge() -> None:
    frame = FRAME.with_columns(
        log2_fold_change=pl.when(pl.col("feature_id") == "ENSG00002").then(-60.0).otherwise("log2_fold_change")
    )
    points = source(frame)
    assert points.filter("is_cut")["feature_id"].to_list() == ["ENSG00002"]
    assert points["drawn_at"].min() > -40  # type: ignore[operator]
    assert "Diamonds: 1 beyond the edge" in drawn(FIGURE, PART, {TESTS: frame}).caption


def test_nothing_to_draw_is_said() -> None:
    assert FIGURE.draw(PART, {TESTS: FRAME.clear()}) == "no feature of a has a fold change"
