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
    assert differences(first, second).tolist() == [0, 0.1, 0.1, 0.1]
    found = signed_ranks(first[:, None], second[:, None])
    assert found.statistic[0] == 6  # three positive differences of one size, one dropped
    assert found.pvalue[0] == pytest.approx(0.25)


def test_numbers_of_any_size_keep_twelve_digits() -> None:
    values = np.array([0.0, -0.0, 1e-300, 123456.789012345, -9.87654321098765e250, np.inf, np.nan])
    found = without_rounding(values)
    np.testing.assert_allclose(found, values, rtol=1e-11)
    assert found[3] == 123456.789012


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_values_that_differ_in_the_eleventh_digit_stay_apart(size: float) -> None:
    values = size * np.array([1.0, 1.00000000001])
    assert len(set(without_rounding(values))) == 2
