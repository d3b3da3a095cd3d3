from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from schemas.bench_options import Statistics
from schemas.transcriptome_options import Expression
from tasks.methods.method_sentences import bench_sentences, parameters_by_analysis, sequencing_sentences, software
from tests.report_study import CONFIG, frames, table


def runs(*rows: dict[str, Any]) -> pl.DataFrame:
    blank = {"part": "p", "parameters": "{}", "versions": "{}"}
    filled = [{"attempt_id": str(i), **blank, **row} for i, row in enumerate(rows)]
    return table("ops.analysis_runs", filled)


def test_the_last_attempt_s_parameters_count_and_only_if_it_was_done() -> None:
    def attempt(analysis: str, day: int, status: str, parameters: str) -> dict[str, Any]:
        at = datetime(2026, 1, day, tzinfo=UTC)
        return {"analysis": analysis, "finished_at": at, "status": status, "parameters": parameters}

    rows = runs(
        attempt("viability", 1, "done", '{"scope": "plate"}'),
        attempt("viability", 2, "done", '{"scope": "experiment"}'),
        attempt("protein", 1, "done", "{}"),
        attempt("protein", 2, "failed", "{}"),
    )
    assert parameters_by_analysis(rows) == {"viability": [{"scope": "experiment"}]}


def test_tests_corrections_and_times_are_those_of_the_rows() -> None:
    given = frames()
    study = CONFIG.model_copy(update={"statistics": Statistics(primary_time_h=72, alpha=0.01)})
    text = " ".join(bench_sentences(study, {}, given["result.group_tests"], given["result.pairwise_tests"]))
    assert "Groups were compared by randomised-block ANOVA (Viability, qPCR)." in text
    assert "the donor is held constant as a block" in text
    assert "Pairs were corrected by Bonferroni within a family" in text
    assert "P < 0.01 was taken as significant." in text
    assert "72 h was the confirmatory time" in text
    assert "they decide nothing" in text


def test_uncorrected_pairs_are_not_called_corrected() -> None:
    given = frames()
    pairs = given["result.pairwise_tests"].with_columns(correction=pl.lit("none"))
    assert "corrected by" not in " ".join(bench_sentences(CONFIG, {}, given["result.group_tests"], pairs))


def test_without_tests_there_is_nothing_to_tell() -> None:
    empty = table("result.group_tests"), table("result.pairwise_tests")
    assert list(bench_sentences(CONFIG, {}, *empty)) == []
    assert list(sequencing_sentences(CONFIG, {}, ["deseq2"])) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "filtered by a fold change of 2 at FDR < 0.05 [@bh]"),
        ({"threshold": "test", "fold_change": 1.5}, "tested against a fold change of 1.50"),
        ({"shrinkage": "apeglm"}, "shrunken by apeglm [@apeglm]"),
        ({"primary": "limma_voom"}, "by limma-voom [@limma] [@voom] with TMM [@tmm] (design ~ condition); DESeq2"),
    ],
)
def test_thresholds_and_methods_are_the_study_s(options: dict[str, Any], said: str) -> None:
    study = CONFIG.model_copy(update={"expression": Expression(**options)})
    fits = {"differential_expression": [{"fit": "~ condition", "library": "gene"}]}
    assert said in " ".join(sequencing_sentences(study, fits, ["deseq2", "limma_voom"]))


def test_versions_are_those_recorded() -> None:
    rows = runs(
        {"analysis": "a", "status": "done", "versions": '{"scipy": "1.17", "numpy": "2.4"}'},
        {"analysis": "b", "status": "done", "versions": '{"scipy": "1.16"}'},
        {"analysis": "c", "status": "failed", "versions": '{"polars": "9"}'},
    )
    assert software(rows, "0.1") == "Computed with benchlake 0.1 (numpy 2.4, scipy 1.16 / 1.17 [@scipy])."
    assert software(rows.clear(), "0.1") == "Computed with benchlake 0.1."
