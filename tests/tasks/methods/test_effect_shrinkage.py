"""Against apeglm in R through DESeq2's lfcShrink: numbers that came with pydeseq2's synthetic counts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize

from tasks.methods import deseq2
from tasks.methods.deseq2_tests import wald_table
from tasks.methods.design_matrix import design
from tasks.methods.effect_shrinkage import prior_scale, shrunken_columns, shrunken_effects
from tasks.methods.size_factors import median_of_ratios

LN2 = np.log(2)


@cache
def fitted(folder: Path, blocking: tuple[str, ...]) -> tuple[deseq2.Fit, pl.DataFrame]:
    """The fit and its test of B against A."""
    table = pl.read_csv(folder / "synthetic_test_counts.csv")
    rows = pl.read_csv(folder / "synthetic_test_metadata.csv").iter_rows(named=True)
    levels = {row[""]: {"condition": row["condition"], "group": row["group"]} for row in rows}
    counts = table.select(*levels).to_numpy()
    model = design(levels, variable="condition", blocking=list(blocking), first="A")
    fit = deseq2.fit(counts, table[""].to_list(), model, median_of_ratios(counts.astype(float)))
    return fit, wald_table(fit, reference="A", target="B", fdr=0.05)


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "sequencing" / "counts" / "pydeseq2_synthetic"


@pytest.mark.parametrize(("name", "blocking"), [("single_factor", ()), ("multi_factor", ("group",))])
def test_shrunken_fold_changes_are_apeglms(folder: Path, name: str, blocking: tuple[str, ...]) -> None:
    fit, table = fitted(folder, blocking)
    mine = shrunken_columns(fit, table, fit.design, fit.design.contrast(reference="A", target="B"))
    expected = pl.read_csv(folder / f"{name}_r_test_lfc_shrink_res.csv")
    # apeglm's search ends 3e-4 from the mode
    assert mine["shrunken_log2_fold_change"].to_numpy() == pytest.approx(
        expected["log2FoldChange"].to_numpy(), abs=5e-4
    )
    assert mine["shrunken_lfc_se"].to_numpy() == pytest.approx(expected["lfcSE"].to_numpy(), rel=5e-4)


def test_with_a_prior_of_scale_one_they_are_apeglms_without_adaptation(folder: Path) -> None:
    fit, _ = fitted(folder, ())
    effects, errors = shrunken_effects(fit, fit.design.matrix, 1, 1.0)
    expected = pl.read_csv(folder / "single_factor_r_test_lfc_shrink_no_apeAdapt_res.csv")
    assert effects / LN2 == pytest.approx(expected["log2FoldChange"].to_numpy(), abs=5e-4)
    assert errors / LN2 == pytest.approx(expected["lfcSE"].to_numpy(), rel=5e-4)


def test_each_gene_is_at_the_mode_that_a_search_of_its_own_finds() -> None:
    random = np.random.default_rng(4)
    levels = {f"s{i}": {"group": "ab"[i % 2], "donor": f"d{i // 2}"} for i in range(8)}
    means = np.exp(random.normal(4, 2, 200))[:, None] * np.exp(np.outer(random.normal(0, 1, 200), np.tile([0, 1], 4)))
    counts = random.negative_binomial(5, 5 / (5 + means))
    counts[:5], counts[5:10, ::2] = 0, 0
    sizes = median_of_ratios(counts[counts.all(axis=1)].astype(float))
    fit = deseq2.fit(counts, [f"g{i}" for i in range(200)], design(levels, variable="group", blocking=["donor"]), sizes)
    matrix, scale = fit.design.matrix, 0.4
    effects, errors = shrunken_effects(fit, matrix, 4, scale)
    assert np.flatnonzero(np.isnan(effects)).tolist() == np.flatnonzero(~counts.any(axis=1)).tolist()
    for gene in [*range(5, 10), *range(20, 60)]:
        y, size = counts[gene], 1 / fit.genes.dispersion[gene]

        def depth(beta: np.ndarray, y: np.ndarray = y, size: float = size) -> float:
            eta = matrix @ beta
            loss = ((y + size) * np.log1p(np.exp(eta) * sizes / size) - y * eta).sum()
            return float(loss + (np.delete(beta, 4) ** 2).sum() / 450 + np.log1p((beta[4] / scale) ** 2))

        start = np.array([np.log((y / sizes).mean()), 0.0, 0.0, 0.0, 0.0])
        found = minimize(depth, start, method="BFGS", options={"gtol": 1e-6})
        assert effects[gene] == pytest.approx(found.x[4], abs=2e-3)
        steps = np.eye(5) * 2e-3
        bends = [
            [sum(i * j * depth(found.x + i * a + j * b) for i in (-1, 1) for j in (-1, 1)) for a in steps]
            for b in steps
        ]
        curvature = np.array(bends) / (4 * 2e-3**2)
        assert errors[gene] == pytest.approx(np.sqrt(np.linalg.inv(curvature)[4, 4]), rel=1e-2)


def test_the_priors_scale_is_the_spread_of_effects_beyond_their_errors() -> None:
    random = np.random.default_rng(5)
    errors = random.uniform(0.1, 1.0, 20_000)
    effects = random.normal(0, np.sqrt(0.3**2 + errors**2))
    effects[0], errors[1] = np.nan, np.nan
    assert prior_scale(effects, errors) == pytest.approx(0.3, rel=0.05)
    assert prior_scale(np.zeros(9), np.ones(9)) == pytest.approx(1e-3)
    assert prior_scale(np.full(9, 30.0), np.ones(9)) == 1.0
    assert prior_scale(np.array([np.nan]), np.array([np.nan])) == 1.0


def test_a_contrast_of_two_coefficients_is_refused(folder: Path) -> None:
    fit, table = fitted(folder, ("group",))
    with pytest.raises(ValueError, match="one coefficient"):
        shrunken_columns(fit, table, fit.design, np.array([0.0, 1.0, -1.0]))
