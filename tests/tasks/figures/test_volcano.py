from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.contracts import Part
from tasks.figures.volcano import FIGURE, LABELS, source
from tasks.methods.contrast_figures import TESTS, contrast_parts, lfc_label, replicates, versus
from tests.tasks.figures.pictures import drawn, factors, legend, simulated, study, words


def part_and_frame(frame: pl.DataFrame, library: str = "gene") -> tuple[Part, dict[str, pl.DataFrame]]:
    about = study()
    (part,) = contrast_parts(about, {TESTS: frame, "result.sample_size_factors": factors(about, library)})[:1]
    return part, {TESTS: frame}


def test_points_legend_lines_and_caption_tell_the_same_numbers() -> None:
    part, frames = part_and_frame(simulated())
    drawing = drawn(FIGURE, part, frames)
    known = simulated().filter(pl.col("padj").is_not_null())
    assert drawing.source.height == known.height == 270
    up, down = (known.filter(direction=d).height for d in ("up", "down"))
    assert legend(drawing) == [f"higher ({up})", f"lower ({down})", f"not significant ({270 - up - down})"]
    (axes,) = drawing.figure.axes
    assert axes.get_xlabel() == "log₂ fold change\nIL-1β / Control"
    assert axes.get_ylabel() == "−log₁₀ FDR"
    horizontal = {line.get_ydata()[0] for line in axes.lines if len(set(line.get_ydata())) == 1}
    assert -np.log10(0.05) in horizontal
    vertical = {line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1}
    assert vertical == {-1.0, 1.0}
    assert "n = 3 and 3 cultures, blocked by donor" in drawing.caption
    assert "DESeq2, two-sided, Benjamini-Hochberg; significant: FDR < 0.05, fold change above 2" in drawing.caption
    assert "30 genes without an FDR" in drawing.caption
    drawn_points = np.concatenate([c.get_offsets() for c in axes.collections])
    assert sorted(drawn_points[:, 1]) == pytest.approx(sorted(-np.log10(known["padj"].to_numpy())))


def test_the_surest_of_each_direction_are_named_in_italics_by_symbol_or_id() -> None:
    part, frames = part_and_frame(simulated())
    drawing = drawn(FIGURE, part, frames)
    named = drawing.source.filter("is_named")
    names = set(named.select(pl.coalesce("symbol", "feature_id")).to_series())
    assert names <= words(drawing)
    assert {t.get_fontstyle() for t in drawing.figure.axes[0].texts} == {"italic"}
    for direction in ("up", "down"):
        mine = named.filter(direction=direction)
        assert LABELS - 2 <= mine.height <= LABELS
        others = drawing.source.filter(pl.col("direction") == direction, ~pl.col("is_named"))
        assert mine["padj"].max() <= others["padj"].quantile(0.1)
    part, frames = part_and_frame(simulated(library="mirna"), "mirna")
    assert {t.get_fontstyle() for t in drawn(FIGURE, part, frames).figure.axes[0].texts} == {"normal"}


def test_what_is_too_small_or_too_far_stands_at_the_edge_and_is_said() -> None:
    frame = simulated().with_columns(
        padj=pl.when(pl.col("feature_id") == "ENSG00001").then(0.0).otherwise("padj"),
        log2_fold_change=pl.when(pl.col("feature_id") == "ENSG00002").then(40.0).otherwise("log2_fold_change"),
    )
    points = source(frame)
    cut = points.filter("is_cut")
    assert set(cut["feature_id"]) == {"ENSG00001", "ENSG00002"}
    assert np.isfinite(points["minus_log10_padj"].to_numpy()).all()
    assert points["drawn_at"].abs().max() < 20
    assert points["log2_fold_change"].max() == 40
    part, frames = part_and_frame(frame)
    assert "Diamonds: 2 beyond the edge" in drawn(FIGURE, part, frames).caption


def test_few_points_and_none_significant_are_drawn_and_none_at_all_is_said() -> None:
    part, frames = part_and_frame(simulated().head(2).with_columns(direction=pl.lit("ns")))
    assert drawn(FIGURE, part, frames).source.height == 2
    nothing = FIGURE.draw(part, {TESTS: simulated().with_columns(padj=pl.lit(None, pl.Float64))})
    assert nothing == "no feature of a has an FDR"
    assert FIGURE.draw(part, {TESTS: simulated().clear()}) == "no feature of a has an FDR"


@given(st.integers(0, 2**32 - 1))
def test_every_feature_with_an_fdr_is_one_point(seed: int) -> None:
    frame = simulated(80, seed=seed)
    points = source(frame)
    known = frame.filter(pl.col("padj").is_not_null())
    assert sorted(points["feature_id"]) == sorted(known["feature_id"])
    assert points.filter("is_named").group_by("direction").len()["len"].max() in {None, *range(1, LABELS + 1)}
    assert points["padj"].is_sorted()


def test_the_counts_of_airway_are_rs(airway_night: Path, shared: Path) -> None:
    theirs = pl.read_csv(shared / "reference" / "airway_R_DESeq2.csv.gz", null_values="NA")
    passing = theirs.filter((pl.col("padj") < 0.05) & (pl.col("log2FoldChange").abs() > 1))
    sheet = pl.read_csv(airway_night / "studies" / "airway" / "figures" / "volcano-dex-gene-deseq2.csv")
    assert sheet.filter(direction="up").height == passing.filter(pl.col("log2FoldChange") > 0).height
    assert sheet.filter(direction="down").height == passing.filter(pl.col("log2FoldChange") < 0).height
    assert sheet.filter("is_named").height >= 14


def test_an_interaction_and_a_random_effect_are_said_in_words() -> None:
    part, frames = part_and_frame(simulated())
    crossed = replace(part, parameters={**part.parameters, "between": ["sex", "male", "female"], "random": "donor"})
    assert versus(crossed.parameters) == f"{versus(part.parameters)}, sex female less male"
    assert replicates(crossed.parameters).endswith(", donor as random effect")
    (axes,) = drawn(FIGURE, crossed, frames).figure.axes
    assert axes.get_xlabel() == lfc_label(crossed.parameters) != lfc_label(part.parameters)
    assert axes.get_xlabel().startswith("difference of log₂ fold changes")
