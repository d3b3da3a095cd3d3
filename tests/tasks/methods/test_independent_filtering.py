from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from tasks.methods.independent_filtering import adjusted, filtered, lowess


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
@settings(deadline=None, max_examples=50)
def test_adjusted_p_values_are_scipys_and_unknown_ones_are_no_part_of_the_family(pvalues: list[float]) -> None:
    found = adjusted(np.array([np.nan, *pvalues]))
    assert np.isnan(found[0])
    assert found[1:] == pytest.approx(false_discovery_control(pvalues))


def test_features_below_a_threshold_that_pays_have_no_adjusted_p_value() -> None:
    random = np.random.default_rng(1)
    means = np.sort(np.exp(random.uniform(-3, 8, 4000)))
    pvalues = np.where((means > 20) & (random.random(4000) < 0.2), random.random(4000) * 0.01, random.random(4000))
    padj, threshold = filtered(pvalues, means, 0.05)
    assert 5 < threshold < 60
    assert np.isnan(padj).tolist() == (means < threshold).tolist()
    assert (padj < 0.05).sum() > (adjusted(pvalues) < 0.05).sum()


def test_few_rejections_filter_nothing_but_features_without_reads() -> None:
    padj, threshold = filtered(np.full(50, 0.5), np.arange(50.0), 0.05)
    assert threshold == pytest.approx(np.quantile(np.arange(50.0), 0.02))
    assert np.isnan(padj).sum() == 1


def test_a_straight_line_stays_straight_and_a_bent_one_with_an_outlier_is_rs() -> None:
    x = np.linspace(0, 1, 50)
    assert lowess(x, 3 * x + 1) == pytest.approx(3 * x + 1)
    i = np.arange(1, 51)
    y = 100 + 30 * np.sin(i / 7) + (i * 37 % 11) - 25 * (i > 40) + 60 * (i == 20)
    # R 4.2.2: lowess(seq(0, 1, length = 50), y, f = 1/5)$y[c(1, 10, 20, 21, 40, 41, 50)]
    assert lowess(x, y)[[0, 9, 19, 20, 39, 40, 49]] == pytest.approx(
        [109.61277335, 133.43334269, 113.59497149, 109.52937367, 79.35594908, 78.59013564, 103.26867213], rel=1e-7
    )
