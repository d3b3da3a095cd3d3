from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from tasks.methods.linear_models import lm_fit
from tasks.methods.moderated_t import e_bayes, moderated_t
from tasks.methods.robust_variance_prior import robust_variance_prior
from tasks.methods.variance_prior import variance_prior
from tasks.methods.voom import log_cpm, voom
from tests.tasks.methods.limma_reference import airway, simulated, simulated_column


def test_robust_t_of_airway_are_rs(shared: Path) -> None:
    about = airway(shared)
    found = voom(about.counts, about.paired.matrix, about.sizes)
    model = e_bayes(lm_fit(found.values, about.paired.matrix, found.weights), robust=True)
    expected = pl.read_csv(shared / "reference" / "airway_R_voom_paired_robust.csv.gz")
    tested = moderated_t(model, about.paired.contrast(reference="untrt", target="trt"))
    assert np.abs(tested.t - expected["t"].to_numpy()).max() < 1e-6
    assert np.unique(model.df).size > 1


def test_robust_and_trended_t_of_simulated_counts_are_rs(shared: Path) -> None:
    about = simulated(shared)
    usc = about.paired.contrast(reference="IL1b", target="USC")
    found = voom(about.counts, about.paired.matrix, about.sizes)
    weighted = e_bayes(lm_fit(found.values, about.paired.matrix, found.weights), robust=True)
    trended = e_bayes(lm_fit(log_cpm(about.counts, about.sizes), about.paired.matrix), trend=True, robust=True)
    for column, model in (("voom_robust", weighted), ("trend_robust", trended)):
        expected, mine = simulated_column(about, column, moderated_t(model, usc).t)
        assert np.abs(mine - expected).max() < 1e-6


def test_hypervariable_features_neither_shape_the_prior_nor_are_shrunken_to_it() -> None:
    random = np.random.default_rng(6)
    clean = 10 / random.chisquare(10, size=2000) * random.chisquare(4, size=2000) / 4
    wild = clean.copy()
    wild[:40] *= 1000
    robust, plain, undisturbed = robust_variance_prior(wild, 4), variance_prior(wild, 4), variance_prior(clean, 4)
    assert abs(np.median(robust.df) - undisturbed.df[0]) < abs(plain.df[0] - undisturbed.df[0])
    assert robust.df[:40].max() < np.median(robust.df) / 2


def test_where_chance_explains_all_but_a_few_only_these_get_degrees_of_freedom() -> None:
    equal = np.random.default_rng(9).chisquare(5, size=1000) / 5
    equal[3] = 500.0
    prior = robust_variance_prior(np.clip(equal, 0.3, None), 5)
    assert np.isinf(prior.df).sum() > 900
    assert np.isfinite(prior.df[3])


def test_tails_too_small_for_a_number_are_still_ordered() -> None:
    random = np.random.default_rng(11)
    variances = 400 / random.chisquare(400, size=500) * random.chisquare(300, size=500) / 300
    variances[:2] = 1e6, 1e7
    prior = robust_variance_prior(variances, 300)
    assert np.isfinite(prior.df).all()
    assert 0 < prior.df[1] <= prior.df[0] < np.median(prior.df)


def test_two_features_have_no_tails() -> None:
    two = np.array([0.5, 2.0])
    assert robust_variance_prior(two, 4).df.tolist() == variance_prior(two, 4).df.tolist()
