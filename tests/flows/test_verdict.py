from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flows.requests import StudyRequest
from flows.verdict import RunFailedError, failure, judged, markdown, tables, together
from schemas.errors import BadInputError, Problem, Severity, TransientError, UserError
from tasks.engine.outcomes import FileOutcome, PartOutcome, Summary

LOADED = FileOutcome("a.csv", "loaded", "qpcr", "sds", 96, None)
BAD = FileOutcome("b.xlsx", "quarantined", "qpcr", None, 0, "b.xlsx, row 3: no Cq. Export it again.")
BUG = FileOutcome("c.txt", "quarantined", "qpcr", "sds", 0, "KeyError: 'x'", is_bug=True)
DONE = PartOutcome("viability", "plate", "done", 6, None, 0.256)
DRAWN = PartOutcome("figure volcano", "a, gene, deseq2", "done", 1, None)
CURRENT = PartOutcome("viability", "other", "current", 0, None)
FAILED = PartOutcome("group_tests", "all", "failed", 0, "ValueError: no variance")
PLAIN, STRICT = StudyRequest(study="s"), StudyRequest(study="s", strict=True)


def test_quarantined_files_fail_a_strict_run_only() -> None:
    summary = Summary("s", files=(LOADED, BAD), parts=(DONE,))
    assert judged(summary, PLAIN) is summary
    with pytest.raises(RunFailedError, match=r"b\.xlsx is quarantined: .*row 3") as failed:
        judged(summary, STRICT)
    assert failed.value.summary is summary


@pytest.mark.parametrize("summary", [Summary("s", files=(BUG,)), Summary("s", parts=(DONE, FAILED))])
def test_what_is_no_fault_of_a_file_fails_every_run(summary: Summary) -> None:
    with pytest.raises(RunFailedError, match=r"KeyError|no variance"):
        judged(summary, PLAIN)


def test_the_message_counts_what_it_does_not_name() -> None:
    with pytest.raises(RunFailedError, match=r"no variance \(and 1 more\)"):
        judged(Summary("s", files=(BUG,), parts=(FAILED,)), PLAIN)


def test_arrows_are_summed_up() -> None:
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    whole = together(
        Summary("s", files=(LOADED,), unchanged_count=2),
        Summary("folder", parts=(DONE, CURRENT)),
        Summary("s", published_at=at),
    )
    assert whole == Summary("s", files=(LOADED,), parts=(DONE, CURRENT), unchanged_count=2, published_at=at)
    text = markdown(replace(whole, report_path="/home/studies/s/report.html"))
    for line in (
        "- 1 files loaded",
        "- 1 analyses computed",
        "- 2 files unchanged",
        "- 1 analyses current",
        "2026-01-02 03:04",
        "- report: /home/studies/s/report.html",
    ):
        assert line in text


def test_a_run_that_did_nothing_says_why_and_what_to_do() -> None:
    problem = Problem(Severity.FATAL, "samples.csv", "line 3", "", "x", "no condition", "Name one.")
    cases = {
        "Give the folder.": UserError("Case1 is no study. Give the folder."),
        "- fatal: samples.csv, line 3: no condition. Name one.": UserError("The sheets cannot be used.", (problem,)),
        "samples.csv, line 3: no condition": BadInputError(problem),
        "Nothing was lost: run it again.": TransientError("the store does not answer."),
        "KeyError: 'x'": KeyError("x"),
    }
    for line, error in cases.items():
        text = failure(error, PLAIN)
        assert line in text
        assert text.count("no condition") <= 1
        assert text.startswith("## s: the run failed")


def test_every_outcome_is_in_one_table() -> None:
    found = {name: rows for name, _, rows in tables(Summary("s", files=(LOADED, BAD), parts=(DONE, DRAWN, FAILED)))}
    assert {name: len(rows) for name, rows in found.items()} == {
        "loaded": 1, "quarantined": 1, "ignored": 0, "retracted": 0, "computed": 1, "drawn": 1, "skipped": 0,
        "ended": 0, "failed": 1,
    }  # fmt: skip
    assert found["quarantined"][0]["reason"] == BAD.reason
