from __future__ import annotations

import polars as pl
import pytest

from tasks.contracts import Part
from tasks.figures.library_sizes import COUNTS, FIGURE, parts
from tests.tasks.figures.pictures import drawn, expression, legend, study, words


def counted(donors: int = 3, scale: float = 1000.0) -> pl.DataFrame:
    about = study(donors)
    reads = expression(about).select("library", "sample_id", "feature_id", count=(pl.col("value") * scale).round())
    unknown = reads.head(2).with_columns(sample_id=pl.lit(None, pl.String))
    rows = pl.concat([reads, unknown]).with_columns(object_id=pl.lit("o"), is_excluded=pl.col("sample_id") == "il1b_2")
    return rows.with_columns(pl.col("is_excluded").fill_null(value=False))


def part_and_frame(frame: pl.DataFrame, donors: int = 3) -> tuple[Part, dict[str, pl.DataFrame]]:
    (part,) = parts(study(donors), {COUNTS: frame})
    return part, {COUNTS: frame.filter(pl.col("sample_id").is_in(part.where[COUNTS]["sample_id"]))}


def test_bars_are_the_reads_in_display_order_in_the_colours_of_the_conditions() -> None:
    part, frames = part_and_frame(counted())
    drawing = drawn(FIGURE, part, frames)
    truth = dict(counted().drop_nulls().group_by("sample_id").agg(pl.col("count").sum()).iter_rows())
    assert dict(drawing.source.select("sample_id", "reads").iter_rows()) == truth
    assert drawing.source["condition"].to_list() == ["control"] * 3 + ["il1b"] * 3 + ["usc"] * 3
    (axes,) = drawing.figure.axes
    assert axes.get_ylabel() == "Reads in features (millions)"
    heights = [patch.get_height() for patch in axes.patches]
    assert heights == pytest.approx([truth[s] / 1e6 for s in drawing.source["sample_id"]])
    assert axes.lines[0].get_ydata()[0] == pytest.approx(sorted(heights)[4])
    assert [bool(patch.get_hatch()) for patch in axes.patches].index(True) == 4
    assert "Hatched: 1 excluded" in drawing.caption
    assert legend(drawing) == ["Control", "IL-1β", "usc"]
    assert study().sample_ids <= words(drawing)


def test_small_libraries_are_counted_in_reads_and_many_samples_fit() -> None:
    part, frames = part_and_frame(counted(scale=1.0))
    assert drawn(FIGURE, part, frames).figure.axes[0].get_ylabel() == "Reads in features"
    part, frames = part_and_frame(counted(40), 40)
    drawing = drawn(FIGURE, part, frames)
    assert drawing.source.height == 120
    assert not study(40).sample_ids & words(drawing)


def test_a_library_without_reads_or_known_samples_is_said() -> None:
    part, frames = part_and_frame(counted(scale=0.0))
    assert FIGURE.draw(part, frames) == "no sample has a read"
    strangers = counted().with_columns(sample_id=pl.lit("X9"))
    assert parts(study(), {COUNTS: strangers}) == []
