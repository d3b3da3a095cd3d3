from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from tasks.methods import deseq2
from tasks.methods.deseq2_tests import wald_table
from tasks.methods.design_matrix import Design, design
from tasks.methods.expression_power import (
    alpha_of_fdr,
    detectable_fold_change,
    power_at,
    standard_error,
    typical_dispersion,
)


def groups(per_group: int, *, paired: bool = False) -> Design:
    metadata = {f"{g}{i}": {"group": g, "donor": f"d{i}"} for g in "ab" for i in range(per_group)}
    return design(metadata, variable="group", blocking=["donor"] if paired else [], first="a")


def setting(model: Design) -> dict[str, np.ndarray]:
    is_target = np.array([s.startswith("b") for s in model.samples])
    return {"matrix": model.matrix, "contrast": model.contrast(reference="a", target="b"),
            "scale": np.ones(len(model.samples)), "is_target": is_target}  # fmt: skip


def test_two_even_groups_have_the_error_of_hart_et_al() -> None:
    about = setting(groups(4))
    is_target = about.pop("is_target")
    found = standard_error(**about, base_mean=20, dispersion=0.36, effect=np.zeros(8))
    assert found == pytest.approx(np.sqrt(2 * (1 / 20 + 0.36) / 4))
    both = (
        2 * (norm.isf(0.025) + norm.isf(0.1)) ** 2 * (1 / 20 + 0.36) / np.log(2) ** 2
    )  # equation 6: samples per group
    lots = setting(groups(round(both)))
    power = power_at(2.0, **lots, base_mean=20, dispersion=0.36, alpha=0.05)  # type: ignore[arg-type]
    assert power == pytest.approx(0.9, abs=0.01)
    assert is_target.sum() == 4


def test_pairs_cost_no_power_where_the_weights_are_even() -> None:
    plain, paired = (setting(groups(5, paired=p)) for p in (False, True))
    errors = [
        standard_error(s["matrix"], s["contrast"], s["scale"], base_mean=50, dispersion=0.1, effect=np.zeros(10))
        for s in (plain, paired)
    ]
    assert errors[0] == pytest.approx(errors[1])


def test_the_p_value_of_an_fdr_gives_that_fdr() -> None:
    alpha = alpha_of_fdr(0.1, power=0.8, changed_share=0.05)
    false, true = 0.95 * alpha, 0.05 * 0.8
    assert false / (false + true) == pytest.approx(0.1)


def simulated(model: Design, mean: float, dispersion: float, change: float, seed: int) -> pl.DataFrame:
    """Wald table of 4,000 features of which the first thousand change, matched donors differing where there are any."""
    random, count = np.random.default_rng(seed), 4000
    is_target = setting(model)["is_target"]
    means = np.full((count, len(is_target)), mean)
    means[:1000, is_target] *= change
    if model.blocking:
        donors = np.exp(random.normal(0, 0.3, size=(count, len(is_target) // 2)))
        means = means * np.tile(donors / donors.mean(axis=1, keepdims=True), 2)
    counts = random.negative_binomial(1 / dispersion, 1 / (1 + dispersion * means))
    fitted = deseq2.fit(counts.astype(np.int64), [f"g{i}" for i in range(count)], model, np.ones(len(is_target)))
    return wald_table(fitted, reference="a", target="b", fdr=0.05)


def estimated(model: Design, mean: float, table: pl.DataFrame) -> float | None:
    about = setting(model)
    return typical_dispersion(
        about["matrix"], about["contrast"], about["scale"], base_mean=mean,
        means=table["base_mean"].to_numpy(), changes=table["log2_fold_change"].to_numpy(),
        errors=table["lfc_se"].to_numpy(),
    )  # fmt: skip


@pytest.mark.parametrize("paired", [False, True], ids=["independent", "paired"])
@pytest.mark.parametrize(("per_group", "mean", "dispersion"), [(3, 80.0, 0.05), (3, 20.0, 0.3), (6, 30.0, 0.2)])
def test_simulated_features_with_the_detectable_change_are_found_with_that_power(
    per_group: int, mean: float, dispersion: float, *, paired: bool
) -> None:
    model = groups(per_group, paired=paired)
    about, alpha = setting(model), alpha_of_fdr(0.05)
    typical = estimated(model, mean, simulated(model, mean, dispersion, 1.0, seed=1))
    assert typical == pytest.approx(dispersion, rel=0.9 if paired and per_group == 3 else 0.3)  # R's at 2 df is high
    change = detectable_fold_change(**about, base_mean=mean, dispersion=typical, alpha=alpha)  # type: ignore[arg-type]
    assert change is not None
    pvalues = simulated(model, mean, dispersion, change, seed=2)["pvalue"].fill_null(1.0).to_numpy()
    assert (pvalues[:1000] < alpha).mean() == pytest.approx(0.8, abs=0.12)
    assert (pvalues[1000:] < alpha).mean() < 5 * alpha


def test_the_dispersion_is_that_of_features_of_like_mean() -> None:
    model, random = groups(4), np.random.default_rng(3)
    means = np.exp(random.normal(4.5, 1, size=3000))
    dispersions = 0.1 + 4 / means
    counts = random.negative_binomial(1 / dispersions[:, None], 1 / (1 + dispersions * means)[:, None], size=(3000, 8))
    fitted = deseq2.fit(counts.astype(np.int64), [f"g{i}" for i in range(3000)], model, np.ones(8))
    table = wald_table(fitted, reference="a", target="b", fdr=0.05).drop_nulls("pvalue")
    for mean in (40.0, 200.0):
        assert estimated(model, mean, table) == pytest.approx(0.1 + 4 / mean, rel=0.2)


def test_too_few_features_and_no_reachable_change_have_no_number() -> None:
    about = setting(groups(2))
    is_target = about.pop("is_target")
    few = np.ones(3)
    assert typical_dispersion(**about, base_mean=1.0, means=few, changes=0 * few, errors=few) is None
    none = detectable_fold_change(**about, is_target=is_target, base_mean=0.5, dispersion=5.0, alpha=1e-6)
    assert none is None


@given(st.floats(1, 1000), st.floats(0.01, 2), st.integers(2, 8))
def test_power_is_a_chance_that_grows_with_the_change(mean: float, dispersion: float, per_group: int) -> None:
    about = setting(groups(per_group))
    powers = [
        power_at(f, **about, base_mean=mean, dispersion=dispersion, alpha=0.01)  # type: ignore[arg-type]
        for f in (1.0, 1.5, 2.0, 4.0)
    ]
    assert powers[0] == pytest.approx(0.01)
    assert all(0 <= p <= 1 for p in powers)
    assert powers == sorted(powers)
