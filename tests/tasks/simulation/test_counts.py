from __future__ import annotations

import numpy as np
import pytest

from tasks.simulation.counts import (
    CIRCRNAS,
    GENES,
    MIRNAS,
    NAMED_GENES,
    CountMatrix,
    LibraryModel,
    draw,
    sequencing_depth,
)
from tasks.simulation.design import SEQUENCING


def drawn(model: LibraryModel) -> CountMatrix:
    rng = np.random.default_rng(7)
    return draw(model, sequencing_depth(rng), rng)


@pytest.mark.parametrize("model", [GENES, MIRNAS, CIRCRNAS], ids=lambda m: m.name)
def test_as_many_features_change_as_the_model_plants(model: LibraryModel) -> None:
    matrix = drawn(model)
    both, usc, exo = model.changed
    named = sum(gene.usc != 0 for gene in NAMED_GENES.values()) if model.name == "gene" else 0
    assert matrix.counts.shape == (model.feature_count, 9)
    assert np.count_nonzero(matrix.contrast("usc_vs_il1b")) == both + usc + named
    assert np.count_nonzero(matrix.contrast("exo_vs_il1b")) == both + exo + named
    direct = matrix.contrast("exo_vs_il1b") - matrix.contrast("usc_vs_il1b")
    assert np.allclose(matrix.contrast("exo_vs_usc"), direct)


def test_median_ratios_find_the_size_factors() -> None:
    matrix = drawn(GENES)
    expressed = matrix.counts[(matrix.counts > 0).all(axis=1)]
    ratios = np.log(expressed) - np.log(expressed).mean(axis=1, keepdims=True)
    found = np.exp(np.median(ratios, axis=0))
    assert found / np.exp(np.log(found).mean()) == pytest.approx(matrix.size_factors, rel=0.02)


def test_matched_log_ratios_centre_on_the_planted_changes() -> None:
    matrix = drawn(GENES)
    condition = np.array([c.treatment.condition for c in SEQUENCING])
    log_counts = np.log2(matrix.counts / matrix.size_factors + 0.5)
    difference = log_counts[:, condition == "il1b_exo"] - log_counts[:, condition == "il1b"]  # matched by donor
    truth = matrix.contrast("exo_vs_il1b")
    abundant = matrix.counts.mean(axis=1) > 100
    error = difference.mean(axis=1)[abundant] - truth[abundant]
    assert abs(np.median(error)) < 0.02
    assert np.quantile(np.abs(error), 0.95) < 0.5


def test_variance_exceeds_poisson_by_the_dispersion() -> None:
    matrix = drawn(LibraryModel("mirna", 4000, (6.0, 0.5), (0.1, 0.0), 0.0, (0, 0, 0), (1.0, 2.0)))
    scaled = matrix.counts / matrix.size_factors
    mean, variance = scaled.mean(axis=1), scaled.var(axis=1, ddof=1)
    dispersion = np.mean((variance - mean * np.mean(1 / matrix.size_factors)) / mean**2)
    assert dispersion == pytest.approx(0.1 * np.exp(0.35**2 / 2), rel=0.1)


def test_genes_of_a_sex_are_silent_in_the_other() -> None:
    matrix = drawn(GENES)
    for symbol, sex in (("XIST", "f"), ("RPS4Y1", "m")):
        row = matrix.counts[list(NAMED_GENES).index(symbol)]
        assert [count > 0 for count in row] == [c.donor.sex == sex for c in SEQUENCING]
