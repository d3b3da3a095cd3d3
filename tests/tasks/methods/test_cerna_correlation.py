from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.cerna_correlation import Profiles, correlations, one_sided, profiles, scores
from tasks.methods.cerna_pairs import incidence, pair_family
from tests.tasks.methods.cerna_reference import POPULATION, gdc_run


def test_the_scores_of_gdcrnatools_are_its_own(shared: Path) -> None:
    run = gdc_run(shared)
    family = pair_family(run.cernas, run.mrnas, POPULATION)
    found = scores(run.cernas, run.mrnas, (family.cerna, family.mrna), run.found)
    mine = pl.DataFrame(
        {
            "lncRNAs": [run.lncrnas[i] for i in family.cerna],
            "Genes": [run.genes[i] for i in family.mrna],
            "correlation": found.correlation,
            "pvalue": found.correlation_pvalue,
            "similarity": found.regulation_similarity,
            "sensitivity": found.mean_sensitivity,
        }
    )
    both = run.expected.join(mine, on=["lncRNAs", "Genes"])
    pairs = (("correlation", "cor"), ("pvalue", "corPValue"), ("similarity", "regSim"), ("sensitivity", "sppc"))
    for own, theirs in pairs:
        np.testing.assert_allclose(both[own], both[theirs], rtol=0, atol=1e-12, equal_nan=False, err_msg=theirs)


def design(samples: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    index = np.arange(samples)
    return np.column_stack([np.ones(samples), index % 2, index // 2 % 2 == 1]).astype(float)


def test_correlation_of_residuals_is_partial_correlation_given_the_design() -> None:
    rng = np.random.default_rng(2)
    model = design(12)
    values = rng.normal(size=(2, 12)) + 5 * model[:, 1]
    rest = values - (model @ np.linalg.lstsq(model, values.T, rcond=None)[0]).T
    found = profiles(values, model)
    r = correlations(found, found, np.array([0]), np.array([1]))
    assert r[0] == pytest.approx(stats.pearsonr(rest[0], rest[1]).statistic, rel=1e-12)
    # the t of a regression of one on the other and the design
    fitted, *_ = np.linalg.lstsq(np.column_stack([model, values[0]]), values[1], rcond=None)
    left = values[1] - np.column_stack([model, values[0]]) @ fitted
    error = np.sqrt(left @ left / 8 / (rest[0] @ rest[0]))
    assert one_sided(r, 12 - 3)[0] == pytest.approx(stats.t.sf(fitted[-1] / error, 8), rel=1e-10)


@settings(deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-1000, 1000))
def test_units_and_offsets_do_not_matter(seed: int, scale: float, offset: float) -> None:
    rng = np.random.default_rng(seed)
    values, model = rng.normal(size=(6, 10)), design(10)
    table = incidence(np.arange(6), np.zeros(6, dtype=int), (6, 1))

    def found(factor: float, shift: float) -> list[list[float]]:
        one = profiles(values * factor + shift, model)
        about = Profiles(one[:2], one[2:], one[:1] * 0 + profiles(rng_mirna * factor + shift, model), 7)
        given_pairs = (np.array([0, 1]), np.array([1, 3]))
        every = scores(table[:2], table[2:], given_pairs, about)
        return [every.correlation.tolist(), every.regulation_similarity.tolist(), every.mean_sensitivity.tolist()]

    rng_mirna = rng.normal(size=(1, 10))
    assert np.array(found(scale, offset)) == pytest.approx(np.array(found(1, 0)), rel=1e-6, abs=1e-8)


def test_a_feature_that_the_design_explains_has_no_correlation() -> None:
    model = design(8)
    values = np.stack([3 + 2 * model[:, 1], np.zeros(8), np.arange(8.0) ** 2])
    found = profiles(values, model)
    assert np.isnan(found[:2]).all()
    assert np.isnan(correlations(found, found, np.array([0, 1]), np.array([2, 2]))).all()
    assert np.linalg.norm(found[2]) == pytest.approx(1)


def test_a_column_of_the_design_that_says_nothing_new_takes_no_degree_of_freedom() -> None:
    values = np.random.default_rng(4).normal(size=(3, 8))
    doubled = np.column_stack([design(8)[:, :2], design(8)[:, 1], design(8)[:, 2:]])
    assert profiles(values, doubled) == pytest.approx(profiles(values, design(8)))


def test_without_degrees_of_freedom_there_is_no_pvalue() -> None:
    assert np.isnan(one_sided(np.array([0.5]), 1)).all()
