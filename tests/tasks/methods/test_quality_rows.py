from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.quality_rows import distance_rows, space_of, space_rows

VALUES = np.random.default_rng(3).normal(size=(40, 5))
SAMPLES = ["b", "a", "c", "d", "e"]


def test_pairs_are_in_alphabetical_order_and_correlate_as_numpy_says() -> None:
    space = space_of(VALUES, SAMPLES, ["x", "x", "y", "y", "z"], [], "vst")
    assert space is not None
    rows = distance_rows(space)
    assert rows.height == 10
    first = rows.row(0, named=True)
    assert (first["sample_a"], first["sample_b"]) == ("a", "b")
    assert first["distance"] == pytest.approx(np.linalg.norm(VALUES[:, 0] - VALUES[:, 1]))
    assert first["correlation"] == pytest.approx(np.corrcoef(VALUES[:, 0], VALUES[:, 1])[0, 1])
    assert (rows["sample_a"] < rows["sample_b"]).all()


def test_components_that_few_samples_do_not_allow_are_null() -> None:
    space = space_of(VALUES[:, :3], SAMPLES[:3], ["x", "x", "y"], [], "vst")
    assert space is not None
    rows = {r["sample_id"]: r for r in space_rows(space).to_dicts()}
    assert [rows["a"][f"pc{i}"] is None for i in (1, 2, 3, 4)] == [False, False, True, True]
    assert (rows["c"]["own_group_distance"], rows["c"]["nearest_group"]) == (None, "x")
    assert sum(r["explained_percent"] for r in space.component_rows()) == pytest.approx(100)
    assert [r["component"] for r in space.component_rows()] == [1, 2]


def test_one_sample_or_no_feature_is_no_space() -> None:
    assert space_of(VALUES[:, :1], ["a"], ["x"], [], "vst") is None
    assert space_of(VALUES[:0], SAMPLES, ["x"] * 5, [], "vst") is None


def test_a_flat_sample_has_no_correlation() -> None:
    flat = VALUES.copy()
    flat[:, 0] = 1.0
    space = space_of(flat, SAMPLES, ["x"] * 5, [], "log2_cpm")
    assert space is not None
    assert distance_rows(space).filter(sample_a="a", sample_b="b")["correlation"].to_list() == [None]
