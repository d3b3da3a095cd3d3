"""The table that a run ends with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deployments.command import command
from tasks.engine.outcomes import FileOutcome, PartOutcome, Summary

LINES = 25
COLOURS = {
    "loaded": "green",
    "done": "green",
    "quarantined": "red",
    "failed": "red",
    "skipped": "yellow",
    "retracted": "yellow",
}
COLOURS |= {"fatal": "red", "local": "red", "warning": "yellow"}


def print_summary(summary: Summary, home: Path, console: Console) -> None:
    """Say what was loaded, quarantined, computed and skipped, and where the results are."""
    if summary.is_unchanged:
        console.print(
            f"{summary.study_id}: nothing changed since the last run; "
            f"{summary.unchanged_count:,} files stand, nothing was recomputed."
        )
        _print_standing(summary, console)
        _print_warnings(summary, console)
        _print_report(summary, console)
        return
    if summary.files:
        _print_files(summary.files, console)
    if summary.unchanged_count:
        console.print(f"{summary.unchanged_count:,} files stand as they were loaded before.")
    _print_reasons("retracted", [(f.file_name, _gone(f, summary.study_id)) for f in summary.withdrawn], console)
    _print_standing(summary, console)
    if summary.parts:
        _print_parts(summary.parts, console)
    reasons = [*(f.reason for f in summary.quarantined), *(p.reason for p in summary.parts)]
    told = " ".join(filter(None, reasons))
    _print_warnings(replace(summary, warnings=_untold(summary.warnings, told)), console)
    if summary.figure_count:
        drawn = sum(p.is_figure and p.status == "done" for p in summary.parts)
        console.print(
            f"\n{summary.figure_count} figures, {drawn} of them drawn in this run: {summary.figure_folder}",
            markup=False,
            highlight=False,
        )
    if summary.published_at:
        console.print(
            f"\nPublished at {summary.published_at:%Y-%m-%d %H:%M} UTC: {home / 'published.duckdb'}",
            markup=False,
            highlight=False,
        )
        where = "" if home.resolve() == Path(".benchlake").resolve() else f" --home {home}"
        console.print(f'Ask it with  {command()} sql{where} "FROM mart.freshness"', markup=False, highlight=False)
    _print_report(summary, console)


def _print_files(files: tuple[FileOutcome, ...], console: Console) -> None:
    read = [f for f in files if f.status not in {"quarantined", "ignored"}]
    if read:
        table = Table("raw file", "", "parser", "rows", box=None, pad_edge=False)
        table.columns[0].overflow, table.columns[3].justify = "fold", "right"  # names are copied into other commands
        for f in read[:LINES]:
            table.add_row(escape(f.file_name), _coloured(f.status), f.parser or "", f"{f.rows:,}" if f.rows else "")
        console.print(table)
    if len(read) > LINES:
        console.print(f"… and {len(read) - LINES} more: FROM core.raw_objects lists all.")
    _print_reasons("quarantined", [(f.file_name, f.reason) for f in files if f.status == "quarantined"], console)
    _print_reasons("ignored", [(f.file_name, f.reason) for f in files if f.status == "ignored"], console)


def _print_report(summary: Summary, console: Console) -> None:
    if summary.report_path:
        console.print(f"Report: {summary.report_path}", markup=False, highlight=False, soft_wrap=True)


def _gone(file: FileOutcome, study_id: str) -> str:
    rows = f"Its {file.rows:,} rows are gone" if file.rows else "Its rows are gone"
    return (
        f"{file.reason}. {rows}, its bytes are kept; `benchlake reactivate {study_id} FILE --reason …` takes it back."
    )


def _print_standing(summary: Summary, console: Console) -> None:
    if summary.standing:
        names = ", ".join(f.file_name for f in summary.standing[:LINES])
        console.print(f"{_coloured('quarantined')} since an earlier run: {escape(names)}. `benchlake status` says why.")


def _untold(warnings: Iterable[str], told: str) -> tuple[str, ...]:
    """Problems that are not already the reason of a file's quarantine."""
    plain = " ".join(told.split())
    return tuple(w for w in warnings if (w.partition(": ")[2] or w) not in plain)


def _print_warnings(summary: Summary, console: Console) -> None:
    if summary.warnings:
        console.print("\nTo look at:")
        print_lines(summary.warnings, console)


def print_lines(lines: Iterable[str], console: Console) -> None:
    """Problems as ``tasks.methods.problem_lists.listed`` words them, how serious each is in colour."""
    for line in lines:
        severity, colon, rest = line.partition(":")
        if severity in COLOURS:
            console.print(f"{_coloured(severity)}{colon}{escape(rest)}", highlight=False)
        else:
            console.print(line, markup=False, highlight=False)


def _print_parts(parts: tuple[PartOutcome, ...], console: Console) -> None:
    done = [p for p in parts if p.status == "done" and not p.is_figure]
    if done:
        console.print()
        table = Table("analysis", "part", "", "rows", box=None, pad_edge=False)
        table.columns[3].justify = "right"
        for p in done[:LINES]:
            more = f" + {p.more_rows:,}" if p.more_rows else ""  # of its other tables
            table.add_row(p.analysis, escape(p.part), _coloured(p.status), f"{p.rows:,}{more}")
        console.print(table)
    if len(done) > LINES:
        console.print(f"… and {len(done) - LINES} more: FROM ops.analysis_runs lists all.")
    for status in ("ended", "skipped", "failed"):
        _print_reasons(status, [(f"{p.analysis} [{p.part}]", p.reason) for p in parts if p.status == status], console)
    current = sum(p.status == "current" for p in parts)
    if current:
        console.print(f"{current} parts of analyses and figures are up to date.")


def _print_reasons(status: str, found: Iterable[tuple[str, str | None]], console: Console) -> None:
    """Names under their common reason, in full width: reasons are read, not scanned."""
    by_reason = sorted(((reason or "").replace(f"{name}: ", "", 1), name) for name, reason in found)
    for reason, group in groupby(by_reason, key=lambda item: item[0]):
        names = [name for _, name in group]
        shown = ", ".join(names[:LINES]) + (f" and {len(names) - LINES} more" if len(names) > LINES else "")
        console.print(f"\n{_coloured(status)} {escape(shown)}", highlight=False)
        console.print(f"  {reason.removeprefix(names[0] + ', ')}", markup=False, highlight=False)


def _coloured(status: str) -> str:
    return f"[{COLOURS.get(status, 'dim')}]{status}[/]"
