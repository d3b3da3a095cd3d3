"""Runs of analyses: their rows replaced together, their attempts written down."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from schemas.base import derived_tables, tables
from schemas.polars_schema import conform, schema
from schemas.tables.analysis_runs import AnalysisRun
from tasks.contracts import Analysis, Computed, Part
from warehouse.code_hash import versions
from warehouse.plan import PartPlan, digest, excluded, history, is_fact
from warehouse.store import Session

RUNS = "ops.analysis_runs"
LOST = "its files are gone from the home's objects"
ENDED = "the study names it no more"  # last_attempts.sql leaves such parts out


def inputs(session: Session, analysis: Analysis, plan: PartPlan) -> dict[str, pl.DataFrame]:
    """The rows that a part reads, with ``is_excluded`` on facts and samples."""
    exclusions = excluded(session, plan.study_id)
    frames: dict[str, pl.DataFrame] = {}
    for table in analysis.reads if plan.part.tables is None else plan.part.tables:
        where = {"study_id": [plan.study_id], **plan.part.where.get(table, {})}
        frame = session.read_derived(table, where) if table in derived_tables() else session.read(table, where)
        frames[table] = frame
    return with_exclusions(frames, exclusions)


def with_exclusions(frames: Mapping[str, pl.DataFrame], exclusions: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Add ``is_excluded`` to facts and samples; ``exclusions`` as ``warehouse.plan.excluded`` gives them."""
    marked = dict(frames)
    for table, frame in frames.items():
        if is_fact(table):
            marked[table] = frame.with_columns(_excludes(exclusions, frame.columns).alias("is_excluded"))
        elif table == "core.samples":
            whole = exclusions.filter(pl.col("file_name").is_null() & pl.col("well").is_null())["sample_id"]
            marked[table] = frame.with_columns(pl.col("sample_id").is_in(whole.implode()).alias("is_excluded"))
    return marked


def _excludes(exclusions: pl.DataFrame, columns: Sequence[str]) -> pl.Expr:
    """Whether a row of a fact is named by an exclusion of its file, of a well or of a sample in it."""
    found = pl.lit(value=False)
    for row in exclusions.filter(pl.col("object_id").is_not_null()).iter_rows(named=True):
        hit = pl.col("object_id") == row["object_id"]
        for column in ("well", "sample_id"):
            if row[column] is not None:
                hit &= (
                    (pl.col(column) == row[column]).fill_null(value=False) if column in columns else pl.lit(value=False)
                )
        found |= hit
    return found


def replace(
    session: Session,
    analysis: Analysis,
    plan: PartPlan,
    computed: Computed,
    started_at: datetime,
    refusal: str | None = None,
) -> tuple[int, int]:
    """Replace a part's rows in all its tables and write the run down; call it inside a transaction.

    Gives the rows of its first table and of the others. ``refusal``: why a part that was looked
    at cannot give a row; it counts as skipped, and is not looked at again as long as nothing changes.
    """
    unknown = set(computed.frames) - set(analysis.writes)
    if unknown:
        raise ValueError(f"{analysis.name} gives {sorted(unknown)}, which it does not declare in writes")
    heights = {table: computed.frames[table].height for table in analysis.writes if table in computed.frames}
    rows = heights.get(analysis.writes[0], 0)
    record(session, plan, "skipped" if refusal else "done", refusal, started_at, rows, analysis)
    for table in analysis.writes:
        if plan.previous_run:
            session.delete(table, {"study_id": [plan.study_id], "run_id": [plan.previous_run]})
        if table in computed.frames and computed.frames[table].height:
            known = {"study_id": plan.study_id, "run_id": plan.fingerprint}
            frame = conform(computed.frames[table], tables()[table], known)
            session.insert(table, frame.sort(tables()[table].sort_by, nulls_last=True))
            session.check_references(tables()[table], {"study_id": [plan.study_id], "run_id": [plan.fingerprint]})
    return rows, sum(heights.values()) - rows


def record(
    session: Session,
    plan: PartPlan,
    status: str,
    reason: str | None,
    started_at: datetime,
    rows: int,
    analysis: Analysis,
) -> None:
    """Write an attempt down."""
    row = {
        "attempt_id": f"{plan.fingerprint[:32]}-{plan.attempt + 1}",
        "study_id": plan.study_id,
        "analysis": plan.analysis,
        "part": plan.part.key,
        "run_id": plan.fingerprint,
        "fingerprint": plan.fingerprint,
        "status": status,
        "reason": reason,
        "parameters": json.dumps(dict(plan.part.parameters), sort_keys=True, ensure_ascii=False),
        "versions": json.dumps(versions(analysis.libraries), sort_keys=True),
        "inputs": json.dumps(dict(plan.inputs), sort_keys=True),
        "started_at": started_at,
        "finished_at": datetime.now(UTC),
        "row_count": rows,
    }
    session.insert(RUNS, pl.DataFrame([row], schema=schema(AnalysisRun)))


