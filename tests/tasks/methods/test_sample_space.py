from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods import deseq2, sample_space
from tasks.methods.design_matrix import design
from tasks.methods.size_factors import median_of_ratios
from tasks.methods.variance_stabilisation import stabilised
from tests.tasks.methods import picture_reference

REFERENCE = Path(__file__).parents[2] / "reference"
GROUPS = ["IL1b", "USC", "EXO"] * 3
BLOCKS = [["r0"] * 3 + ["r1"] * 3 + ["r2"] * 3]


@pytest.fixture(scope="module")
def expected() -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "quality_samples.csv", null_values=["NA"])


@pytest.fixture(scope="module")
def values(shared: Path) -> np.ndarray:
    """Variance-stabilised miRNA counts of nine simulated cultures, by our own fit."""
    table = pl.read_csv(shared / "reference" / "sim3x3_mirna_counts.csv.gz")
    samples = table.columns[1:]
    model = design({s: {"group": g} for s, g in zip(samples, GROUPS, strict=True)}, variable="group", blocking=[],
                   first="IL1b")  # fmt: skip
    counts = table.select(samples).to_numpy()
    fitted = deseq2.fit(counts, table[table.columns[0]].to_list(), model, median_of_ratios(counts.astype(float)))
    return stabilised(fitted)


def test_components_and_distances_are_those_of_plotpca_and_dist_in_r(
    values: np.ndarray, expected: pl.DataFrame
) -> None:
    found = sample_space.principal_components(sample_space.most_variable(values))
    theirs = expected.select("PC1", "PC2", "PC3", "PC4").to_numpy()
    turned = theirs * np.sign((theirs * found.coordinates[:, :4]).sum(axis=0))
    assert np.abs(found.coordinates[:, :4] - turned).max() < 2e-3
    assert found.shares[:2] == pytest.approx(expected["share"].to_list()[:2], rel=1e-4)
    assert found.shares.sum() == pytest.approx(1)
    between = expected.select([f"S{i}" for i in range(1, 10)]).to_numpy()
    assert np.abs(sample_space.distances(values) - between).max() < 2e-3


def test_blocks_are_removed_as_limmas_removebatcheffect_does() -> None:
    table = pl.read_csv(REFERENCE / "quality_blocks.csv")
    both = table.select(table.columns[1:]).to_numpy()
    values, expected = both[:, :9], both[:, 9:]
    found = sample_space.without_blocks(values, GROUPS, BLOCKS)
    assert np.abs(found - expected).max() < 1e-12
    assert sample_space.without_blocks(values, GROUPS, []) is values
    assert sample_space.without_blocks(values, GROUPS, [["r0"] * 9]) is values


@given(st.integers(2, 8), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_components_keep_every_distance(samples: int, features: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(features, samples))
    found = sample_space.principal_components(values)
    assert sample_space.distances(found.coordinates.T) == pytest.approx(sample_space.distances(values), abs=1e-6)
    farthest = np.abs(found.coordinates).argmax(axis=0)
    assert (found.coordinates[farthest, range(found.coordinates.shape[1])] >= 0).all()


def test_samples_without_any_variation_have_components_of_no_share() -> None:
    found = sample_space.principal_components(np.ones((5, 3)))
    assert (found.shares == 0).all()
    assert (found.coordinates == 0).all()


def grouped(seed: int, per_group: int, effect: float) -> tuple[np.ndarray, list[str]]:
    """Three groups that differ in a tenth of 2,000 features."""
    random = np.random.default_rng(seed)
    groups = [g for g in "abc" for _ in range(per_group)]
    values = random.normal(0, 0.3, size=(2000, len(groups)))
    for number, level in enumerate("abc"):
        values[200 * number : 200 * (number + 1), [g == level for g in groups]] += effect
    return values, groups


@pytest.mark.parametrize("per_group", [3, 5])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_swapped_samples_are_found_and_unswapped_ones_are_not(seed: int, per_group: int) -> None:
    values, groups = grouped(seed, per_group, 1.5)
    right = sample_space.distances(sample_space.most_variable(values))
    assert not sample_space.misplaced_samples(right, groups).any()
    assert not sample_space.far_samples(sample_space.group_distances(right, groups).own).any()
    order = np.arange(len(groups))
    order[[0, per_group]] = order[[per_group, 0]]
    swapped = right[np.ix_(order, order)]
    assert np.flatnonzero(sample_space.misplaced_samples(swapped, groups)).tolist() == [0, per_group]
    assert sample_space.group_distances(swapped, groups).nearest[0] == "b"


def test_groups_without_any_difference_give_no_hint() -> None:
    for seed in range(20):
        values, groups = grouped(seed, 4, 0.0)
        between = sample_space.distances(sample_space.most_variable(values))
        assert not sample_space.misplaced_samples(between, groups).any()


def test_a_failed_sample_is_far_from_its_group() -> None:
    values, groups = grouped(5, 3, 1.5)
    values[:, 4] += np.random.default_rng(6).normal(0, 2, size=len(values))
    between = sample_space.distances(sample_space.most_variable(values))
    far = sample_space.far_samples(sample_space.group_distances(between, groups).own)
    assert np.flatnonzero(far).tolist() == [4]
    assert not sample_space.misplaced_samples(between, groups).any()


def test_group_distances_are_medians_and_lack_what_there_is_not() -> None:
    between = np.array([[0, 1, 5, 9], [1, 0, 7, 3], [5, 7, 0, 2], [9, 3, 2, 0]], dtype=float)
    found = sample_space.group_distances(between, ["a", "a", "b", "c"])
    assert found.own[:2].tolist() == [1, 1]
    assert np.isnan(found.own[2:]).all()
    assert found.nearest == ("b", "c", "c", "b")
    assert found.nearest_distance.tolist() == [5, 3, 2, 2]
    even = sample_space.group_distances(between, ["a", "b", "b", "c"])
    assert even.nearest_distance.tolist() == [1, 1, 2, 2]
    alone = sample_space.group_distances(between, ["a"] * 4)
    assert alone.nearest == (None,) * 4
    assert np.isnan(alone.nearest_distance).all()


def test_a_given_table_has_the_plane_shares_and_distances_of_r() -> None:
    values, theirs = picture_reference.table(), picture_reference.numbers()
    found = sample_space.principal_components(sample_space.most_variable(values))
    for column, name in enumerate(("pc1", "pc2")):
        mine = found.coordinates[:, column]
        assert mine * np.sign(mine @ theirs[name]) == pytest.approx(theirs[name], rel=1e-9)
    assert 100 * found.shares == pytest.approx(theirs["pc9_percent"], rel=1e-9, abs=1e-9)
    between = sample_space.distances(values)[np.triu_indices(9, 1)]
    assert between == pytest.approx(theirs["distances"], rel=1e-9)
