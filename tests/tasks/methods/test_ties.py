"""Rank tests of values that are equal on paper and not to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.methods.rank_block_tests import friedman, friedman_pair, signed_ranks
from tasks.methods.rank_tests import dunn, kruskal_wallis, mann_whitney
from tasks.methods.ties import differences, without_rounding

EXACT = np.array([0.1, 0.2, 0.3, 0.3, 0.4, 0.6, 0.3, 0.6, 0.9])
ROUNDED = np.array([0.1, 0.2, 0.3, 0.1 + 0.2, 0.4, 0.6, 0.1 * 3, 0.2 * 3, 0.3 * 3])  # as means and ratios come
GROUPS = [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_the_last_bits_of_a_mean_break_no_tie() -> None:
    assert len(set(ROUNDED)) > len(set(EXACT))
    column = ROUNDED[:, None]
    groups = [EXACT[3 * i : 3 * i + 3] for i in range(3)]
    assert kruskal_wallis(column, GROUPS).statistic[0] == pytest.approx(stats.kruskal(*groups).statistic, rel=1e-12)
    u = stats.mannwhitneyu(groups[2], groups[0], method="asymptotic").statistic
    assert mann_whitney(column, GROUPS, 0, 2).statistic[0] == u
    assert dunn(column, GROUPS, 0, 2).statistic == dunn(EXACT[:, None], GROUPS, 0, 2).statistic
    blocks, exact_blocks = ROUNDED.reshape(3, 3, 1), EXACT.reshape(3, 3, 1)
    assert friedman(blocks).statistic[0] == pytest.approx(
        stats.friedmanchisquare(*np.moveaxis(exact_blocks, 1, 0)[..., 0]).statistic
    )
    assert friedman_pair(blocks, 0, 1).statistic == friedman_pair(exact_blocks, 0, 1).statistic


def test_differences_that_are_rounding_only_are_zeros_and_like_ones_tie() -> None:
    first = np.array([0.3, 0.2, 0.1, 5.0])
    second = np.array([0.1 + 0.2, 0.3, 0.2, 5.1])
    assert differences(first[:, None], second[:, None])[:, 0].tolist() == [0, 0.1, 0.1, 0.1]
    found = signed_ranks(first[:, None], second[:, None])
    assert found.statistic[0] == 6  # three positive differences of one size, one dropped
    assert found.pvalue[0] == pytest.approx(0.25)


def test_a_difference_that_cancels_to_nothing_is_a_tie_with_nothing() -> None:
    cancelled = (24.1 + 24.0 + 24.2) / 3 - 24.1  # of Cq; 0 on paper
    assert 0 < abs(cancelled) < 1e-13
    column = np.array([0.0, -1.2, -3.0, cancelled, -1.2, -3.0])[:, None]
    assert mann_whitney(column, [0, 0, 0, 1, 1, 1], 0, 1).pvalue[0] == pytest.approx(1.0)
    found = signed_ranks(np.zeros((6, 1)), np.array([cancelled, 1, 2, 3, 4, 5.0])[:, None])
    assert found.least_pvalue[0] == 2 / 2**5  # five differences, not six


def test_each_family_is_rounded_by_its_own_size() -> None:
    values = np.array([[1.0, 1e9, 1e-300, np.inf], [1 + 1e-10, 1e9 + 1e-10, 2e-300, np.nan]])
    found = without_rounding(values)
    assert found[0, 0] != found[1, 0]
    assert found[0, 1] == found[1, 1]
    np.testing.assert_allclose(found[:, 2:], values[:, 2:], rtol=1e-11)


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_values_that_differ_in_the_eleventh_digit_stay_apart(size: float) -> None:
    values = size * np.array([[1.0], [1.00000000001]])
    assert len(set(without_rounding(values)[:, 0])) == 2
