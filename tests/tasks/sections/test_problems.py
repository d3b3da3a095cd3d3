from __future__ import annotations

from datetime import UTC, datetime

from tests.report_study import chapters, column, frames, grids, table, words


def test_files_in_quarantine_come_with_reason_and_remedy() -> None:
    files = [
        {"file_name": "note.txt", "status": "ignored", "reason": "note.txt: no parser recognises this file"},
        {"file_name": "a.xlsx", "status": "quarantined", "reason": "a.xlsx: no blank. Add blanks."},
        {"file_name": "old.csv", "status": "superseded"},
        {"file_name": "study.yaml", "status": "stored", "assay": "manifest"},
        {"file_name": "fine.csv", "status": "loaded"},
    ]
    problems = [
        {"file_name": "note.txt", "rule": "no_parser", "remedy": "Name its assay in files.csv.", "severity": "warning"},
        {"file_name": "a.xlsx", "rule": "no_blank", "remedy": "Add blanks.", "severity": "local"},
    ]
    given = frames(
        core__raw_objects=table("core.raw_objects", files),
        ops__validation_results=table("ops.validation_results", problems),
    )
    found = grids(chapters(given)["problems"])
    listed = found["files-not-read-table"]
    assert column(listed, "file") == ["a.xlsx", "note.txt"]
    assert column(listed, "reason") == ["no blank. Add blanks.", "no parser recognises this file"]
    assert column(listed, "what to do") == ["", "Name its assay in files.csv."]
    assert column(found["messages-table"], "severity") == ["local", "warning"]


def test_the_last_attempt_of_a_part_counts() -> None:
    def run(attempt: str, status: str, day: int) -> dict[str, object]:
        at = datetime(2026, 1, day, tzinfo=UTC)
        about = {"attempt_id": attempt, "analysis": "group_tests", "part": "all", "parameters": "{}", "versions": "{}"}
        return about | {"status": status, "reason": "no variance", "finished_at": at}

    mended = frames(ops__analysis_runs=table("ops.analysis_runs", [run("1", "failed", 1), run("2", "done", 2)]))
    assert "not-computed-table" not in grids(chapters(mended)["problems"])
    broken = frames(ops__analysis_runs=table("ops.analysis_runs", [run("1", "done", 1), run("2", "failed", 2)]))
    assert column(grids(chapters(broken)["problems"])["not-computed-table"], "reason") == ["no variance"]


def test_a_contrast_that_waits_for_an_answer_is_told_once_and_parts_of_one_reason_together() -> None:
    asked = "all 3 donors occur in both; write `donor` or `none`"
    reasons = {f"gene, {method}, x": f"contrast x: {asked}. Answer." for method in ("deseq2", "limma_voom")}
    reasons |= {"gene, deseq2, y": "too few", "mirna, deseq2, y": "too few"}
    about = {"analysis": "differential_expression", "status": "skipped", "parameters": "{}", "versions": "{}"}
    runs = [about | {"attempt_id": part, "part": part, "reason": reason} for part, reason in reasons.items()]
    problem = {"file_name": "contrasts.csv", "rule": "blocking_open", "message": asked, "severity": "local"}
    given = frames(
        ops__analysis_runs=table("ops.analysis_runs", runs),
        ops__validation_results=table("ops.validation_results", [problem]),
    )
    found = grids(chapters(given)["problems"])
    assert column(found["messages-table"], "what is wrong") == [asked]
    assert column(found["not-computed-table"], "part") == ["gene, deseq2, y; mirna, deseq2, y"]


def test_exclusions_and_acts_are_shown() -> None:
    given = frames(
        core__exclusions=table("core.exclusions", [{"file_name": "a.csv", "well": "A01", "reason": "pipette"}]),
        ops__audit=table("ops.audit", [{"act": "retract", "file_name": "b.csv", "reason": "wrong plate"}]),
    )
    found = grids(chapters(given)["problems"])
    assert column(found["exclusions-table"], "reason") == ["pipette"]
    assert column(found["acts-table"], "act") == ["retract"]


def test_nothing_to_tell_is_told() -> None:
    assert "Every file was read" in words(chapters(frames())["problems"])
