from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.methods import deseq2
from tasks.methods.design_matrix import design
from tasks.methods.dispersion_trend import Trend
from tasks.methods.size_factors import median_of_ratios
from tasks.methods.variance_stabilisation import stabilised

CASES = Path(__file__).parents[2] / "reference"
# varianceStabilizingTransformation(dds, blind = FALSE) in DESeq2 1.38.3: samples S1, S2, S9 of three miRNAs
MIRNAS = {
    "mirna0": (12.7156104193116, 13.0007205240644, 12.610958993578),
    "mirna4": (4.70038812475788, 4.2013444756584, 4.87043880580098),
    "mirna10": (5.05607630625265, 4.96720663902842, 5.83887454911575),
}
# the same of genes 1, 6 and 100 of the local case, samples s1, s4 and s8
LOCAL = {
    0: (-1.97288002947742, -2.15540694448204, -2.2218380571829),
    5: (2.0313607919477, 5.80946453143519, 5.60090976598513),
    99: (10.4405863318392, 6.83109091525319, 10.5999555452276),
}


def test_a_parametric_trend_gives_rs_values(shared: Path) -> None:
    table = pl.read_csv(shared / "reference" / "sim3x3_mirna_counts.csv.gz")
    samples = {f"S{i + 1}": {"group": ("IL1b", "USC", "EXO")[i % 3]} for i in range(9)}
    counts, names = table.select(list(samples)).to_numpy(), table[table.columns[0]].to_list()
    model = design(samples, variable="group", blocking=[], first="IL1b")
    found = stabilised(deseq2.fit(counts, names, model, median_of_ratios(counts.astype(float))))
    for name, expected in MIRNAS.items():
        assert found[names.index(name)][[0, 1, 8]] == pytest.approx(expected, abs=1e-4)


def local_fit() -> deseq2.Fit:
    table = pl.read_csv(CASES / "deseq2_local.csv.gz", null_values=["NA"])
    samples = {f"s{i + 1}": {"group": "ab"[i // 4]} for i in range(8)}
    counts = table.select(list(samples)).to_numpy()
    model = design(samples, variable="group", blocking=[])
    return deseq2.fit(counts, table["gene"].to_list(), model, median_of_ratios(counts.astype(float)))


def test_a_local_trend_is_integrated_to_rs_values() -> None:
    fit = local_fit()
    assert "local regression" in fit.notes[0]
    found = stabilised(fit)
    for row, expected in LOCAL.items():
        assert found[row][[0, 3, 7]] == pytest.approx(expected, abs=0.005)


def test_a_constant_dispersion_gives_a_scale_that_grows_as_log2() -> None:
    fit = local_fit()
    constant = replace(fit, trend=Trend("mean", (0.2,), 0.0, 0.25))
    found, normalised = stabilised(constant), fit.counts / fit.scale.T
    large = normalised > 2000
    assert large.any()
    assert found[large] == pytest.approx(np.log2(normalised[large]), abs=0.01)
    assert (np.diff(found.ravel()[normalised.ravel().argsort()]) >= -1e-9).all()
