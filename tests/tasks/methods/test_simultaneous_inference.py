from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.methods.simultaneous_inference import (
    largest_t_isf,
    largest_t_sf,
    loadings,
    studentized_range_isf,
    studentized_range_sf,
)
from tests.tasks.methods.bench_reference import expected


@pytest.mark.parametrize(("groups", "df"), [(3, 6), (2, 4), (4, 5.5), (10, 200), (3, 1)])
def test_the_studentized_range_is_scipys(groups: int, df: float) -> None:
    q = np.array([0.5, 3.0, 8.0])
    assert studentized_range_sf(q, groups, df) == pytest.approx(stats.studentized_range.sf(q, groups, df), abs=1e-11)
    critical = studentized_range_isf(0.05, groups, df)
    assert float(studentized_range_sf(critical, groups, df)) == pytest.approx(0.05, abs=1e-9)


def test_the_studentized_range_is_rs() -> None:
    r = expected()
    assert float(studentized_range_sf(4.0, 3, 6)) == pytest.approx(r["ptukey.3.4.6"], rel=1e-8)
    assert float(studentized_range_sf(3.0, 4, 5.5)) == pytest.approx(r["ptukey.4.3.5"], rel=1e-8)
    assert studentized_range_isf(0.05, 5, 12) == pytest.approx(r["qtukey.5.12"], rel=1e-8)


def test_one_and_two_comparisons() -> None:
    assert float(largest_t_sf(2.5, np.ones((1, 1)), 7)) == pytest.approx(2 * stats.t.sf(2.5, 7), abs=1e-12)
    opposite = np.array([[1.0, -0.4], [-0.4, 1.0]])
    alike = np.array([[1.0, 0.4], [0.4, 1.0]])  # |t| does not know the sign
    assert float(largest_t_sf(2.5, opposite, 7)) == pytest.approx(float(largest_t_sf(2.5, alike, 7)), abs=1e-12)
    critical = largest_t_isf(0.05, alike, 7)
    assert float(largest_t_sf(critical, alike, 7)) == pytest.approx(0.05, abs=1e-9)


def test_the_lattice_agrees_with_the_integral_and_gives_the_same_number_twice() -> None:
    weights = np.array([0.5, 0.7, 0.6, 0.65])
    product = np.outer(weights, weights) + np.diag(1 - weights**2)
    bent = product.copy()
    bent[0, 1] = bent[1, 0] = bent[0, 1] + 1e-6
    assert loadings(bent) is None
    found = [float(largest_t_sf(2.7, bent, 11)) for _ in range(2)]
    assert found[0] == found[1] == pytest.approx(float(largest_t_sf(2.7, product, 11)), abs=1e-5)


def test_correlations_with_product_structure_are_told_from_others() -> None:
    weights = np.array([0.5, -0.7, 0.6, 0.2])
    product = np.outer(weights, weights) + np.diag(1 - weights**2)
    found = loadings(product)
    assert found is not None
    assert np.outer(found, found)[0, 1:] == pytest.approx(product[0, 1:])
    assert loadings(np.array([[1.0, 0.5, 0.5], [0.5, 1.0, -0.5], [0.5, -0.5, 1.0]])) is None
