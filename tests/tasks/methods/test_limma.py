from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods import limma
from tasks.methods.design_matrix import Design, design
from tests.tasks.methods.limma_reference import REFERENCE, airway

LEVELS = {f"{group}{i}": {"group": group} for group in "ab" for i in range(3)}
TWO = design(LEVELS, variable="group", blocking=[])


def simulated(features: int = 60, *, seed: int = 1) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    random = np.random.default_rng(seed)
    means = random.gamma(2, 100, size=(features, 1)) + 20
    return random.negative_binomial(10, 10 / (10 + np.tile(means, (1, 6)))).astype(float)


def names(features: int) -> list[str]:
    return [f"g{i}" for i in range(features)]


@pytest.mark.parametrize(("method", "column"), [("limma_voom", "voom_paired"), ("limma_trend", "limmatrend_paired")])
def test_from_counts_to_lists_as_in_r(shared: Path, method: str, column: str) -> None:
    about = airway(shared)
    fitted = limma.fit(about.all_counts, about.features, about.paired, method=method)
    found = limma.contrast_table(fitted, reference="untrt", target="trt")
    expected = pl.read_csv(shared / "reference" / f"airway_R_{column}.csv.gz").rename({"": "feature_id"})
    assert found["feature_id"].to_list() == expected["feature_id"].to_list()
    for mine, theirs in (("stat", "t"), ("padj", "adj.P.Val"), ("log2_fold_change", "logFC")):
        assert np.abs(found[mine].to_numpy() - expected[theirs].to_numpy()).max() < 1e-9
    assert fitted.notes == ()


def test_a_tested_threshold_is_treat(shared: Path) -> None:
    about = airway(shared)
    fitted = limma.fit(about.all_counts, about.features, about.paired, method="limma_voom")
    found = limma.contrast_table(fitted, reference="untrt", target="trt", tested_fold_change=2.0)
    expected = pl.read_csv(shared / "reference" / "airway_R_voom_treat_lfc1.csv.gz")
    assert np.abs(found["stat"].to_numpy() - expected["t"].to_numpy()).max() < 1e-9
    assert np.abs(found["padj"].to_numpy() - expected["adj.P.Val"].to_numpy()).max() < 1e-9


@given(st.integers(0, 1000), st.sampled_from(limma.METHODS))
def test_swapping_target_and_reference_turns_the_sign_alone(seed: int, method: str) -> None:
    fitted = limma.fit(simulated(seed=seed), names(60), TWO, method=method)
    there = limma.contrast_table(fitted, reference="a", target="b")
    back = limma.contrast_table(fitted, reference="b", target="a")
    assert there["stat"].to_numpy() == pytest.approx(-back["stat"].to_numpy())
    assert there["padj"].to_numpy() == pytest.approx(back["padj"].to_numpy())


def test_rare_features_are_left_out() -> None:
    counts = simulated()
    counts[:5] = [[3, 0, 1, 0, 0, 2]] * 5
    fitted = limma.fit(counts, names(60), TWO, method="limma_voom", min_count=400)
    assert not set(fitted.features) & {"g0", "g1", "g2", "g3", "g4"}
    assert set(fitted.features) == {f"g{i}" for i in range(5, 60) if counts[i].sum() >= 400}


