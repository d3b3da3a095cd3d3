from __future__ import annotations

import polars as pl

from schemas.bench_options import Condition
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.transcriptome_options import Expression
from tasks.analyses.method_agreement import ANALYSIS, EXPRESSION, TABLE


def study(primary: str) -> Study:
    config = StudyYaml(study_id="s", conditions=[Condition(id="a")], expression=Expression(primary=primary))
    return Study(config=config, samples=(SampleRow(sample="x", condition="a"),))


def expression() -> pl.DataFrame:
    rows = [
        (contrast, "gene", method, f"g{i}", float(i), 0.01, "up" if i > 2 + (method != "deseq2") else "ns")
        for contrast in ("usc", "exo")
        for method in ("deseq2", "limma_trend", "limma_voom")
        if (contrast, method) != ("exo", "limma_trend")
        for i in range(6)
    ]
    names = ["contrast_id", "library", "method", "feature_id", "log2_fold_change", "pvalue", "direction"]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_every_pair_of_methods_of_a_contrast_is_compared_the_primary_first() -> None:
    table = expression()
    slices = {EXPRESSION: table.select("library", "method", "contrast_id").unique()}
    (part,) = ANALYSIS.parts(study("limma_voom"), slices)
    found = ANALYSIS.run(part, {EXPRESSION: table}).frames[TABLE]
    assert found.select("contrast_id", "method_a", "method_b", "is_primary_a", "both_count", "jaccard").rows() == [
        ("exo", "limma_voom", "deseq2", True, 2, 2 / 3),
        ("usc", "limma_voom", "deseq2", True, 2, 2 / 3),
        ("usc", "limma_voom", "limma_trend", True, 2, 1.0),
        ("usc", "deseq2", "limma_trend", False, 2, 2 / 3),
    ]


def test_one_method_alone_has_nothing_to_agree_with() -> None:
    alone = expression().filter(pl.col("method") == "deseq2").select("library", "method", "contrast_id").unique()
    assert ANALYSIS.parts(study("deseq2"), {EXPRESSION: alone}) == []
