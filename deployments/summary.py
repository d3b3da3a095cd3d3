"""The table that a run ends with."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tasks.engine.outcomes import FileOutcome, PartOutcome, Summary

LINES = 25
COLOURS = {
    "loaded": "green",
    "done": "green",
    "quarantined": "red",
    "failed": "red",
    "skipped": "yellow",
    "ignored": "dim",
}


def print_summary(summary: Summary, home: Path, console: Console) -> None:
    """Say what was loaded, quarantined, computed and skipped, and where the results are."""
    if summary.is_unchanged:
        console.print(
            f"{summary.study_id}: nothing changed since the last run; "
            f"{summary.unchanged_count:,} files stand, nothing was recomputed."
        )
        return
    if summary.files:
        console.print(_file_table(summary.files))
    if summary.unchanged_count:
        console.print(f"{summary.unchanged_count:,} files stand as they were loaded before.")
    if summary.parts:
        console.print(_part_table(summary.parts))
    if summary.published_at:
        console.print(
            f"Published {summary.published_at:%Y-%m-%d %H:%M} UTC in {home / 'published.duckdb'}", highlight=False
        )
        console.print(
            'Ask it:  benchlake sql "FROM mart.freshness"   ·   benchlake tables   ·   benchlake status', markup=False
        )


def _file_table(files: tuple[FileOutcome, ...]) -> Table:
    table = Table("file", "", "parser", "rows", "why not", title="Raw files", title_justify="left", expand=False)
    order = {"quarantined": 0, "ignored": 1}
    shown = sorted(files, key=lambda f: (order.get(f.status, 2), f.file_name))
    for f in shown[:LINES]:
        table.add_row(
            escape(f.file_name),
            f"[{COLOURS.get(f.status, 'white')}]{f.status}[/]",
            f.parser or "",
            f"{f.rows:,}" if f.rows else "",
            escape(f.reason or ""),
        )
    if len(files) > LINES:
        table.add_row(f"… and {len(files) - LINES} more", "", "", "", "FROM core.raw_objects lists all")
    return table


def _part_table(parts: tuple[PartOutcome, ...]) -> Table:
    table = Table("analysis", "part", "", "rows", "why not", title="Analyses", title_justify="left", expand=False)
    worked = [p for p in parts if p.status != "current"]
    for p in worked[:LINES]:
        table.add_row(
            p.analysis,
            escape(p.part),
            f"[{COLOURS.get(p.status, 'white')}]{p.status}[/]",
            f"{p.rows:,}" if p.rows else "",
            escape(p.reason or ""),
        )
    if len(worked) > LINES:
        table.add_row(f"… and {len(worked) - LINES} more", "", "", "", "FROM ops.analysis_runs lists all")
    current = len(parts) - len(worked)
    if current:
        table.add_row("[dim]up to date[/dim]", f"[dim]{current} parts[/dim]", "", "", "")
    return table
