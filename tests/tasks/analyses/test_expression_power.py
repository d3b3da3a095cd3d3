from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl
import pytest

from schemas.bench_options import Condition
from schemas.sheets import ContrastRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.transcriptome_options import Expression
from tasks.analyses.expression_power import ANALYSIS, EXPRESSION, FACTORS, TABLE
from tasks.contracts import Computed
from tasks.methods.expression_power import alpha_of_fdr, standard_error

DONORS = ("D1", "D2", "D3")
CONTRAST = ContrastRow(id="exo", reference="il1b", target="exo", blocking=["donor"])


def study(*contrasts: ContrastRow, fold_change: float = 2.0, threshold: Literal["filter", "test"] = "filter") -> Study:
    config = StudyYaml(
        study_id="s",
        conditions=[Condition(id="il1b"), Condition(id="exo")],
        expression=Expression(fold_change=fold_change, threshold=threshold),
    )
    rows = tuple(SampleRow(sample=f"{d}_{c}", condition=c, donor=d) for d in DONORS for c in ("il1b", "exo"))
    return Study(config=config, samples=rows, contrasts=contrasts)


def statistics(mean: float, dispersion: float, count: int = 200, library: str = "gene") -> pl.DataFrame:
    """Features with the standard error that 3 pairs of the given mean and dispersion have."""
    error = np.sqrt(2 * (1 / mean + dispersion) / 3) / np.log(2)
    about = {"contrast_id": "exo", "library": library, "method": "deseq2"}
    numbers = {"base_mean": mean, "log2_fold_change": 0.1, "lfc_se": float(error), "pvalue": 0.5, "padj": 0.9}
    return pl.DataFrame({"feature_id": [f"g{i}" for i in range(count)]}).with_columns(
        **{k: pl.lit(v) for k, v in (about | numbers).items()}
    )


def factors(library: str = "gene", fit: str = "~ donor + condition") -> pl.DataFrame:
    samples = [f"{d}_{c}" for d in DONORS for c in ("il1b", "exo")]
    return pl.DataFrame({"sample_id": samples, "size_factor": 1.0}).with_columns(
        library=pl.lit(library), method=pl.lit("deseq2"), fit=pl.lit(fit)
    )


def computed(about: Study, table: pl.DataFrame, scaled: pl.DataFrame) -> Computed:
    slices = {
        EXPRESSION: table.select("library", "method", "contrast_id").unique(),
        FACTORS: scaled.select("library", "method", "fit", "sample_id"),
    }
    (part,) = ANALYSIS.parts(about, slices)
    return ANALYSIS.run(part, {EXPRESSION: table, FACTORS: scaled})


def test_the_note_says_from_which_fold_change_on_the_design_has_power() -> None:
    (row,) = computed(study(CONTRAST), statistics(100.0, 0.3), factors()).frames[TABLE].to_dicts()
    assert (row["reference_count"], row["target_count"], row["is_blocked"]) == (3, 3, True)
    assert row["dispersion"] == pytest.approx(0.3, rel=1e-6)
    assert row["alpha"] == pytest.approx(alpha_of_fdr(0.05))
    assert row["detectable_fold_change"] == pytest.approx(5.8, abs=0.5)
    assert row["note"] == (
        f"3 vs 3, donor held constant, dispersion 0.3 at 100 reads: 80 % power from "
        f"{row['detectable_fold_change']:.1f}-fold, {100 * row['power_at_fold_change']:.0f} % at 2-fold "
        "(FDR 0.05, if 5 % of genes change)"
    )
    change = np.log(row["detectable_fold_change"])
    donors = np.array([[1.0, d == 1, d == 2, c] for d in range(3) for c in range(2)])
    error = standard_error(donors, np.array([0.0, 0, 0, 1]), np.ones(6), base_mean=100, dispersion=0.3,
                           effect=np.tile([0.0, change], 3))  # fmt: skip
    from scipy.stats import norm  # noqa: PLC0415 (beside its use)

    assert norm.sf(norm.isf(row["alpha"] / 2) - change / error) == pytest.approx(0.8, abs=1e-6)


