from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.methods import deseq2
from tasks.methods.deseq2_tests import wald_table
from tasks.methods.design_matrix import Design, design
from tasks.methods.size_factors import median_of_ratios


def three_by_three(*, paired: bool = False) -> Design:
    metadata = {f"S{i + 1}": {"group": ("IL1b", "USC", "EXO")[i % 3], "rep": f"r{i // 3}"} for i in range(9)}
    return design(metadata, variable="group", blocking=["rep"] if paired else [], first="IL1b")


@pytest.fixture(scope="module")
def mirna(shared: Path) -> deseq2.Fit:
    table = pl.read_csv(shared / "reference" / "sim3x3_mirna_counts.csv.gz")
    model = three_by_three()
    counts = table.select(model.samples).to_numpy()
    return deseq2.fit(counts, table[table.columns[0]].to_list(), model, median_of_ratios(counts.astype(float)))


def test_a_mirna_matrix_gives_rs_numbers(mirna: deseq2.Fit, shared: Path) -> None:
    found = wald_table(mirna, reference="IL1b", target="USC", fdr=0.05)
    path = shared / "reference" / "sim3x3_mirna_R_DESeq2.csv.gz"
    joined = found.join(pl.read_csv(path, null_values=["NA"]).rename({"": "feature_id"}), on="feature_id", suffix="_r")
    assert joined.height == 900
    assert mirna.notes == ()
    seen = joined.filter(pl.col("baseMean") > 20)
    for mine, theirs in (("log2_fold_change", "log2FoldChange"), ("stat", "stat_r")):
        assert (seen[mine] - seen[theirs]).abs().quantile(0.95) < 0.02
    assert joined.filter(pl.col("pvalue").is_null() != pl.col("pvalue_r").is_null()).is_empty()


def test_the_direction_of_a_contrast_is_target_over_reference(mirna: deseq2.Fit) -> None:
    there = wald_table(mirna, reference="USC", target="EXO", fdr=0.05)
    back = wald_table(mirna, reference="EXO", target="USC", fdr=0.05)
    assert there["log2_fold_change"].to_numpy() == pytest.approx(-back["log2_fold_change"].to_numpy(), nan_ok=True)
    assert there["pvalue"].to_numpy() == pytest.approx(back["pvalue"].to_numpy(), rel=1e-6, nan_ok=True)


def test_a_tested_threshold_makes_every_p_value_larger(mirna: deseq2.Fit) -> None:
    plain = wald_table(mirna, reference="USC", target="EXO", fdr=0.05)
    tested = wald_table(mirna, reference="USC", target="EXO", fdr=0.05, tested_fold_change=2.0)
    both = plain.join(tested, on="feature_id", suffix="_tested").drop_nulls("pvalue")
    assert (both["pvalue_tested"] >= both["pvalue"]).all()
    small = both.filter(pl.col("log2_fold_change").abs() < 1)
    assert small["pvalue_tested"].unique().to_list() == [1.0]


def test_larger_smaller_and_neither_share_out_the_features(mirna: deseq2.Fit) -> None:
    tables = {
        a: wald_table(mirna, reference="USC", target="EXO", fdr=0.05, tested_fold_change=3.0, alternative=a)
        for a in ("greater", "less", "lessAbs")
    }
    found = {a: set(t.filter(pl.col("padj") < 0.05)["feature_id"]) for a, t in tables.items()}
    assert all(found.values())
    assert found["greater"].isdisjoint(found["less"])
    assert found["lessAbs"].isdisjoint(found["greater"] | found["less"])
    assert tables["greater"].filter(pl.col("feature_id").is_in(found["greater"]))["log2_fold_change"].min() > np.log2(
        1.5
    )  # type: ignore[operator]


def test_counts_without_any_overdispersion_say_that_there_is_no_trend() -> None:
    model = three_by_three(paired=True)
    counts = np.tile(np.arange(10, 40)[:, None], (1, 9))
    fitted = deseq2.fit(counts, [f"g{i}" for i in range(30)], model, np.ones(9))
    assert "trend did not settle" in fitted.notes[0]
    found = wald_table(fitted, reference="IL1b", target="USC", fdr=0.05)
    assert (found["padj"].fill_null(1.0) > 0.05).all()


def test_a_count_far_off_in_a_large_group_is_replaced_and_in_a_small_one_reported() -> None:
    random = np.random.default_rng(8)
    for per_group, reason in ((3, "outlier"), (8, None)):
        metadata = {f"{g}{i}": {"group": g} for g in "ab" for i in range(per_group)}
        counts = random.negative_binomial(10, 10 / (10 + 100), size=(300, 2 * per_group))
        counts[0, 0] = 60000
        fitted = deseq2.fit(counts, [f"g{i}" for i in range(300)], design(metadata, variable="group", blocking=[]),
                            np.ones(2 * per_group))  # fmt: skip
        first = wald_table(fitted, reference="a", target="b", fdr=0.05).row(0, named=True)
        assert first["na_reason"] == reason
        assert (first["pvalue"] is None) == (reason == "outlier")
