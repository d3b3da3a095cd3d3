from __future__ import annotations

import numpy as np
import polars as pl

from tasks.figures.pca import FIGURE, parts
from tasks.methods.expression_pictures import COMPONENTS, QUALITY
from tests.tasks.figures.pictures import drawn, legend, quality, study, words


def test_coordinates_percentages_colours_and_markers_are_those_of_the_samples() -> None:
    about, frames = study(), quality(study())
    (part,) = parts(about, frames)
    drawing = drawn(FIGURE, part, frames)
    truth = frames[QUALITY]
    assert drawing.source.select("sample_id", "pc1", "pc2").equals(truth.select("sample_id", "pc1", "pc2"))
    percent = frames[COMPONENTS]["explained_percent"]
    (axes,) = drawing.figure.axes
    assert axes.get_xlabel() == f"PC1 ({percent[0]:.1f} % of variance)"
    assert axes.get_ylabel() == f"PC2 ({percent[1]:.1f} % of variance)"
    assert axes.get_aspect() == 1
    offsets = np.concatenate([c.get_offsets() for c in axes.collections])
    assert np.allclose(np.sort(offsets[:, 0]), np.sort(truth["pc1"]))
    assert set(legend(drawing)) == {"Control", "IL-1β", "usc", "D1", "D2", "D3"}
    assert set(truth["sample_id"]) <= words(drawing)
    assert "Control n = 3, IL-1β n = 3, usc n = 3" in drawing.caption
    assert "300 most variable genes" in drawing.caption
    assert "variance-stabilised counts" in drawing.caption
    assert len({tuple(c.get_facecolor()[0]) for c in axes.collections if len(c.get_offsets())}) == 3
    labels = {"control": "Control", "il1b": "IL-1β", "usc": "usc"}
    means = {c: truth.filter(pl.col("sample_id").str.starts_with(c))["pc1"].mean() for c in labels}
    ordered = sorted(labels, key=lambda c: float(str(means[c])))
    assert f"from low to high PC1: {', '.join(labels[c] for c in ordered)}." in drawing.alt


def test_many_samples_are_not_called_by_name_and_many_donors_share_a_marker() -> None:
    about, frames = study(donors=14), quality(study(donors=14))
    (part,) = parts(about, frames)
    drawing = drawn(FIGURE, part, frames)
    assert drawing.source.height == 42
    assert not about.sample_ids & words(drawing)
    assert set(legend(drawing)) == {"Control", "IL-1β", "usc"}
    assert "Marker" not in drawing.caption


def test_a_sample_without_a_place_is_left_out_and_not_counted() -> None:
    frames = quality(study())
    lost = pl.col("sample_id") == "usc_3"
    frames[QUALITY] = frames[QUALITY].with_columns(pl.when(~lost).then(c).alias(c) for c in ("pc1", "pc2", "fit"))
    (part,) = parts(study(), frames)
    drawing = drawn(FIGURE, part, frames)
    assert drawing.source.height == 8
    assert "8 samples (Control n = 3, IL-1β n = 3, usc n = 2)" in drawing.caption


def test_too_few_samples_and_another_scale_are_said() -> None:
    frames = quality(study())
    few = frames | {QUALITY: frames[QUALITY].head(2)}
    (part,) = parts(study(), few)
    assert FIGURE.draw(part, few) == "principal components need 3 samples with reads; 2 have a place"
    (part,) = parts(study(), frames)
    frames[COMPONENTS] = frames[COMPONENTS].with_columns(scale=pl.lit("log2_cpm"))
    assert "log₂ counts per million" in drawn(FIGURE, part, frames).caption
    assert parts(study(), {QUALITY: frames[QUALITY].clear()}) == []
