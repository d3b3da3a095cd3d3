from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.contracts import Part
from tasks.figures.pvalues import FIGURE, HISTOGRAMS, parts, source
from tasks.methods.contrast_figures import FACTORS, TESTS
from tests.tasks.figures.pictures import drawn, factors, legend, simulated, study


def histogram(pi0: float | None = 0.8, contrast: str = "a", method: str = "deseq2") -> pl.DataFrame:
    start = np.arange(20) / 20
    return pl.DataFrame(
        {
            "contrast_id": contrast,
            "library": "gene",
            "method": method,
            "run_id": "run histogram",
            "bin_start": start,
            "bin_end": start + 0.05,
            "count": [300, *range(50, 31, -1)],
            "pvalue_count": 300 + sum(range(50, 31, -1)),
            "pi0": pl.Series([pi0] * 20, dtype=pl.Float64),
            "advice": "Many small p-values over a flat rest",
        }
    ).sample(fraction=1, shuffle=True, seed=1)


def part_and_frames(frame: pl.DataFrame) -> tuple[Part, dict[str, pl.DataFrame]]:
    (part,) = parts(study(), {TESTS: simulated(), FACTORS: factors(study()), HISTOGRAMS: frame})
    return part, {HISTOGRAMS: frame}


def test_bars_line_and_words_tell_the_same_numbers() -> None:
    part, frames = part_and_frames(histogram())
    drawing = drawn(FIGURE, part, frames)
    (axes,) = drawing.figure.axes
    assert [patch.get_height() for patch in axes.patches] == [300, *range(50, 31, -1)]
    assert [patch.get_x() for patch in axes.patches] == pytest.approx([i / 20 for i in range(20)])
    total = 300 + sum(range(50, 31, -1))
    assert axes.lines[0].get_ydata()[0] == pytest.approx(0.8 * total / 20)
    assert legend(drawing) == ["expected of unchanged ones"]
    assert axes.get_xlabel() == "p-value"
    assert axes.get_ylabel() == "Number of genes"
    assert f"P-values of {total:,} genes" in drawing.caption
    assert "80 % of all (Storey's π₀). Many small p-values over a flat rest." in drawing.caption
    assert f"300 are below 0.05, where {0.8 * total / 20:,.0f} are expected" in drawing.alt


def test_without_an_estimate_there_is_no_line() -> None:
    part, frames = part_and_frames(histogram(None))
    drawing = drawn(FIGURE, part, frames)
    assert not drawing.figure.axes[0].lines
    assert not legend(drawing)
    assert drawing.source["expected_unchanged"].null_count() == 20
    assert "π₀" not in drawing.caption


def test_a_contrast_without_a_histogram_has_no_part_and_nothing_to_draw_is_said() -> None:
    found = {TESTS: simulated(), FACTORS: factors(study()), HISTOGRAMS: histogram(method="limma_voom")}
    assert parts(study(), found) == []
    part, _ = part_and_frames(histogram())
    none = histogram().with_columns(count=pl.lit(0))
    assert FIGURE.draw(part, {HISTOGRAMS: none}) == "no feature of a with enough reads has a p-value"
    assert source(histogram()).height == 20