@pytest.mark.parametrize("counts", [np.ones((30, 6)), np.tile([0.0, 90, 90, 90, 90, 90], (30, 1))])
def test_where_nothing_can_be_tested_it_is_said(counts: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    fitted = limma.fit(counts, names(30), TWO, method="limma_trend")
    assert "nothing is tested" in fitted.notes[0]
    table = limma.contrast_table(fitted, reference="a", target="b")
    tested = limma.contrast_table(
        limma.fit(simulated(), names(60), TWO, method="limma_voom"), reference="a", target="b"
    )
    assert table.is_empty()
    assert table.schema == tested.schema


def test_libraries_of_very_different_size_speak_against_limma_trend() -> None:
    uneven = simulated() * np.array([1, 1, 1, 1, 1, 5])
    for method, words in (("limma_trend", "limma_voom is the better test"), ("limma_voom", "")):
        notes = limma.fit(uneven, names(60), TWO, method=method).notes
        assert words in " ".join(notes)
        assert bool(notes) == bool(words)


@pytest.mark.parametrize("method", limma.METHODS)
def test_counts_without_any_variation_give_finite_numbers(method: str) -> None:
    same = np.tile(np.arange(20.0, 60)[:, None], (1, 6))
    for counts in (same, same + np.array([0, 0, 0, 30, 30, 30]) * (np.arange(40) == 3)[:, None]):
        fitted = limma.fit(counts, names(40), TWO, method=method)
        found = limma.contrast_table(fitted, reference="a", target="b")
        assert found.select(pl.col(pl.Float64).is_finite().all()).row(0) == (True,) * 6


@pytest.mark.parametrize("kept", [1, 2, 3, 7])
def test_a_few_features_are_tested_as_well(kept: int) -> None:
    counts = simulated(kept, seed=3)
    for method in limma.METHODS:
        found = limma.contrast_table(limma.fit(counts, names(kept), TWO, method=method), reference="a", target="b")
        assert found.height == kept
        assert found["pvalue"].is_between(0, 1).all()


def test_library_sizes_can_come_from_other_counts_or_from_size_factors() -> None:
    few, many = simulated(12, seed=4), simulated(300, seed=5) * np.array([1, 2, 1, 3, 1, 2])
    borrowed = limma.fit(few, names(12), TWO, method="limma_voom", scale=many)
    own = limma.fit(many, names(300), TWO, method="limma_voom")
    assert borrowed.size_factors == pytest.approx(own.size_factors)
    given_ = limma.fit(few, names(12), TWO, method="limma_voom", scaling=np.array([2.0, 1, 1, 1, 1, 1]))
    assert given_.size_factors / given_.size_factors[1] == pytest.approx([2, 1, 1, 1, 1, 1])


def test_a_blocking_factor_takes_out_the_donors() -> None:
    rows = {f"{group}{i}": {"group": group, "donor": str(i)} for group in "ab" for i in range(3)}
    paired: Design = design(rows, variable="group", blocking=["donor"])
    counts = np.rint(simulated(seed=2) * np.exp(np.tile(np.random.default_rng(3).normal(size=(60, 3)), (1, 2))))
    errors = [
        limma.contrast_table(limma.fit(counts, names(60), d, method="limma_voom"), reference="a", target="b")["lfc_se"]
        for d in (TWO, paired)
    ]
    assert float(np.median(errors[1])) < float(np.median(errors[0])) / 2


@pytest.mark.parametrize(
    ("method", "has_quality", "number"),
    [
        ("limma_voom", False, "voom random"),
        ("limma_voom", True, "voom quality random"),
        ("limma_trend", False, "trend random"),
        ("limma_trend", True, "trend quality random"),
    ],
)
def test_the_correlation_within_donors_is_rs(method: str, has_quality: bool, number: str) -> None:  # noqa: FBT001
    wide = pl.read_csv(REFERENCE / "designs_counts.csv.gz")
    rows = {r["sample"]: r for r in pl.read_csv(REFERENCE / "designs_samples.csv").iter_rows(named=True)}
    numbers_ = dict(line.split(",", 1) for line in (REFERENCE / "designs_numbers.csv").read_text().splitlines())
    fitted = limma.fit(
        wide.select(list(rows)).cast(pl.Float64).to_numpy(),
        wide[""].to_list(),
        design(rows, variable="condition", blocking=[], first="il1b"),
        method=method,
        labels=[row["donor"] for row in rows.values()],
        quality_weights=has_quality,
    )
    assert fitted.correlation == pytest.approx(float(numbers_[number]), abs=1e-6)
    assert fitted.notes == ()


def test_donors_that_are_not_alike_are_told() -> None:
    labels = ["1", "2", "3", "1", "2", "3"]
    alternating = simulated(seed=6) * np.exp(np.array([1.0, 0, 0, -1, 0, 0]))
    notes = limma.fit(alternating, names(60), TWO, method="limma_voom", labels=labels).notes
    assert "samples that share a random effect are not alike (correlation -" in " ".join(notes)
