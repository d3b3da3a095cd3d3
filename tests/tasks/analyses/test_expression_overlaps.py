from __future__ import annotations

import polars as pl

from schemas.bench_options import Condition
from schemas.sheets import ContrastRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.analyses.expression_overlaps import ANALYSIS, EXPRESSION, TABLE

CONTRASTS = (
    ContrastRow(id="usc", reference="il1b", target="usc"),
    ContrastRow(id="exo", reference="il1b", target="exo"),
)
STUDY = Study(
    config=StudyYaml(study_id="s", conditions=[Condition(id=c) for c in ("il1b", "usc", "exo")]),
    samples=(SampleRow(sample="a", condition="il1b"),),
    contrasts=CONTRASTS,
)


def expression() -> pl.DataFrame:
    rows = [
        (contrast, library, method, feature, 2.0, 0.01, "up" if feature == "g1" else "ns")
        for contrast in ("usc", "exo")
        for library in ("gene", "mirna")
        for method in ("deseq2", "limma_voom")
        for feature in ("g1", "g2")
    ]
    names = ["contrast_id", "library", "method", "feature_id", "log2_fold_change", "padj", "direction"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(symbol=pl.lit(None, pl.String),
                                                                       rna_class=pl.lit("mrna"))  # fmt: skip


def test_each_library_is_a_part_and_only_the_primary_method_decides() -> None:
    table = expression()
    slices = {EXPRESSION: table.select("library", "method", "contrast_id").unique()}
    parts = ANALYSIS.parts(STUDY, slices)
    assert [p.key for p in parts] == ["gene", "mirna"]
    part = parts[0]
    for column, values in part.where[EXPRESSION].items():
        table = table.filter(pl.col(column).is_in(list(values)))
    found = ANALYSIS.run(part, {EXPRESSION: table}).frames[TABLE]
    assert found.select("library", "method", "feature_id", "contrasts", "is_consistent").rows() == [
        ("gene", "deseq2", "g1", "usc;exo", True)
    ]


def test_one_contrast_alone_has_no_overlap() -> None:
    alone = expression().filter(pl.col("contrast_id") == "usc")
    assert ANALYSIS.parts(STUDY, {EXPRESSION: alone.select("library", "method", "contrast_id").unique()}) == []
    assert ANALYSIS.parts(STUDY, {EXPRESSION: alone.head(0)}) == []
