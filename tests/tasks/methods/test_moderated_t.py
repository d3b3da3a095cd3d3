from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import false_discovery_control

from tasks.methods.linear_models import lm_fit
from tasks.methods.moderated_t import e_bayes, moderated_t, treat
from tasks.methods.voom import log_cpm, voom
from tests.tasks.methods.limma_reference import Counts, airway, simulated, simulated_column


@pytest.fixture(scope="module")
def counts(shared: Path) -> Counts:
    return airway(shared)


def test_moderated_t_of_airway_are_rs_and_so_are_the_lists(counts: Counts, shared: Path) -> None:
    design, dex = counts.paired.matrix, counts.paired.contrast(reference="untrt", target="trt")
    weighed = voom(counts.counts, design, counts.sizes)
    model = e_bayes(lm_fit(weighed.values, design, weighed.weights))
    trended = e_bayes(lm_fit(log_cpm(counts.counts, counts.sizes), design), trend=True)
    for tested, name in (
        (moderated_t(model, dex), "voom_paired"),
        (moderated_t(trended, dex), "limmatrend_paired"),
        (treat(model, dex, 1.0), "voom_treat_lfc1"),
    ):
        expected = pl.read_csv(shared / "reference" / f"airway_R_{name}.csv.gz")
        assert np.abs(tested.t - expected["t"].to_numpy()).max() < 1e-9
        assert np.abs(tested.estimates - expected["logFC"].to_numpy()).max() < 1e-9
        assert np.log(tested.pvalues) == pytest.approx(np.log(expected["P.Value"].to_numpy()), abs=1e-9)
        padj = false_discovery_control(tested.pvalues)
        assert padj == pytest.approx(expected["adj.P.Val"].to_numpy(), abs=1e-9)
        assert ((padj < 0.05) == (expected["adj.P.Val"] < 0.05).to_numpy()).all()


def test_several_contrasts_of_one_fit_are_rs(shared: Path) -> None:
    about = simulated(shared)
    design = about.paired
    weighed = voom(about.counts, design.matrix, about.sizes)
    fit = lm_fit(weighed.values, design.matrix, weighed.weights)
    model = e_bayes(fit)
    for column, reference, target in (
        ("voom_usc", "IL1b", "USC"), ("voom_exo", "IL1b", "EXO"), ("voom_exo_from_usc", "USC", "EXO"),
    ):  # fmt: skip
        tested = moderated_t(model, design.contrast(reference=reference, target=target))
        expected, mine = simulated_column(about, column, tested.t)
        assert np.abs(mine - expected).max() < 1e-6
    usc = design.contrast(reference="IL1b", target="USC")
    expected, mine = simulated_column(about, "voom_trend", moderated_t(e_bayes(fit, trend=True), usc).t)
    assert np.abs(mine - expected).max() < 1e-6
    trended = e_bayes(lm_fit(log_cpm(about.counts, about.sizes), design.matrix), trend=True)
    expected, mine = simulated_column(about, "trend_treat_p", treat(trended, usc, 0.5).pvalues)
    assert np.abs(mine - expected).max() < 1e-9


def test_a_bound_of_zero_is_the_plain_test_and_constant_features_do_not_change() -> None:
    random = np.random.default_rng(1)
    design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    values = random.normal(size=(50, 6))
    values[0] = 0.0
    model, effect = e_bayes(lm_fit(values, design)), np.array([0.0, 1.0])
    plain, bounded = moderated_t(model, effect), treat(model, effect, 0.0)
    assert bounded.pvalues == pytest.approx(plain.pvalues)
    assert (plain.t[0], plain.pvalues[0]) == (0, 1)
    assert (treat(model, effect, 0.5).pvalues[1:] > plain.pvalues[1:]).all()
