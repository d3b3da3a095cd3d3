from __future__ import annotations

import polars as pl
import pytest

from tasks.figures.library_sizes import FIGURE, parts
from tasks.methods.expression_pictures import QUALITY
from tests.tasks.figures.pictures import drawn, legend, quality, study, words


def test_bars_are_the_reads_in_display_order_in_the_colours_of_the_conditions() -> None:
    frames = quality(study())
    (part,) = parts(study(), frames)
    drawing = drawn(FIGURE, part, frames)
    truth = dict(frames[QUALITY].select("sample_id", "library_size").iter_rows())
    assert dict(drawing.source.select("sample_id", "library_size").iter_rows()) == truth
    assert drawing.source["condition"].to_list() == ["control"] * 3 + ["il1b"] * 3 + ["usc"] * 3
    (axes,) = drawing.figure.axes
    assert axes.get_ylabel() == "Reads in features (millions)"
    heights = [patch.get_height() for patch in axes.patches]
    assert heights == pytest.approx([truth[s] / 1e6 for s in drawing.source["sample_id"]])
    assert axes.lines[0].get_ydata()[0] == pytest.approx(sorted(heights)[4])
    assert len({patch.get_facecolor() for patch in axes.patches}) == 3
    assert legend(drawing) == ["Control", "IL-1β", "usc"]
    assert study().sample_ids <= words(drawing)


def test_small_libraries_are_counted_in_reads_and_many_samples_fit() -> None:
    frames = quality(study())
    (part,) = parts(study(), frames)
    few = {QUALITY: frames[QUALITY].with_columns(pl.col("library_size") / 1000)}
    (axes,) = drawn(FIGURE, part, few).figure.axes
    assert axes.get_ylabel() == "Reads in features"
    thousands = [f"{at:,.0f}" for at in axes.get_yticks() if at >= 1000]
    assert thousands
    assert set(thousands) <= {text.get_text() for text in axes.get_yticklabels()}
    frames = quality(study(40))
    (part,) = parts(study(40), frames)
    drawing = drawn(FIGURE, part, frames)
    assert drawing.source.height == 120
    assert not study(40).sample_ids & words(drawing)


def test_a_library_without_reads_or_known_samples_is_said() -> None:
    frames = quality(study())
    (part,) = parts(study(), frames)
    none = frames[QUALITY].with_columns(library_size=pl.lit(0.0))
    assert FIGURE.draw(part, {QUALITY: none}) == "no sample has a read"
    assert parts(study(), {QUALITY: frames[QUALITY].with_columns(sample_id=pl.lit("X9"))}) == []
