"""Contrasts as a study asks for them, against DESeq2 and limma in R: tests/reference/designs.R."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.bench_options import Condition
from schemas.sheets import ContrastRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.transcriptome_options import Expression
from tasks.analyses.differential_expression import ANALYSIS, COUNTS, FACTORS, FEATURES, OBJECTS, TABLE

REFERENCE = Path(__file__).parents[2] / "reference"
CONTRASTS = {
    "usc": {"blocking": ["donor"]},
    "exo_usc": {"reference": "usc", "target": "exo", "blocking": ["donor"]},
    "whole": {"blocking": ["donor"], "test": "lrt"},
    "whole of exo_usc": {"reference": "usc", "target": "exo", "blocking": ["donor"], "test": "lrt"},
    "without D3": {},
    "usc by sex": {"interaction": "sex:male>female"},
    "exo_usc by sex": {"reference": "usc", "target": "exo", "interaction": "sex:male>female"},
    "whole by sex": {"interaction": "sex:male>female", "test": "lrt"},
    "usc by sex within donors": {"interaction": "sex:male>female", "blocking": ["donor"]},
    "usc random": {"random": "donor"},
    "whole random": {"random": "donor", "test": "lrt"},
}


def contrast(name: str) -> ContrastRow:
    left_out = ["S07", "S08", "S09"] if name == "without D3" else []
    given = {"id": name, "reference": "il1b", "target": "usc", "excluded_samples": left_out} | CONTRASTS[name]
    return ContrastRow.model_validate(given)


@cache
def computed(method: str, *names: str, **options: object) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Results, size factors and reasons of skipped parts of contrasts of the simulated study."""
    samples = tuple(
        SampleRow(sample=r["sample"], condition=r["condition"], donor=r["donor"], attributes={"sex": r["sex"]})
        for r in pl.read_csv(REFERENCE / "designs_samples.csv").iter_rows(named=True)
    )
    expression = Expression.model_validate({"methods": [method], **options})
    config = StudyYaml(
        study_id="s", conditions=[Condition(id=c) for c in ("il1b", "usc", "exo")], expression=expression
    )
    study = Study(config=config, samples=samples, contrasts=tuple(contrast(n) for n in names))
    wide = pl.read_csv(REFERENCE / "designs_counts.csv.gz").rename({"": "feature_id"})
    counts = wide.unpivot(index="feature_id", variable_name="sample_id", value_name="count").with_columns(
        pl.col("count").cast(pl.Float64),
        sample_name=pl.col("sample_id"),
        library=pl.lit("gene"),
        object_id=pl.lit("o"),
        is_excluded=pl.lit(value=False),
    )
    features = counts.select("library", "feature_id").unique().with_columns(symbol=None, rna_class=pl.lit("mrna"))
    objects = pl.DataFrame({"object_id": ["o"], "file_name": ["counts.csv"], "parser": ["matrix"]})
    parts = list(ANALYSIS.parts(study, {COUNTS: counts, OBJECTS: objects, FEATURES: features}))
    done = []
    for part in (p for p in parts if not p.skip):
        kept = [pl.col(column).is_in(list(values)) for column, values in part.where[COUNTS].items()]
        done.append(ANALYSIS.run(part, {COUNTS: counts.filter(*kept), FEATURES: features}))
    tables, factors = (pl.concat([d.frames[name] for d in done]) for name in (TABLE, FACTORS))
    return tables, factors, [p.skip for p in parts if p.skip]


def r_table(case: str) -> pl.DataFrame:
    """R's columns lfc, stat, pvalue, padj of a case."""
    table = pl.read_csv(REFERENCE / "designs_tables.csv.gz", null_values=["NA"], infer_schema_length=None)
    return table.filter(pl.col("case") == case).drop("case")


def r_number(name: str) -> list[float]:
    lines = (line.split(",") for line in (REFERENCE / "designs_numbers.csv").read_text().splitlines())
    return next([float(value) for value in values] for found, *values in lines if found == name)


def assert_agrees(found: pl.DataFrame, case: str, *, stat: float, logp: float) -> None:
    """Same nulls, same significant features, statistic and fold change close."""
    expected = r_table(case)
    assert expected["stat"].count() > 250
    joined = found.join(expected, left_on="feature_id", right_on="gene", suffix="_r", validate="1:1")
    assert joined.height == expected.height
    for column in ("stat", "pvalue", "padj"):
        other = joined[f"{column}_r"]
        assert (joined[column].is_null() == other.is_null()).all(), column
    tested = joined.drop_nulls(["stat", "pvalue"])
    assert np.abs(tested["stat"] - tested["stat_r"]).max() < stat * max(1, float(tested["stat_r"].abs().max()))
    assert np.abs(tested["log2_fold_change"] - tested["lfc"]).max() < max(stat, 1e-6) * 50
    seen = tested.filter(pl.col("pvalue_r") > 1e-50)
    assert (seen["pvalue"].log10() - seen["pvalue_r"].log10()).abs().max() < logp
    listed = [set(joined.filter(pl.col(c) < 0.05)["feature_id"]) for c in ("padj", "padj_r")]
    assert listed[0] == listed[1]
    assert listed[0]


