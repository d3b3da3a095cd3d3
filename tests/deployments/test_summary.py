from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from deployments.summary import print_summary
from tasks.engine.outcomes import FileOutcome, PartOutcome, Summary

NAME = "landing/plates/240411_172731_BNCH2345883_abs450_96_day[3].txt"


def printed(summary: Summary) -> str:
    stream = io.StringIO()
    print_summary(summary, Path("home [old]"), Console(file=stream, soft_wrap=True, width=80))
    return stream.getvalue()


def test_names_are_whole_and_brackets_are_no_markup() -> None:
    done = PartOutcome("viability", "plate [1]", "done", 6, None)
    loaded = FileOutcome(NAME, "loaded", "cell_viability", "gen5", 96, None)
    text = printed(Summary("s", (loaded,), (done,), published_at=datetime(2026, 1, 2, tzinfo=UTC)))
    assert "day[3]" in text
    assert "…" not in text
    assert "plate [1]" in text
    assert "home [old]/published.duckdb" in text


def test_what_needs_a_person_is_said_whether_anything_was_done_or_not() -> None:
    held = FileOutcome("landing/a.csv", "quarantined", "qpcr", None, 0, "line 1: no table")
    warning = "warning: samples.csv, line 2: partially paired [9 of 36]"
    for unchanged in (True, False):
        text = printed(Summary("s", is_unchanged=unchanged, standing=(held,), warnings=(warning, "… and 3 more")))
        assert "landing/a.csv" in text
        assert warning in text
        assert "… and 3 more" in text


def test_what_a_retraction_took_away_is_said_with_its_undoing() -> None:
    gone = FileOutcome(NAME, "retracted", "cell_viability", None, 96, "retracted: wet lid")
    ended = PartOutcome("viability", "plate [1]", "ended", 0, "its rows are gone")
    text = printed(Summary("s", parts=(ended,), withdrawn=(gone,)))
    assert f"retracted {NAME}" in text
    assert "retracted: wet lid. Its 96 rows are gone, its bytes are kept; `benchlake reactivate s FILE" in text
    assert "ended viability [plate [1]]" in text


def test_rows_are_those_of_the_table_that_bears_the_name_and_a_refusal_is_told_once() -> None:
    done = PartOutcome("differential_expression", "gene, deseq2", "done", 64_102, None, more_rows=8)
    why = "contrasts.csv, contrast a: 7 features have reads; 10 are needed. Check the files."
    refused = PartOutcome("differential_expression", "mirna, deseq2", "skipped", 0, why)
    text = printed(Summary("s", parts=(done, refused), warnings=(f"local: {why}",)))
    assert "64,102 + 8" in text
    assert text.count(why) == 1
    assert "To look at" not in text


def test_figures_are_counted_and_their_folder_is_named_once() -> None:
    parts = (
        PartOutcome("figure volcano", "a, gene, deseq2", "done", 1, None),
        PartOutcome("figure volcano", "b, gene, deseq2", "failed", 0, "ValueError: odd"),
    )
    text = printed(Summary("s", parts=parts, figure_count=12, figure_folder="home/studies/s/figures"))
    assert "12 figures, 1 of them drawn in this run: home/studies/s/figures" in text
    assert "a, gene, deseq2" not in text
    assert "ValueError: odd" in text


def test_a_run_ends_with_where_the_report_is() -> None:
    path = "/a/very/long/home/that/does/not/fit/on/one/line/of/a/terminal/studies/[s]/report.html"
    at = datetime(2026, 1, 2, tzinfo=UTC)
    for summary in (Summary("s", published_at=at, report_path=path), Summary("s", is_unchanged=True, report_path=path)):
        assert printed(summary).splitlines()[-1] == f"Report: {path}"
    assert "Report" not in printed(Summary("s", published_at=at))
