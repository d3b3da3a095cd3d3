from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.plate_quality import edge_effect, median_cv_percent, outliers, pooled_cv_percent, z_prime

A = np.array


def test_scatter_is_sd_over_mean() -> None:
    assert pooled_cv_percent([A([0.1, 0.2, 0.3])]) == pytest.approx(50.0)
    # two groups of blanks: the difference between the groups is no scatter
    assert pooled_cv_percent([A([0.1, 0.2]), A([1.1, 1.2])]) == pytest.approx(100 * np.sqrt(0.01 / 2) / 0.65)
    assert pooled_cv_percent([A([0.1]), A([0.4])]) is None
    assert pooled_cv_percent([]) is None
    assert median_cv_percent([A([1.0, 1.2]), A([1.0, 1.0]), A([2.0, 3.0])]) == pytest.approx(100 * np.sqrt(0.02) / 1.1)
    assert median_cv_percent([A([1.0])]) is None
    assert median_cv_percent([A([-1.0, 1.0])]) is None


def test_z_prime_is_the_papers_formula() -> None:
    found = z_prime({"control": A([1.0, 1.1, 0.9]), "blank": A([0.10, 0.12, 0.08]), "kill": A([0.3, 0.4])})
    assert found is not None
    assert (found.high, found.low) == ("control", "blank")
    assert found.value == pytest.approx(1 - 3 * (0.1 + 0.02) / 0.9)
    assert z_prime({"control": A([1.0, 1.1]), "blank": A([0.1])}) is None
    assert z_prime({"control": A([1.0, 1.0]), "blank": A([1.0, 1.0])}) is None


def test_the_edge_effect_is_the_regression_with_an_intercept_per_sample() -> None:
    rng = np.random.default_rng(3)
    groups = [f"S{i // 8}" for i in range(80)]
    is_edge = A([i % 8 in (0, 7) for i in range(80)])
    values = A([1 + i // 8 / 10 for i in range(80)]) * (1 + 0.2 * is_edge) * rng.normal(1, 0.05, 80)
    found = edge_effect(values, groups, is_edge)
    assert found is not None
    # the same by least squares on dummies
    means = A([values[A(groups) == g].mean() for g in groups])
    dummies = A([[g == f"S{k}" for k in range(10)] for g in groups], dtype=float)
    design = np.column_stack([dummies, is_edge])
    beta, rest, _, _ = np.linalg.lstsq(design, values / means, rcond=None)
    error = np.sqrt(rest[0] / (80 - 11) * np.linalg.inv(design.T @ design)[-1, -1])
    assert found.percent == pytest.approx(100 * beta[-1])
    assert found.pvalue == pytest.approx(2 * stats.t.sf(abs(beta[-1] / error), 69))
    assert found.percent > 12
    assert found.pvalue < 1e-6
    assert found.edge_count == 20


def test_samples_that_stand_only_at_the_edge_tell_nothing_about_it() -> None:
    assert edge_effect(A([1.0, 1.1, 5.0, 5.1]), ["in", "in", "out", "out"], A([False, False, True, True])) is None
    assert edge_effect(A([1.0, 1.1]), ["a", "a"], A([True, False])) is None  # no degree of freedom
    same = edge_effect(A([1.0, 1.0, 1.0, 1.0]), ["a", "a", "b", "b"], A([True, False, True, False]))
    assert same is not None
    assert (same.percent, same.pvalue) == (0.0, 1.0)


def test_edge_pvalues_are_uniform_without_an_effect() -> None:
    rng = np.random.default_rng(1)
    groups = [f"S{i % 10}" for i in range(60)]
    is_edge = A([i < 20 for i in range(60)])
    found = [edge_effect(rng.normal(1, 0.1, 60), groups, is_edge) for _ in range(400)]
    pvalues = [f.pvalue for f in found if f]
    assert stats.kstest(pvalues, "uniform").pvalue > 0.01


def triplicates(seed: int = 0, sd: float = 0.04) -> tuple[np.ndarray, list[str]]:
    rng = np.random.default_rng(seed)
    return np.repeat(np.linspace(0.3, 1.5, 20), 3) * rng.normal(1, sd, 60), [f"S{i // 3}" for i in range(60)]


def test_one_wrong_well_of_a_triplicate_is_found_by_the_plates_scatter() -> None:
    values, groups = triplicates()
    values[7] *= 1.5
    (found,) = outliers(values, groups, np.zeros(60, dtype=bool))
    assert (found.index, found.method, found.group_size) == (7, "plate_scatter", 3)
    assert found.others_mean == pytest.approx((values[6] + values[8]) / 2)
    assert found.score > 3.5


def test_of_a_pair_both_are_named() -> None:
    rng = np.random.default_rng(5)
    values = np.repeat(np.linspace(0.5, 1.5, 10), 2) * rng.normal(1, 0.02, 20)
    values[4] *= 1.4
    found = outliers(values, [f"S{i // 2}" for i in range(20)], np.zeros(20, dtype=bool))
    assert [f.index for f in found] == [4, 5]


def test_wells_of_a_good_plate_are_rarely_called_apart() -> None:
    counts = [len(outliers(*triplicates(seed), np.zeros(60, dtype=bool))) for seed in range(200)]
    assert np.mean(counts) < 0.4  # of 60 wells


def test_grubbs_judges_blanks_and_lone_groups_as_its_table_says() -> None:
    # Grubbs 1969: critical G at n = 8, two-sided 0.05 (one-sided 0.025) is 2.126
    blanks = A([0.100, 0.101, 0.099, 0.102, 0.098, 0.100, 0.101, 0.140])
    (found,) = outliers(blanks, ["b"] * 8, np.ones(8, dtype=bool))
    assert (found.index, found.method) == (7, "grubbs")
    assert found.score == pytest.approx((0.140 - blanks.mean()) / blanks.std(ddof=1))
    spread = A([0.0, 1, 2, 3, 4, 5, 6, 7])
    for top, is_apart in ((12.0, False), (18.5, True)):
        values = A([*spread[:-1], top])
        g = (top - values.mean()) / values.std(ddof=1)
        assert (g > 2.126) == is_apart
        assert bool(outliers(values, ["s"] * 8, np.ones(8, dtype=bool))) == is_apart


@given(st.floats(0.1, 10), st.permutations(range(60)))
@settings(deadline=None, max_examples=20)
def test_gain_and_order_do_not_matter(gain: float, order: list[int]) -> None:
    values, groups = triplicates(2)
    values[11] *= 0.5
    known = [(o.index, round(o.score, 6)) for o in outliers(values, groups, np.zeros(60, dtype=bool))]
    moved = outliers(gain * values[order], [groups[i] for i in order], np.zeros(60, dtype=bool))
    assert sorted((order[o.index], round(o.score, 6)) for o in moved) == known
    edge = A([i % 3 == 0 for i in range(60)])
    first, second = edge_effect(values, groups, edge), edge_effect(gain * values, groups, edge)
    assert first is not None
    assert second is not None
    assert second.percent == pytest.approx(first.percent)
