from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.figures.pvalues import BINS, FIGURE, source, unchanged_percent
from tasks.methods.contrast_figures import FACTORS, TESTS, contrast_parts
from tests.tasks.figures.pictures import drawn, factors, legend, simulated, study

FRAME = simulated()
(PART,) = contrast_parts(study(), {TESTS: FRAME, FACTORS: factors(study())})


def uniform(unchanged: int, changed: int) -> pl.DataFrame:
    """An even spread of p-values of unchanged features, and changed ones at 0."""
    pvalue = [*((np.arange(unchanged) + 0.5) / unchanged), *([1e-9] * changed)]
    return pl.DataFrame({"pvalue": pvalue, "padj": pvalue})


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=60))
def test_every_p_value_is_in_one_bin(values: list[float | None]) -> None:
    frame = pl.DataFrame({"pvalue": values, "padj": [v if i % 2 else None for i, v in enumerate(values)]})
    frame = frame.cast(pl.Float64)
    bars = source(frame)
    assert bars.height == BINS
    assert bars["corrected"].sum() + bars["left_out"].sum() == frame["pvalue"].count()


@pytest.mark.parametrize(("unchanged", "changed"), [(4000, 1000), (1000, 0), (400, 1600)])
def test_the_share_of_unchanged_features_is_found_again(unchanged: int, changed: int) -> None:
    found = unchanged_percent(source(uniform(unchanged, changed)))
    assert found == pytest.approx(100 * unchanged / (unchanged + changed), abs=1)


def test_bars_line_and_words_tell_the_same_numbers() -> None:
    drawing = drawn(FIGURE, PART, {TESTS: FRAME})
    (axes,) = drawing.figure.axes
    heights = [patch.get_height() for patch in axes.patches]
    assert heights[:BINS] == drawing.source["corrected"].to_list()
    assert heights[BINS:] == drawing.source["left_out"].to_list()
    assert sum(heights) == 300
    assert axes.lines[0].get_ydata()[0] == drawing.source["expected"][0]
    assert legend(drawing) == ["expected without change", "tested", "too few reads"]
    assert axes.get_xlabel() == "p-value"
    assert axes.get_ylabel() == "Number of genes"
    assert "Light: 30 with too few reads" in drawing.caption
    assert "270 genes" in drawing.caption


def test_nothing_to_draw_is_said() -> None:
    assert FIGURE.draw(PART, {TESTS: FRAME.clear()}) == "no feature of a has an FDR"
