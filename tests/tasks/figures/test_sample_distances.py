from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist

from tasks.figures.sample_distances import FIGURE, parts
from tasks.methods.expression_pictures import DISTANCES
from tests.tasks.figures.pictures import drawn, expression, legend, quality, study, words


def matrix(drawing_axes: list[object]) -> np.ndarray:
    images = [np.asarray(a.get_images()[0].get_array()) for a in drawing_axes if a.get_images()]  # type: ignore[attr-defined]
    return next(i for i in images if i.ndim == 2 and i.shape[0] == i.shape[1] > 1)


def test_pairs_matrix_and_names_tell_the_same_distances() -> None:
    about, frames = study(), quality(study())
    (part,) = parts(about, frames)
    frames[DISTANCES] = frames[DISTANCES].sample(fraction=1, shuffle=True, seed=4)
    drawing = drawn(FIGURE, part, frames)
    values = expression(about).sort("sample_id", "feature_id")["value"].to_numpy().reshape(9, 300)
    assert np.allclose(drawing.source["distance"].to_numpy(), pdist(values))
    shown = matrix(drawing.figure.axes)
    assert np.allclose(shown, shown.T)
    assert not np.diag(shown).any()
    assert np.allclose(np.sort(shown[np.triu_indices(9, 1)]), np.sort(pdist(values)))
    names = [t.get_text() for t in drawing.figure.axes[-2].get_yticklabels()]
    samples = sorted(about.sample_ids)
    rows = [samples.index(n) for n in names]
    full = np.linalg.norm(values[:, None] - values[None], axis=2)
    assert np.allclose(shown, full[np.ix_(rows, rows)])
    assert {"Euclidean distance", "Condition", "Donor"} | about.sample_ids <= words(drawing)
    assert legend(drawing) == ["Control", "IL-1β", "usc", "D1", "D2", "D3"]
    assert "over all genes" in drawing.caption
    nearest = drawing.source.sort("distance").row(0)
    assert f"{nearest[0]} and {nearest[1]}" in drawing.alt


def test_a_hundred_samples_fit_a_page() -> None:
    about = study(donors=34)
    frames = quality(about, expression(about, 60))
    (part,) = parts(about, frames)
    drawing = drawn(FIGURE, part, frames)
    assert drawing.source.height == 102 * 101 / 2
    assert not about.sample_ids & words(drawing)


def test_two_samples_are_no_heatmap() -> None:
    frames = quality(study())
    (part,) = parts(study(), frames)
    frames[DISTANCES] = frames[DISTANCES].head(1)
    assert FIGURE.draw(part, frames) == "distances need 3 samples with reads to compare; 2 have a place"
