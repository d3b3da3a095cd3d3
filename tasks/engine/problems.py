"""Problems as rows of ``ops.validation_results``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl

from schemas.errors import BadInputError, Problem, Severity
from schemas.polars_schema import schema
from schemas.tables.validation_results import ValidationResult
from tasks.contracts import Analysis, Computed
from tasks.methods.null_reasons import null_warnings
from warehouse.plan import digest


def said(analysis: Analysis, part: str, result: Computed | BadInputError) -> tuple[Problem, ...]:
    """What people should know of a part: its problems, and the cultures that lack a value without a word there."""
    if isinstance(result, BadInputError) or analysis.feeds is None:
        return tuple(result.problems)
    rows, told = result.frames.get(analysis.feeds.table, pl.DataFrame()), {p.rule for p in result.problems}
    return (*result.problems, *null_warnings(rows, what=f"{analysis.feeds.assay}, {part}", told=told))


def problem_rows(
    study_id: str,
    source: str,
    problems: Iterable[Problem],
    checked_at: datetime,
    objects: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Rows for a set of problems, each once; ``objects`` gives the raw object by file name."""
    known = objects or {}
    rows = {}
    for problem in problems:
        problem_id = digest([problem.file, problem.rule, problem.place, problem.value, problem.message])
        rows[problem_id] = {
            "study_id": study_id,
            "source": source,
            "file_name": problem.file,
            "problem_id": problem_id,
            "object_id": known.get(problem.file),
            "severity": str(problem.severity),
            "rule": problem.rule,
            "place": problem.place,
            "value": problem.value,
            "message": problem.message,
            "remedy": problem.remedy,
            "offending_rows": problem.offending_rows or None,
            "checked_at": checked_at,
        }
    return pl.DataFrame(list(rows.values()), schema=schema(ValidationResult), orient="row")


def problems_of_rows(rows: pl.DataFrame) -> list[Problem]:
    """The problems that rows of ``ops.validation_results`` hold, in no order."""
    return [
        Problem(
            Severity(row["severity"]),
            row["file_name"],
            row["place"],
            row["value"],
            row["rule"],
            row["message"],
            row["remedy"],
            row["offending_rows"] or "",
        )
        for row in rows.iter_rows(named=True)
    ]
