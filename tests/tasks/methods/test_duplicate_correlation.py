from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import false_discovery_control

from tasks.methods.duplicate_correlation import duplicate_correlation
from tasks.methods.linear_models import Blocks, lm_fit
from tasks.methods.moderated_t import e_bayes, moderated_t
from tasks.methods.voom import log_cpm, voom
from tests.tasks.methods.limma_reference import airway, simulated, simulated_column, simulated_numbers


def test_the_consensus_of_airways_donors_and_its_t_are_rs(shared: Path) -> None:
    about = airway(shared)
    design, donors = about.plain.matrix, about.labels("cell")
    first = voom(about.counts, design, about.sizes)
    guess = duplicate_correlation(first.values, design, donors, first.weights)
    found = voom(about.counts, design, about.sizes, blocks=Blocks(donors, guess))
    consensus = duplicate_correlation(found.values, design, donors, found.weights)
    folder = shared / "reference"
    assert consensus == pytest.approx(float((folder / "airway_R_dupcor_consensus.txt").read_text()), abs=1e-9)
    model = e_bayes(lm_fit(found.values, design, found.weights, Blocks(donors, consensus)))
    tested = moderated_t(model, about.plain.contrast(reference="untrt", target="trt"))
    expected = pl.read_csv(folder / "airway_R_voom_dupcor.csv.gz")
    assert np.abs(tested.t - expected["t"].to_numpy()).max() < 1e-6
    listed = false_discovery_control(tested.pvalues) < 0.05
    assert (listed == (expected["adj.P.Val"] < 0.05).to_numpy()).all()


def test_even_uneven_and_unweighted_blocks_of_simulated_counts_are_rs(shared: Path) -> None:
    about, numbers = simulated(shared), simulated_numbers()
    design, donors = about.plain.matrix, about.labels("rep")
    first = voom(about.counts, design, about.sizes)
    consensus = duplicate_correlation(first.values, design, donors, first.weights)
    logs = log_cpm(about.counts, about.sizes)
    blocks = Blocks(donors, consensus)
    found = voom(about.counts, design, about.sizes, blocks=blocks)
    uneven = duplicate_correlation(found.values, design, list("111122333"), found.weights)
    assert [consensus] == pytest.approx(numbers["consensus_voom"], abs=1e-9)
    assert [uneven] == pytest.approx(numbers["consensus_uneven"], abs=1e-9)
    assert [duplicate_correlation(logs, design, donors)] == pytest.approx(numbers["consensus_unweighted"], abs=1e-9)
    usc = about.plain.contrast(reference="IL1b", target="USC")
    for column, fit, trend in (
        ("blocks", lm_fit(found.values, design, found.weights, blocks), False),
        ("blocks_trend", lm_fit(logs, design, blocks=blocks), True),
    ):
        expected, mine = simulated_column(about, column, moderated_t(e_bayes(fit, trend=trend), usc).t)
        assert np.abs(mine - expected).max() < 1e-6


def test_a_simulated_correlation_is_found_again() -> None:
    random = np.random.default_rng(8)
    donors = [f"d{i // 3}" for i in range(24)]
    shared = np.repeat(random.normal(size=(800, 8)), 3, axis=1)
    values = np.sqrt(0.4) * shared + np.sqrt(0.6) * random.normal(size=(800, 24))
    assert duplicate_correlation(values, np.ones((24, 1)), donors) == pytest.approx(0.4, abs=0.03)


def test_blocks_that_tell_nothing_have_no_correlation() -> None:
    values = np.random.default_rng(8).normal(size=(30, 6))
    for labels in (["a"] * 6, list("abcdef")):
        assert duplicate_correlation(values, np.ones((6, 1)), labels) == 0
    assert duplicate_correlation(values[:, :3], np.ones((3, 1)), list("aab")) == 0
    assert duplicate_correlation(np.zeros((30, 6)), np.ones((6, 1)), list("aabbcc")) == 0
