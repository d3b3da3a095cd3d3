from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.methods.cerna_correlation import Profiles, profiles
from tasks.methods.cerna_pairs import Floats, incidence
from tasks.methods.cerna_sensitivity import sensitivity, sensitivity_pvalues, zero_sensitivity

SAMPLES = 80


def about(cerna: Floats, mrna: Floats, mirnas: Floats) -> Profiles:
    constant = np.ones((cerna.shape[1], 1))
    return Profiles(*(profiles(v, constant) for v in (cerna, mrna, mirnas)), cerna.shape[1] - 1)


def partial(one: Floats, two: Floats, given: Floats) -> float:
    """Partial correlation through regressions, as ppcor does."""
    model = np.column_stack([np.ones(len(one)), given.T])
    rest = [v - model @ np.linalg.lstsq(model, v, rcond=None)[0] for v in (one, two)]
    return float(stats.pearsonr(*rest).statistic)


def test_it_is_correlation_less_partial_correlation() -> None:
    rng = np.random.default_rng(1)
    mirnas = rng.normal(size=(6, SAMPLES))
    cernas = rng.normal(size=(2, SAMPLES)) - mirnas[:3].sum(axis=0)
    mrnas = rng.normal(size=(3, SAMPLES)) - mirnas[1:5].sum(axis=0)
    first = incidence(np.repeat([0, 1], 4), np.array([0, 1, 2, 3, 2, 3, 4, 5]), (2, 6))
    second = incidence(np.repeat([0, 1, 2], 3), np.array([1, 2, 3, 2, 4, 5, 0, 1, 2]), (3, 6))
    pairs = (np.array([0, 0, 1, 1]), np.array([0, 2, 1, 0]))
    found = sensitivity(first, second, pairs, about(cernas, mrnas, mirnas))
    for value, i, j in zip(found, *pairs, strict=True):
        both = sorted(set(first[[i]].indices) & set(second[[j]].indices))
        expected = stats.pearsonr(cernas[i], mrnas[j]).statistic - partial(cernas[i], mrnas[j], mirnas[both])
        assert value == pytest.approx(expected, abs=1e-10)


def test_mirnas_that_repeat_each_other_count_once() -> None:
    rng = np.random.default_rng(2)
    mirna = rng.normal(size=SAMPLES)
    cerna, mrna = (rng.normal(size=(1, SAMPLES)) - mirna for _ in range(2))
    both, one = (incidence(np.zeros(n, dtype=int), np.arange(n), (1, 2)) for n in (2, 1))
    given = about(cerna, mrna, np.stack([mirna, mirna]))
    pairs = (np.array([0]), np.array([0]))
    assert sensitivity(both, both, pairs, given) == pytest.approx(sensitivity(one, one, pairs, given), abs=1e-9)


def test_more_mirnas_than_samples_leave_nothing() -> None:
    rng = np.random.default_rng(3)
    every = incidence(np.zeros(20, dtype=int), np.arange(20), (1, 20))
    given = about(rng.normal(size=(1, 12)), rng.normal(size=(1, 12)), rng.normal(size=(20, 12)))
    assert np.isnan(sensitivity(every, every, (np.array([0]), np.array([0])), given)).all()


@pytest.mark.parametrize(("count", "correlation"), [(1, 0.0), (1, 0.6), (2, 0.7), (3, 0.3)])
def test_the_null_is_that_of_data_drawn_from_populations_without_sensitivity(count: int, correlation: float) -> None:
    rng = np.random.default_rng(4)
    drawn = zero_sensitivity(count, correlation, SAMPLES - 1, 20_000, rng)
    slow = np.array([_from_data(count, correlation, rng) for _ in range(1000)])
    assert stats.ks_2samp(drawn, slow).pvalue > 0.001
    assert abs(np.median(drawn)) < 0.02


def _from_data(count: int, correlation: float, rng: np.random.Generator) -> float:
    """One data set of a random population with correlated miRNAs in which both correlations are equal."""
    while True:
        root = rng.normal(size=(count, count + 2))
        among = np.corrcoef(root) if count > 1 else np.ones((1, 1))
        own = rng.uniform(-1, 1, size=count)  # correlations of the ceRNA with the miRNAs
        half = np.linalg.cholesky(among)
        turned = np.linalg.solve(half, own)
        size = float(np.linalg.norm(turned))
        if size >= 1:
            continue
        cosine = 1.0 if count == 1 else rng.uniform(-1, 1)
        across = rng.normal(size=count)
        across -= turned * (across @ turned) / size**2
        if count > 1:
            across /= np.linalg.norm(across)
        # K s^2 ... : (K - s t cos)^2 = K^2 (1 - s^2)(1 - t^2), solved by numpy
        k = correlation
        roots = np.roots([size**2 * cosine**2 + k**2 * (1 - size**2), -2 * k * size * cosine, k**2 * size**2])
        real = sorted(float(r.real) for r in roots if abs(r.imag) < 1e-12 and 0 <= r.real < 1)
        picked = [t for t in real if k >= size * t * cosine - 1e-12]
        if not picked:
            continue
        length = picked[-1] if count == 1 else picked[0]
        other = half @ (length * (cosine * turned / size + np.sqrt(1 - cosine**2) * across))
        whole = np.eye(count + 2)
        whole[2:, 2:], whole[0, 1], whole[1, 0] = among, k, k
        whole[0, 2:], whole[2:, 0], whole[1, 2:], whole[2:, 1] = own, own, other, other
        data = rng.multivariate_normal(np.zeros(count + 2), whole, size=SAMPLES, method="eigh").T
        return float(stats.pearsonr(data[0], data[1]).statistic - partial(data[0], data[1], data[2:]))


def test_pvalues_of_null_pairs_are_uniform_and_a_sponge_is_seen() -> None:
    rng = np.random.default_rng(5)
    null = zero_sensitivity(2, 0.4, SAMPLES - 1, 2000, rng)
    ones = np.ones(2000)
    found = sensitivity_pvalues(null, 0.4 * ones, 2 * ones.astype(int), SAMPLES - 1, seed=9)
    assert stats.kstest(found, "uniform").pvalue > 0.001
    seen = sensitivity_pvalues(np.array([0.4, np.nan]), np.array([0.4, 0.4]), np.array([2, 2]), SAMPLES - 1, seed=9)
    assert seen[0] < 1e-3
    assert np.isnan(seen[1])


def test_negative_correlations_have_the_mirrored_null() -> None:
    there = sensitivity_pvalues(np.array([0.05]), np.array([-0.4]), np.array([2]), SAMPLES - 1, seed=9)
    back = sensitivity_pvalues(np.array([-0.05]), np.array([0.4]), np.array([2]), SAMPLES - 1, seed=9)
    assert there[0] + back[0] == pytest.approx(1, abs=1e-3)
