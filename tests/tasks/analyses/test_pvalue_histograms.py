from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from schemas.bench_options import Condition
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.transcriptome_options import Expression
from tasks.analyses.pvalue_histograms import ANALYSIS, EXPRESSION, TABLE

STUDY = Study(
    config=StudyYaml(study_id="s", conditions=[Condition(id="a")]), samples=(SampleRow(sample="x", condition="a"),)
)


def expression(pvalues: np.ndarray, method: str = "deseq2") -> pl.DataFrame:
    about = {"contrast_id": "c", "library": "gene", "method": method}
    return pl.DataFrame({"pvalue": pvalues, "base_mean": 10.0}).with_columns(**{k: pl.lit(v) for k, v in about.items()})


def test_every_library_and_method_has_twenty_bins_and_a_verdict() -> None:
    random = np.random.default_rng(1)
    flat = expression(random.uniform(size=5000))
    table = pl.concat([flat, expression(random.beta(0.3, 4, size=5000), "limma_voom")])
    parts = ANALYSIS.parts(STUDY, {EXPRESSION: table.select("library", "method").unique()})
    assert [p.key for p in parts] == ["gene, deseq2", "gene, limma_voom"]
    first, second = (ANALYSIS.run(p, {EXPRESSION: table.filter(method=p.parameters["method"])}) for p in parts)
    found = first.frames[TABLE]
    assert (found.height, found["count"].sum(), found["pvalue_count"][0]) == (20, 5000, 5000)
    assert found["verdict"].unique().to_list() == ["uniform"]
    assert found["pi0"][0] == pytest.approx(1, abs=0.1)
    assert second.frames[TABLE]["verdict"].unique().to_list() == ["anti_conservative"]
    assert first.problems == second.problems == ()


def test_features_with_hardly_a_read_or_without_a_p_value_are_left_out() -> None:
    table = expression(np.full(300, 0.5)).with_columns(
        base_mean=pl.when(pl.int_range(pl.len()) < 100).then(0.5).otherwise(10.0),
        pvalue=pl.when(pl.int_range(pl.len()) >= 250).then(None).otherwise("pvalue"),
    )
    (part,) = ANALYSIS.parts(STUDY, {EXPRESSION: table.select("library", "method").unique()})
    found = ANALYSIS.run(part, {EXPRESSION: table}).frames[TABLE]
    assert found.filter(pl.col("count") > 0).select("bin_start", "count").rows() == [(0.5, 150)]


def test_cautious_p_values_of_the_primary_method_are_told() -> None:
    cautious = np.random.default_rng(2).beta(1.6, 1, size=5000)
    for method, told in (("deseq2", ["pvalues_conservative"]), ("limma_voom", [])):
        table = expression(cautious, method)
        (part,) = ANALYSIS.parts(STUDY, {EXPRESSION: table.select("library", "method").unique()})
        problems = ANALYSIS.run(part, {EXPRESSION: table}).problems
        assert [p.rule for p in problems] == told
        assert all("contrast c, library gene" in str(p) and "Colour the PCA" in p.remedy for p in problems)


def test_tests_against_a_fold_change_are_cautious_by_design() -> None:
    cautious = expression(np.random.default_rng(2).beta(1.6, 1, size=5000))
    config = STUDY.config.model_copy(update={"expression": Expression(threshold="test")})
    (part,) = ANALYSIS.parts(STUDY.model_copy(update={"config": config}), {EXPRESSION: cautious})
    computed = ANALYSIS.run(part, {EXPRESSION: cautious})
    assert computed.problems == ()
    assert computed.frames[TABLE]["verdict"][0] == "conservative"
    assert "Tested against a fold change" in computed.frames[TABLE]["advice"][0]


def test_nothing_tested_gives_nothing() -> None:
    assert ANALYSIS.parts(STUDY, {EXPRESSION: expression(np.array([])).select("library", "method")}) == []
