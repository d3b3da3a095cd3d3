"""How a run ends: its summary as artifacts of the Prefect UI, and whether it counts as failed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from flows.requests import StudyRequest
from schemas.errors import BadInputError, BenchlakeError, TransientError, UserError
from tasks.engine.outcomes import FileOutcome, Summary

ARTIFACT_ROWS = 500  # more than a person reads; the whole is in core.raw_objects and ops.analysis_runs


class RunFailedError(BenchlakeError):
    """The run ended with something failed; ``summary`` says all that was done nevertheless."""

    def __init__(self, message: str, summary: Summary) -> None:
        """Take the sentence and everything that the run did."""
        super().__init__(message)
        self.summary = summary


def together(*summaries: Summary) -> Summary:
    """One summary of several arrows of the same study, in their order."""
    first, *others = summaries
    for other in others:
        first = replace(
            first,
            files=first.files + other.files,
            parts=first.parts + other.parts,
            warnings=first.warnings + other.warnings,
            unchanged_count=first.unchanged_count + other.unchanged_count,
            published_at=other.published_at or first.published_at,
            state=other.state or first.state,
        )
    return first


def concluded(summary: Summary, request: StudyRequest) -> Summary:
    """Show the summary in the Prefect UI, then judge it; call it inside a flow."""
    _show(summary)
    return judged(summary, request)


def judged(summary: Summary, request: StudyRequest) -> Summary:
    """Give the summary back when the run counts as done.

    Raises ``RunFailedError`` when an analysis failed or a reader crashed, and under
    ``request.strict`` when a file was quarantined.
    """
    failed = [f"{p.analysis} [{p.part}]: {p.reason}" for p in summary.parts if p.status == "failed"]
    failed += [f"{f.file_name}: {f.reason}" for f in summary.files if f.is_bug]
    if request.strict:
        failed += [f"{f.file_name} is quarantined: {f.reason}" for f in summary.quarantined if not f.is_bug]
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        raise RunFailedError(f"{summary.study_id}: {failed[0]}{more}", summary)
    return summary


def _show(summary: Summary) -> None:
    from prefect.artifacts import (  # noqa: PLC0415 - slow to import
        create_link_artifact,
        create_markdown_artifact,
        create_table_artifact,
    )

    key = _key(summary.study_id)
    for name, title, rows in tables(summary):
        if rows:
            left_out = f" The first {ARTIFACT_ROWS} of {len(rows)}." if len(rows) > ARTIFACT_ROWS else ""
            create_table_artifact(
                key=f"{key}-{name}",
                table=[dict(row) for row in rows[:ARTIFACT_ROWS]],
                description=f"{summary.study_id}: {title}.{left_out}",
            )
    if summary.report_path:
        create_link_artifact(
            key=f"{key}-report",
            link=Path(summary.report_path).absolute().as_uri(),
            link_text=summary.report_path,
            description=f"{summary.study_id}: the report; browsers open it on the machine where it lies",
        )
    create_markdown_artifact(key=f"{key}-summary", markdown=markdown(summary), description=f"{summary.study_id}: run")


def show_failure(error: Exception, request: StudyRequest) -> None:
    """Show in the Prefect UI why a run did nothing, and what to do; call it inside a flow."""
    from prefect.artifacts import create_markdown_artifact  # noqa: PLC0415 - slow to import

    create_markdown_artifact(
        key=f"{_key(request.study_name)}-failed",
        markdown=failure(error, request),
        description=f"{request.study_name}: why the run failed",
    )


def failure(error: Exception, request: StudyRequest) -> str:
    """Why a run failed in a few lines of Markdown: the message with its remedy, and every problem behind it."""
    lines = [f"## {request.study_name}: the run failed", ""]
    if isinstance(error, BenchlakeError):
        problems = error.problems if isinstance(error, UserError | BadInputError) else ()
        lines += [str(error)] if isinstance(error, UserError) or not problems else []
        lines += ["", *(f"- {p.severity}: {p}" for p in problems[:ARTIFACT_ROWS])] if problems else []
        lines += ["", "Nothing was lost: run it again."] if isinstance(error, TransientError) else []
    else:
        lines += [
            f"{type(error).__name__}: {error}",
            "",
            "This is a fault of benchlake, not of your files; nothing was lost. The log of this run has the details.",
        ]
    return "\n".join(lines)


def _key(name: str) -> str:
    """All that Prefect allows in a key."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "study"


def tables(summary: Summary) -> list[tuple[str, str, Sequence[Mapping[str, object]]]]:
    """Name, title and rows of the run's tables: what became of files, then of analyses."""

    def rows_of(found: Iterable[FileOutcome]) -> list[dict[str, object]]:
        return [
            {"file": f.file_name, "assay": f.assay, "parser": f.parser or "", "rows": f.rows, "reason": f.reason or ""}
            for f in found
        ]

    def files(*statuses: str) -> list[dict[str, object]]:
        return rows_of(f for f in summary.files if f.status in statuses)

    def parts(status: str, *, figures: bool = False) -> list[dict[str, object]]:
        return [
            {
                "analysis": p.analysis,
                "part": p.part,
                "rows": p.rows,
                "seconds": round(p.seconds, 2),
                "reason": p.reason or "",
            }
            for p in summary.parts
            if p.status == status and (p.is_figure == figures or status != "done")
        ]

    return [
        ("loaded", "files loaded", files("loaded")),
        ("quarantined", "files quarantined, and what to do", files("quarantined")),
        ("ignored", "files kept but not read", files("ignored", "stored")),
        ("retracted", "files retracted since the last run, whose rows are gone", rows_of(summary.withdrawn)),
        ("computed", "analyses computed", parts("done")),
        ("drawn", "figures drawn", parts("done", figures=True)),
        ("skipped", "analyses that could not run, and why", parts("skipped")),
        ("ended", "analyses whose rows are gone with their files or sheets", parts("ended")),
        ("failed", "analyses that failed; their last rows stand, marked stale", parts("failed")),
    ]


def markdown(summary: Summary) -> str:
    """The run in a few lines of Markdown."""
    lines = [f"## {summary.study_id}", ""]
    lines += [f"- {len(rows)} {title}" for _, title, rows in tables(summary) if rows]
    current = sum(p.status == "current" for p in summary.parts)
    lines += [f"- {summary.unchanged_count} files unchanged"] if summary.unchanged_count else []
    lines += [f"- {current} analyses current, not computed again"] if current else []
    lines += [f"- {summary.figure_count} figures in {summary.figure_folder}"] if summary.figure_count else []
    lines += [f"- report: {summary.report_path}"] if summary.report_path else []
    lines += [f"- published {summary.published_at:%Y-%m-%d %H:%M} UTC"] if summary.published_at else []
    lines += ["", "### To look at", ""] if summary.warnings else []
    return "\n".join([*lines, *(f"- {w}" for w in summary.warnings)]) + "\n"