def test_a_test_against_a_fold_change_needs_more_than_that_change() -> None:
    filtered, tested = (
        computed(study(CONTRAST, threshold=how), statistics(100.0, 0.02), factors()).frames[TABLE].row(0, named=True)
        for how in ("filter", "test")
    )
    assert filtered["power_at_fold_change"] > 0.9
    assert tested["power_at_fold_change"] == pytest.approx(tested["alpha"] / 2, rel=0.01)  # one tail at the threshold
    assert tested["detectable_fold_change"] > 2 * filtered["detectable_fold_change"] * 0.9
    assert "(FDR 0.05, tested against 2-fold, if 5 % of genes change)" in tested["note"]


def test_sparse_circrnas_have_less_power_than_genes() -> None:
    gene = computed(study(CONTRAST), statistics(300.0, 0.02), factors()).frames[TABLE]
    circ = computed(study(CONTRAST), statistics(8.0, 0.3, library="circrna"), factors("circrna")).frames[TABLE]
    assert circ["detectable_fold_change"][0] > 3 * gene["detectable_fold_change"][0]
    assert circ["power_at_fold_change"][0] < 0.2
    assert gene["power_at_fold_change"][0] > 0.9
    assert "circRNAs change)" in circ["note"][0]


def test_too_few_features_say_so() -> None:
    (row,) = computed(study(CONTRAST), statistics(100.0, 0.3, count=4), factors()).frames[TABLE].to_dicts()
    assert (row["na_reason"], row["detectable_fold_change"]) == ("too_few_features", None)
    (row,) = computed(study(CONTRAST), statistics(100.0, 0.3).with_columns(pvalue=pl.lit(None, pl.Float64)),
                      factors()).frames[TABLE].to_dicts()  # fmt: skip
    assert (row["na_reason"], row["base_mean"]) == ("too_few_features", None)


def test_nothing_fitted_has_no_part() -> None:
    none = {EXPRESSION: statistics(1.0, 1.0).head(0), FACTORS: factors().head(0)}
    assert ANALYSIS.parts(study(CONTRAST), none) == []
    other = {EXPRESSION: statistics(1.0, 1.0), FACTORS: factors(fit="~ condition")}
    assert ANALYSIS.parts(study(CONTRAST), other) == []


def test_a_difference_of_differences_needs_a_larger_change_and_a_whole_factor_has_none() -> None:
    crossed = ContrastRow(id="exo", reference="il1b", target="exo", interaction="batch:1>2")
    rows = tuple(
        SampleRow(sample=f"{c}{b}{i}", condition=c, batch=b) for c in ("il1b", "exo") for b in "12" for i in range(3)
    )
    about = study(crossed).model_copy(update={"samples": rows})
    scaled = pl.DataFrame({"sample_id": [r.sample for r in rows], "size_factor": 1.0}).with_columns(
        library=pl.lit("gene"), method=pl.lit("deseq2"), fit=pl.lit("~ batch + condition + batch:condition")
    )
    plain = about.model_copy(update={"contrasts": (ContrastRow(id="exo", reference="il1b", target="exo"),)})
    of_plain = scaled.with_columns(fit=pl.lit("~ condition"))
    found = [
        computed(study_of, statistics(100.0, 0.1).with_columns(pl.col("lfc_se") * np.sqrt(times)), table)
        .frames[TABLE]
        .row(0, named=True)
        for study_of, table, times in ((about, scaled, 2.0), (plain, of_plain, 0.5))  # variances of 4 / 3 and 2 / 6
    ]
    assert [row["dispersion"] for row in found] == pytest.approx([0.1, 0.1], rel=1e-6)
    assert found[0]["detectable_fold_change"] > 2 * found[1]["detectable_fold_change"]
    whole = study(ContrastRow(id="exo", reference="il1b", target="exo", blocking=["donor"], test="lrt"))
    (row,) = computed(whole, statistics(100.0, 0.1), factors()).frames[TABLE].to_dicts()
    assert (row["na_reason"], row["detectable_fold_change"]) == ("whole_factor", None)
