"""The report after a night: written with the publication, again when it is lost."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.small_study import Bench
from tests.recovery_report import spoken_words


def page(bench: Bench) -> Path:
    return bench.home / "studies" / "small_bench" / "report.html"


def test_a_night_leaves_a_report_and_a_lost_one_is_written_again(bench: Bench) -> None:
    first = page(bench).read_bytes()
    summary = spoken_words(first.decode(), "summary")
    assert "IL-1β + exosomes raised viability at 72 h by " in summary
    assert bench.night().report_path == str(page(bench))
    assert page(bench).read_bytes() == first  # nothing changed: nothing was written
    page(bench).unlink()
    again = bench.night()
    assert not again.is_unchanged
    assert {p.status for p in again.parts} <= {"current", "skipped"}
    assert spoken_words(page(bench).read_text(), "summary") == summary
    assert list((bench.home / "work").glob("report.*")) == []
