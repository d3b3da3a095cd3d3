from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from schemas.bench_options import Condition
from schemas.sheets import ContrastRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.analyses.circrna_hosts import ANALYSIS, COUNTS, EXPRESSION, FEATURES, OBJECTS, TABLE
from tasks.contracts import Computed

STUDY = Study(
    config=StudyYaml(study_id="s", conditions=[Condition(id="il1b"), Condition(id="exo")]),
    samples=tuple(SampleRow(sample=f"{c}{i}", condition=c) for c in ("il1b", "exo") for i in (1, 2)),
    contrasts=(ContrastRow(id="exo_vs_il1b", reference="il1b", target="exo"),),
)


def frames(*, has_linear: bool = True, has_genes: bool = True) -> dict[str, pl.DataFrame]:
    counts = pl.DataFrame(
        {
            "library": "circrna",
            "object_id": "o",
            "sample_id": ["il1b1", "il1b2", "exo1", "exo2"],
            "feature_id": "chr1:10|90|+",
            "count": [10.0, 10, 40, 40],
            "linear_count": pl.Series([20.0, 20, 20, 20] if has_linear else [None] * 4, dtype=pl.Float64),
        }
    )
    tested = pl.DataFrame(
        [("circrna", "chr1:10|90|+", 2.0, 0.4, 0.001, "up"), ("gene", "ENSG1", 0.1, 0.1, 0.5, "ns")],
        schema=["library", "feature_id", "log2_fold_change", "lfc_se", "padj", "direction"],
        orient="row",
    ).with_columns(contrast_id=pl.lit("exo_vs_il1b"), method=pl.lit("deseq2"))
    features = pl.DataFrame(
        [("circrna", "chr1:10|90|+", "circHIPK3", None, "HIPK3"), ("gene", "ENSG1", "HIPK3", None, None)],
        schema=dict.fromkeys(("library", "feature_id", "symbol", "host_gene_id", "host_gene"), pl.String),
        orient="row",
    )
    kept = pl.lit(value=True) if has_genes else pl.col("library") == "circrna"
    return {
        COUNTS: counts,
        EXPRESSION: tested.filter(kept),
        FEATURES: features.filter(kept),
        OBJECTS: pl.DataFrame({"object_id": ["o"], "file_name": ["circ.csv"], "parser": ["ciri"]}),
    }


def computed(given: Mapping[str, pl.DataFrame]) -> Computed:
    (part,) = ANALYSIS.parts(STUDY, given)
    kept = {t: given[t].filter(pl.col(c).is_in(list(v)) for c, v in part.where[t].items()) for t in part.tables or ()}
    return ANALYSIS.run(part, kept)


def test_a_circrna_is_shown_with_its_host_and_its_share_of_the_reads() -> None:
    (row,) = computed(frames()).frames[TABLE].to_dicts()
    assert (row["verdict"], row["host_feature_id"], row["host_direction"]) == ("beyond_host", "ENSG1", "ns")
    assert row["log2_change_beyond_host"] == pytest.approx(1.9)
    assert row["junction_ratio_reference"] == pytest.approx(0.5)
    assert row["junction_ratio_target"] == pytest.approx(0.8)


def test_without_linear_reads_or_genes_what_is_missing_is_null() -> None:
    (row,) = computed(frames(has_linear=False)).frames[TABLE].to_dicts()
    assert (row["junction_ratio_reference"], row["verdict"]) == (None, "beyond_host")
    (row,) = computed(frames(has_genes=False)).frames[TABLE].to_dicts()
    assert (row["verdict"], row["na_reason"]) == ("host_unknown", "host_not_counted")


def test_a_study_without_circrnas_has_no_part() -> None:
    given = frames()
    assert ANALYSIS.parts(STUDY, {**given, EXPRESSION: given[EXPRESSION].filter(library="gene")}) == []