def record_unplanned(session: Session, analysis: Analysis, study_id: str, part: str, reason: str) -> None:
    """Write down that an analysis could not say its parts, once as long as the reason is the same.

    ``part`` stands for all of them; ``retire`` ends it when they can be said again. Call it inside a transaction.
    """
    known = history(session, study_id, analysis.name).get(part)
    if known is not None and (known["status"], known["reason"]) == ("failed", reason):
        return
    why = digest(["unplanned", analysis.name, study_id, reason])
    attempt = known["attempts"].get(why, 0) if known is not None else 0
    plan = PartPlan(analysis.name, study_id, Part(part), why, {}, "new", None, attempt, is_recorded=False)
    record(session, plan, "failed", reason, datetime.now(UTC), 0, analysis)


def record_loss(session: Session, plan: PartPlan, analysis: Analysis) -> None:
    """Write down that a run's files are gone, which makes its part stale."""
    record(session, plan, "failed", LOST, datetime.now(UTC), 0, analysis)


def retire(session: Session, analysis: Analysis, study_id: str, plans: Iterable[PartPlan]) -> list[str]:
    """Drop rows and problems of parts that are skipped now or are no part of the study any more.

    Gives the parts of the latter kind that had rows. Call it inside a transaction.
    """
    ended: list[str] = []
    now, wanted = datetime.now(UTC), {p.part.key: p for p in plans}
    for key, known in history(session, study_id, analysis.name).items():
        plan, is_over = wanted.get(key), known["reason"] == ENDED
        if (plan is None and not is_over) or (plan is not None and plan.state == "skipped"):
            if known["previous_run"]:
                for table in analysis.writes:
                    session.delete(table, {"study_id": [study_id], "run_id": [known["previous_run"]]})
            session.delete("ops.validation_results", {"study_id": [study_id], "source": [f"{analysis.name}/{key}"]})
        if plan is None and not is_over:
            _record_end(session, analysis, study_id, key, known, now)
            ended += [key] if known["previous_run"] else []
    for plan in wanted.values():
        if plan.state == "skipped" and not plan.is_recorded:
            record(session, plan, "skipped", plan.part.skip, now, 0, analysis)
    return ended


def _record_end(
    session: Session, analysis: Analysis, study_id: str, key: str, known: Mapping[str, object], now: datetime
) -> None:
    ended = digest(["ended", analysis.name, study_id, key])
    attempts = known["attempts"]
    assert isinstance(attempts, dict)
    plan = PartPlan(
        analysis.name, study_id, Part(key), ended, {}, "skipped", None, attempts.get(ended, 0), is_recorded=False
    )
    record(session, plan, "skipped", ENDED, now, 0, analysis)


def blocked(session: Session, study_id: str) -> dict[str, str]:
    """Assays in which two loaded files say that they are the same reading, with the message."""
    found: dict[str, str] = {}
    for assay, table, what, names in (
        ("cell_viability", "core.plate_wells", "plate", "plate, well, time_h, measure, wavelength_nm"),
        ("qpcr", "core.qpcr_wells", "plate", "plate, well, target, reading"),
        ("western_blot", "core.blot_bands", "membrane", "membrane, lane, target, band, time_h"),
    ):
        rows = session.query(
            f"WITH twice AS (SELECT {what} AS name, list(DISTINCT object_id) AS ids FROM {table} "  # noqa: S608 (names from the list above)
            f"WHERE study_id = ? AND {what}_is_explicit GROUP BY {names} HAVING count(DISTINCT object_id) > 1) "
            "SELECT t.name, string_agg(DISTINCT o.file_name, ' and ' ORDER BY o.file_name) AS files FROM twice AS t "
            "JOIN core.raw_objects AS o "
            "ON list_contains(t.ids, o.object_id) AND o.study_id = ? AND o.status = 'loaded' "
            "GROUP BY t.name, t.ids ORDER BY ALL LIMIT 1",
            [study_id, study_id],
        )
        if rows.height:
            found[assay] = (
                f"{rows['files'][0]} both say that they are {what} {rows['name'][0]}: one reading cannot have two "
                f"values. Retract one with `benchlake retract STUDY FILE --reason …`, or correct `{what}` in files.csv."
            )
    return found
