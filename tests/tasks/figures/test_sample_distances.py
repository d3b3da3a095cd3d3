from __future__ import annotations

import numpy as np
import polars as pl
from scipy.spatial.distance import pdist

from tasks.figures.sample_distances import FIGURE, parts
from tasks.methods.expression_pictures import EXPRESSION
from tests.tasks.figures.pictures import drawn, expression, legend, study, words


def matrix(drawing_axes: list[object]) -> np.ndarray:
    images = [np.asarray(a.get_images()[0].get_array()) for a in drawing_axes if a.get_images()]  # type: ignore[attr-defined]
    return next(i for i in images if i.ndim == 2 and i.shape[0] == i.shape[1] > 1)


def test_pairs_matrix_and_names_tell_the_same_distances() -> None:
    about, frame = study(), expression(study())
    (part,) = parts(about, {EXPRESSION: frame})
    drawing = drawn(FIGURE, part, {EXPRESSION: frame})
    values = frame.sort("sample_id", "feature_id")["value"].to_numpy().reshape(9, 300)
    assert np.allclose(drawing.source["distance"].to_numpy(), pdist(values))
    shown = matrix(drawing.figure.axes)
    assert np.allclose(shown, shown.T)
    assert not np.diag(shown).any()
    assert np.allclose(np.sort(shown[np.triu_indices(9, 1)]), np.sort(pdist(values)))
    assert {"Euclidean distance", "Condition", "Donor"} | about.sample_ids <= words(drawing)
    assert legend(drawing) == ["Control", "IL-1β", "usc", "D1", "D2", "D3"]
    assert "over 300 genes" in drawing.caption
    nearest = drawing.source.sort("distance").row(0)
    assert f"{nearest[0]} and {nearest[1]}" in drawing.alt


def test_a_hundred_samples_fit_a_page() -> None:
    about = study(donors=34)
    frame = expression(about, 60)
    (part,) = parts(about, {EXPRESSION: frame})
    drawing = drawn(FIGURE, part, {EXPRESSION: frame})
    assert drawing.source.height == 102 * 101 / 2
    assert not about.sample_ids & words(drawing)


def test_two_samples_are_no_heatmap() -> None:
    frame = expression(study()).filter(pl.col("sample_id").is_in(["control_1", "il1b_1"]))
    (part,) = parts(study(), {EXPRESSION: frame})
    assert FIGURE.draw(part, {EXPRESSION: frame}) == "distances need 3 samples to compare"