def of(method: str, name: str, *, fitted: tuple[str, ...] = (), **options: object) -> pl.DataFrame:
    table, _, skipped = computed(method, *(fitted or (name,)), **options)
    assert skipped == []
    return table.filter(pl.col("contrast_id") == name)


MATCHED = ("usc", "exo_usc", "whole", "whole of exo_usc")
BY_SEX = ("usc by sex", "exo_usc by sex", "whole by sex")


@pytest.mark.parametrize(
    ("name", "case", "fitted"),
    [
        ("usc", "usc", MATCHED),
        ("exo_usc", "exo_usc", MATCHED),
        ("whole of exo_usc", "whole", MATCHED),
        ("without D3", "without D3", ("without D3",)),
        ("usc by sex", "usc by sex", BY_SEX),
        ("exo_usc by sex", "exo_usc by sex", BY_SEX),
        ("whole by sex", "whole by sex", BY_SEX),
        ("usc by sex within donors", "usc by sex within donors", ("usc by sex within donors",)),
    ],
)
def test_deseq2_gives_rs_numbers(name: str, case: str, fitted: tuple[str, ...]) -> None:
    assert_agrees(of("deseq2", name, fitted=fitted), f"deseq2 {case}", stat=1e-4, logp=0.01)


def test_deseq2_tests_against_the_threshold_as_r_does() -> None:
    found = of("deseq2", "usc", threshold="test", fold_change=1.5)
    assert_agrees(found, "deseq2 usc threshold", stat=1e-4, logp=0.01)
    assert set(found.filter(pl.col("padj") < 0.05)["feature_id"]) == set(
        found.filter(pl.col("direction") != "ns")["feature_id"]
    )


@pytest.mark.parametrize(
    ("method", "name", "case", "options"),
    [
        ("limma_voom", "whole", "whole", {}),
        ("limma_trend", "whole", "whole", {}),
        ("limma_voom", "usc by sex", "usc by sex", {}),
        ("limma_voom", "whole by sex", "whole by sex", {}),
        ("limma_voom", "usc", "usc robust", {"robust": True}),
        ("limma_voom", "usc", "usc quality", {"quality_weights": True}),
        ("limma_trend", "usc", "usc quality", {"quality_weights": True}),
        ("limma_voom", "usc random", "usc random", {}),
        ("limma_voom", "whole random", "whole random", {}),
        ("limma_voom", "usc random", "usc random quality robust", {"quality_weights": True, "robust": True}),
        ("limma_trend", "usc random", "usc random", {}),
        ("limma_trend", "usc random", "usc random quality", {"quality_weights": True}),
    ],
)
def test_limma_gives_rs_numbers(method: str, name: str, case: str, options: dict[str, bool]) -> None:
    assert_agrees(of(method, name, **options), f"{method} {case}", stat=1e-6, logp=1e-6)


def test_sample_weights_are_rs_and_stand_beside_the_size_factors() -> None:
    for method, name, number in (
        ("limma_voom", "usc", "voom quality"),
        ("limma_trend", "usc", "trend quality"),
        ("limma_trend", "usc random", "trend quality plain"),
    ):
        factors = computed(method, name, quality_weights=True)[1].sort("sample_id")
        assert factors["quality_weight"].to_list() == pytest.approx(r_number(number), rel=1e-5)
    assert computed("limma_voom", "usc")[1]["quality_weight"].null_count() == 18
    worst = factors.sort("quality_weight")["sample_id"][0]
    assert worst == "S08"


def test_a_whole_factor_has_the_same_test_in_every_contrast_of_it_and_its_own_fold_changes() -> None:
    first, second = (of("deseq2", name, fitted=MATCHED) for name in ("whole", "whole of exo_usc"))
    assert first["pvalue"].equals(second["pvalue"])
    assert not first["log2_fold_change"].equals(second["log2_fold_change"])
    usc = of("deseq2", "usc", fitted=MATCHED)
    assert first["log2_fold_change"].equals(usc["log2_fold_change"])


def test_contrasts_of_one_design_share_the_fit() -> None:
    factors = computed("deseq2", *MATCHED)[1]
    assert factors["fit"].unique().to_list() == ["~ donor + condition"]
    assert computed("deseq2", *BY_SEX)[1]["fit"].unique().to_list() == ["~ sex + condition + sex:condition"]
    within = computed("deseq2", "usc by sex within donors")[1]
    assert within["fit"].unique().to_list() == ["~ donor + condition + sex:condition"]
    assert computed("limma_voom", "usc random")[1]["fit"].unique().to_list() == ["~ condition + (1 | donor)"]


def test_what_a_method_cannot_test_is_skipped_and_the_rest_runs() -> None:
    table, _, (reason,) = computed("deseq2", "usc", "usc random")
    assert table["contrast_id"].unique().to_list() == ["usc"]
    assert reason == (
        "contrast usc random: deseq2 has no random effects; add limma_voom to expression.methods, or write donor in "
        "column blocking and leave random empty"
    )
    for method in ("deseq2", "limma_voom"):
        table, _, (reason,) = computed(method, "usc", "whole", threshold="test")
        assert table["contrast_id"].unique().to_list() == ["usc"]
        assert "contrast whole: a test of the whole factor has no fold change to test against" in reason
