from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.figures.dispersions import FIGURE, LOWEST_DRAWN, TABLE, parts
from tests.tasks.figures.pictures import drawn, legend, study


def rows(features: int = 200) -> pl.DataFrame:
    random = np.random.default_rng(4)
    means = random.lognormal(4, 2, features)
    trend = 0.05 + 3 / means
    own = trend * random.lognormal(0, 0.8, features)
    own[:5], own[5:9] = 1e-8, trend[5:9] * 40
    is_outlier = np.arange(features) < 9
    is_outlier[:5] = False
    return pl.DataFrame(
        {
            "library": "gene",
            "method": "deseq2",
            "fit": "~ donor + condition",
            "feature_id": [f"g{i:03d}" for i in range(features)],
            "base_mean": means,
            "genewise_dispersion": own,
            "trend_dispersion": trend,
            "dispersion": np.where(is_outlier, own, np.sqrt(np.maximum(own, 1e-3) * trend)),
            "is_outlier": is_outlier,
            "prior_variance": 0.529,
            "trend": "parametric",
            "run_id": "r",
        }
    )


FRAME = rows()
(PART,) = parts(study(), {TABLE: FRAME})


def test_own_used_and_expected_dispersions_are_drawn_over_the_mean() -> None:
    drawing = drawn(FIGURE, PART, {TABLE: FRAME})
    (axes,) = drawing.figure.axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    own, used, outliers = (c.get_offsets() for c in axes.collections)
    assert (len(own), len(used), len(outliers)) == (200, 196, 4)
    assert sorted(own[:, 1]) == pytest.approx(sorted(np.maximum(FRAME["genewise_dispersion"], LOWEST_DRAWN)))
    (trend,) = axes.lines
    assert trend.get_ydata() == pytest.approx(FRAME.sort("base_mean")["trend_dispersion"].to_numpy())
    assert "kept its own (4)" in legend(drawing)
    assert "prior variance 0.529" in drawing.caption
    assert "5 own estimates below 1e-05 stand at the bottom" in drawing.caption
    assert "4 of 200 features" in drawing.alt


def test_nothing_to_draw_is_said() -> None:
    assert FIGURE.draw(PART, {TABLE: FRAME.clear()}) == "no feature of gene has a dispersion"
