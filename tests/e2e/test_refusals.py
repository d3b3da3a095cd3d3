"""A fit that is refused for what the counts are: said as skipped, each time, and computed once."""

from __future__ import annotations

from pathlib import Path

import duckdb

from deployments.status import read_status
from tasks.engine.outcomes import PartOutcome
from tests.e2e.small_study import Bench

STUDY = """\
study_id: few
conditions: [{id: control}, {id: treated}]
expression: {methods: [deseq2]}
"""
SAMPLES = "sample,condition,donor,replicate\n" + "".join(
    f"{c}{n},{name},D{n},{n}\n" for c, name in (("C", "control"), ("T", "treated")) for n in (1, 2, 3)
)
CONTRASTS = "id,variable,reference,target,blocking\ntreated,condition,control,treated,none\n"
FILES = "file,assay\nlanding/counts.csv,expression_counts\n"


def counts(genes: int) -> str:
    lines = ["gene_id,C1,C2,C3,T1,T2,T3"]
    lines += [f"ENSG{g:011d},{g + 90},{g + 85},{g + 97},{g + 140},{g + 120},{g + 133}" for g in range(genes)]
    return "\n".join(lines) + "\n"


def _fit(bench: Bench) -> PartOutcome:
    """What a night says of the study's one fit."""
    (part,) = (p for p in bench.night().parts if p.analysis == "differential_expression")
    return part


def test_a_contrast_with_too_few_features_is_skipped_and_the_status_says_why(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "study", tmp_path / "home")
    sheets = {"study.yaml": STUDY, "samples.csv": SAMPLES, "contrasts.csv": CONTRASTS, "files.csv": FILES}
    for name, text in {**sheets, "landing/counts.csv": counts(7)}.items():
        path = bench.study / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    part = _fit(bench)
    assert (part.status, part.rows) == ("skipped", 0)
    assert "7 features have reads in two samples or more" in str(part.reason)
    with duckdb.connect(str(bench.warehouse.published), read_only=True) as snapshot:
        (shown,) = (s for s in read_status(snapshot).skipped if s["analysis"] == "differential_expression")
    assert shown["reason"] == part.reason
    attempts = bench.attempts()
    (bench.study / "samples.csv").write_text(SAMPLES + "\n")  # a night that has something to look at
    again = _fit(bench)
    assert (again.status, again.reason) == (part.status, part.reason)
    assert bench.attempts() == attempts
    (bench.study / "landing" / "counts.csv").write_text(counts(60))
    fitted = _fit(bench)
    assert (fitted.status, fitted.rows, fitted.more_rows) == (
        "done",
        60,
        6 + 60 * 6 + 60,
    )  # size factors, normalised values, dispersions
    assert bench.rows(
        "SELECT row_count FROM ops.analysis_runs WHERE status = 'done' AND analysis = 'differential_expression'"
    ) == [(60,)]
    assert bench.rows("SELECT count(*) FROM result.differential_expression") == [(60,)]
