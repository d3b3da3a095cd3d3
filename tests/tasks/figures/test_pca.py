from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.figures.pca import FIGURE, parts, source
from tasks.methods.expression_components import components, wide
from tasks.methods.expression_pictures import EXPRESSION
from tests.tasks.figures.pictures import drawn, expression, legend, study, words


def test_coordinates_percentages_colours_and_markers_are_those_of_the_samples() -> None:
    about, frame = study(), expression(study())
    (part,) = parts(about, {EXPRESSION: frame})
    drawing = drawn(FIGURE, part, {EXPRESSION: frame})
    _, samples, values = wide(frame)
    truth = components(values)
    assert drawing.source["sample_id"].to_list() == samples
    assert np.allclose(drawing.source.select("pc1", "pc2").to_numpy(), truth.scores[:, :2])
    (axes,) = drawing.figure.axes
    assert axes.get_xlabel() == f"PC1 ({truth.percent[0]:.1f} % of variance)"
    assert axes.get_ylabel() == f"PC2 ({truth.percent[1]:.1f} % of variance)"
    assert axes.get_aspect() == 1
    assert set(legend(drawing)) == {"Control", "IL-1β", "usc", "D1", "D2", "D3"}
    assert set(samples) <= words(drawing)
    assert "Control n = 3, IL-1β n = 3, usc n = 3" in drawing.caption
    assert "300 most variable genes" in drawing.caption
    assert len({tuple(c.get_facecolor()[0]) for c in axes.collections if len(c.get_offsets())}) == 3
    assert ("Control, IL-1β, usc" in drawing.alt) or ("usc, IL-1β, Control" in drawing.alt)


def test_many_samples_are_not_called_by_name_and_many_donors_share_a_marker() -> None:
    about = study(donors=14)
    frame = expression(about)
    (part,) = parts(about, {EXPRESSION: frame})
    drawing = drawn(FIGURE, part, {EXPRESSION: frame})
    assert drawing.source.height == 42
    assert not about.sample_ids & words(drawing)
    assert set(legend(drawing)) == {"Control", "IL-1β", "usc"}
    assert "Marker" not in drawing.caption


def test_the_fit_over_most_samples_is_shown_and_the_primary_method_goes_first() -> None:
    frame = expression(study())
    few = frame.filter(pl.col("sample_id").str.starts_with("control")).with_columns(fit=pl.lit("~ a"))
    limma = frame.with_columns(method=pl.lit("limma_voom"), fit=pl.lit("~ b"))
    (part,) = parts(study(), {EXPRESSION: pl.concat([few, frame, limma])})
    assert part.where[EXPRESSION] == {"library": ("gene",), "method": ("deseq2",), "fit": ("~ donor + condition",)}
    (part,) = parts(study(primary="limma_voom"), {EXPRESSION: pl.concat([few, frame, limma])})
    assert part.where[EXPRESSION]["method"] == ("limma_voom",)
    assert parts(study(), {EXPRESSION: frame.clear()}) == []


def test_too_few_samples_are_said() -> None:
    frame = expression(study()).filter(pl.col("sample_id").is_in(["control_1", "il1b_1"]))
    (part,) = parts(study(), {EXPRESSION: frame})
    assert FIGURE.draw(part, {EXPRESSION: frame}) == "principal components need 3 samples and 3 features"


def test_rows_in_another_order_give_the_same_points() -> None:
    about, frame = study(), expression(study())
    (part,) = parts(about, {EXPRESSION: frame})
    one, *_ = source(frame, part.parameters)
    other, *_ = source(frame.sample(fraction=1, shuffle=True, seed=3), part.parameters)
    assert one.drop("pc1", "pc2").equals(other.drop("pc1", "pc2"))
    assert one["pc1"].to_list() == pytest.approx(other["pc1"].to_list())
