from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.over_representation import OverRepresentation, membership, over_representation

REFERENCE = pl.read_csv(Path(__file__).parents[2] / "reference" / "over_representation.csv.gz")
ALL = (1, 100_000)


def one(overlap: int, own: int, size: int, population: int, method: Literal["ora", "ease"]) -> OverRepresentation:
    """A list and a set of these sizes that share ``overlap`` genes."""
    lists = membership(np.zeros(own, dtype=int), np.arange(own), (1, population))
    sets = membership(np.zeros(size, dtype=int), np.arange(size) + own - overlap, (1, population))
    return over_representation(lists, sets, ALL, method)


def random(seed: int, genes: int = 500, lists: int = 6, sets: int = 40) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    shares = draw.uniform(0.01, 0.3, (lists, 1)), draw.uniform(0.002, 0.3, (sets, 1))
    return tuple(draw.uniform(size=(len(s), genes)) < s for s in shares)


def against(lists: np.ndarray, sets: np.ndarray, **options: object) -> OverRepresentation:
    found = [membership(*np.nonzero(table), table.shape) for table in (lists, sets)]
    return over_representation(*found, **{"limits": ALL, **options})


@pytest.mark.parametrize("method", ["ora", "ease"])
def test_p_values_are_those_of_r(method: Literal["ora", "ease"]) -> None:
    for population, size, own, overlap, *exact in REFERENCE.iter_rows():
        expected = exact[method == "ease"]
        assert one(overlap, own, size, population, method).pvalue[0, 0] == pytest.approx(
            expected, rel=1e-10, abs=1e-300
        )
        assert abs(one(overlap, own, size, population, method).pvalue[0, 0] - expected) < 1e-12


def test_every_list_and_set_has_scipys_p_value_and_bh_with_sets_without_overlap() -> None:
    lists, sets = random(3)
    found = against(lists, sets)
    overlap = lists.astype(int) @ sets.T.astype(int)
    assert np.array_equal(found.overlap, overlap[:, found.family])
    assert (found.overlap == 0).any()
    own, sizes = lists.sum(axis=1), sets.sum(axis=1)[found.family]
    expected = stats.hypergeom.sf(found.overlap - 1, 500, sizes[None, :], own[:, None])
    np.testing.assert_allclose(found.pvalue, expected, atol=1e-12, rtol=1e-10)
    for row, after in zip(expected, found.padj, strict=True):
        np.testing.assert_allclose(after, stats.false_discovery_control(row), rtol=1e-9)
    np.testing.assert_allclose(found.fold_enrichment(), found.overlap / own[:, None] / (sizes / 500))


def test_davids_published_example() -> None:
    """DAVID's help page: 3 of 300 genes of the user, 40 of 30,000 of the genome: EASE 0.06, Fisher 0.007."""
    assert round(float(one(3, 300, 40, 30_000, "ease").pvalue[0, 0]), 2) == 0.06
    assert round(float(one(3, 300, 40, 30_000, "ora").pvalue[0, 0]), 3) == 0.007


@pytest.mark.parametrize(
    ("overlap", "size", "printed"), [(36, 328, 8e-5), (32, 290, 2e-4), (14, 80, 3e-4), (27, 252, 1e-3)]
)
def test_ease_scores_that_a_paper_printed(overlap: int, size: int, printed: float) -> None:
    """Table 1 of a paper in PMC (PMC2805885): 588 genes of 10,937, scores of the EASE software, one digit."""
    found = float(one(overlap, 588, size, 10_937, "ease").pvalue[0, 0])
    assert float(f"{found:.0e}") == printed


def test_the_family_are_sets_within_the_limits_both_ends_included() -> None:
    sets = np.tri(8, 8, dtype=bool)  # sizes 1 … 8
    found = against(np.ones((1, 8), dtype=bool), sets, limits=(3, 5))
    assert found.set_size.tolist() == [3, 4, 5]
    assert found.family.tolist() == [2, 3, 4]


def test_no_list_no_set_and_an_empty_list_are_answers() -> None:
    lists, sets = random(1)
    assert against(lists[:0], sets).pvalue.shape[0] == 0
    assert against(lists, sets[:0]).pvalue.shape == (6, 0)
    assert (against(np.zeros((1, 500), dtype=bool), sets).padj == 1).all()


@given(st.integers(0, 2**32 - 1))
@example(2858023)  # the largest p-value rounded below itself
def test_ease_is_never_more_significant_than_ora_and_both_lie_in_0_1(seed: int) -> None:
    lists, sets = random(seed, genes=120, lists=3, sets=8)
    ora, ease = against(lists, sets), against(lists, sets, method="ease")
    assert (ease.pvalue >= ora.pvalue - 1e-12).all()
    assert ((ora.padj >= ora.pvalue) & (ora.pvalue >= 0) & (ora.padj <= 1)).all()
