from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tasks.contracts import Part
from tasks.figures.shared_features import FIGURE, OVERLAPS, TOP, chosen, parts, z_scores
from tasks.methods.contrast_figures import TESTS
from tasks.methods.expression_pictures import EXPRESSION
from tests.tasks.figures.pictures import drawn, expression, simulated, study, words

BOTH = pl.concat([simulated(), simulated(contrast="b", seed=5)])


def overlaps(tests: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``result.expression_overlaps``, in any order."""
    changed = tests.filter(pl.col("direction") != "ns").sort("contrast_id")
    found = changed.group_by("feature_id").agg(
        pl.col("symbol").first(),
        pl.col("contrast_id").str.join(";").alias("contrasts"),
        pl.col("direction").str.join(";").alias("directions"),
        pl.col("padj").max().alias("max_padj"),
        pl.len().alias("contrast_count"),
    )
    named = {"library": pl.lit("gene"), "method": pl.lit("deseq2")}
    return found.filter(pl.col("contrast_count") > 1).with_columns(**named)


def part_and_frames(tests: pl.DataFrame, contrasts: int = 2) -> tuple[Part, dict[str, pl.DataFrame]]:
    frames = {EXPRESSION: expression(study()), TESTS: tests, OVERLAPS: overlaps(tests)}
    (part,) = parts(study(contrasts=contrasts), frames)
    return part, frames


def test_rows_are_the_features_changed_in_both_contrasts_the_surest_first() -> None:
    part, frames = part_and_frames(BOTH)
    drawing = drawn(FIGURE, part, frames)
    changed = BOTH.filter(pl.col("direction") != "ns")
    twice = changed.group_by("feature_id").agg(pl.len(), pl.col("padj").max()).filter(pl.col("len") == 2)
    assert twice.height > 5
    assert set(drawing.source["feature_id"]) == set(twice.sort("padj").head(TOP)["feature_id"])
    assert drawing.source["max_padj"].is_sorted()
    assert set(drawing.source["contrasts"]) == {"a;b"}
    names = set(drawing.source.select(pl.coalesce("symbol", "feature_id")).to_series())
    assert names <= words(drawing)
    assert f"of {twice.height} genes significant in several of 2 contrasts (a, b; DESeq2" in drawing.caption
    assert "the overlap has no p-value" in drawing.caption
    assert {"z-score", "Condition", "Donor"} <= words(drawing)


def test_the_caption_says_how_features_were_called() -> None:
    part, frames = part_and_frames(BOTH)
    assert "FDR < 0.05, fold change above 2)" in drawn(FIGURE, part, frames).caption
    part.parameters["is_tested"] = True  # type: ignore[index]  # a dict of our own making
    assert "FDR < 0.05, tested against a fold change of 2)" in drawn(FIGURE, part, frames).caption
    assert "colours end at ±2" in drawn(FIGURE, part, frames).caption


def test_the_numbers_are_z_scores_of_the_expression() -> None:
    part, frames = part_and_frames(BOTH)
    sheet = drawn(FIGURE, part, frames).source
    samples = sorted(study().sample_ids)
    for row in sheet.head(3).iter_rows(named=True):
        mine = frames[EXPRESSION].filter(feature_id=row["feature_id"]).sort("sample_id")["value"].to_numpy()
        assert [row[s] for s in samples] == pytest.approx(list((mine - mine.mean()) / mine.std(ddof=1)))


def test_the_only_contrast_shows_what_it_changed_and_no_overlap_is_said() -> None:
    part, frames = part_and_frames(simulated(), contrasts=1)
    drawing = drawn(FIGURE, part, frames)
    assert drawing.source.height == min(TOP, simulated().filter(pl.col("direction") != "ns").height)
    assert drawing.title == "Genes significant in a"
    apart = BOTH.with_columns(direction=pl.when(pl.col("contrast_id") == "a").then("direction").otherwise(pl.lit("ns")))
    part, frames = part_and_frames(apart)
    assert FIGURE.draw(part, frames) == "none of the genes are significant in several of 2 contrasts"


def test_another_method_than_the_primary_decides_nothing() -> None:
    limma = simulated().with_columns(method=pl.lit("limma_voom"), contrast_id=pl.lit("c"))
    (part,) = parts(study(), {EXPRESSION: expression(study()), TESTS: pl.concat([BOTH, limma])})
    assert part.parameters["contrasts"] == ["a", "b"]
    assert part.where[TESTS] == part.where[OVERLAPS] == {"method": ("deseq2",), "library": ("gene",)}
    assert parts(study(), {EXPRESSION: expression(study()), TESTS: limma}) == []


@given(arrays(np.float64, (4, 5), elements=st.floats(-50, 50)))
def test_z_scores_have_mean_0_and_spread_1_or_0(values: np.ndarray) -> None:
    scores = z_scores(values)
    assert np.allclose(scores.mean(axis=1), 0, atol=1e-6)
    spread = scores.std(axis=1, ddof=1)
    assert (np.isclose(spread, 1, atol=1e-6) | (spread == 0)).all()
    assert (spread[values.std(axis=1) > 1e-6] > 0).all()
    assert not scores[(values == values[:, :1]).all(axis=1)].any()


def test_a_feature_changed_in_more_contrasts_goes_first_and_only_overlaps_decide() -> None:
    three = overlaps(pl.concat([BOTH, simulated(contrast="c", seed=9)]))
    counts = [len(c.split(";")) for c in chosen(three, BOTH, 3)["contrasts"]]
    assert counts == sorted(counts, reverse=True)
    assert min(counts) == 2
    assert not chosen(three.clear(), BOTH, 3).height
