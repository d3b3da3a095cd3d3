"""From a result row back through the runs that made it to wells, bands and counts, and to the raw files.

The way is derived, not written down: an analysis declares what it reads and which rows each of its parts reads, and
a column of the same name (or declared ``SameAs``) is the same quantity in every table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from schemas.base import columns, declared, derived_tables
from schemas.study import Study
from tasks.contracts import Analysis
from tasks.engine.figures import computations
from warehouse.matching import Where, matched, row_count
from warehouse.plan import PartPlan, excluded, is_fact, plan
from warehouse.runs import RUNS, with_exclusions
from warehouse.store import Session

NO_QUANTITY = {"study_id", "run_id"}
READMITTED = "result.readmitted_measurements"
OBJECTS, FILES, ABOUT = "core.raw_objects", "core.derived_files", {"core.raw_objects"}


@dataclass(frozen=True)
class Run:
    """A run on the way: what it computed with which parameters and versions, and what it read that has changed since.

    ``changed`` names inputs of which other rows, or none, are there now than those that the run read.
    """

    analysis: str
    part: str
    run_id: str
    finished_at: object
    parameters: Mapping[str, Any]
    versions: Mapping[str, str]
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """Rows of one table on the way.

    ``rows`` are those that belong to the result row by the columns ``by``; ``beside_count`` rows more were
    read by the same runs: other groups of the pooled variance, blanks, the reference condition, other genes.
    """

    table: str
    rows: pl.DataFrame
    by: tuple[str, ...]
    beside_count: int


@dataclass(frozen=True)
class Lineage:
    """All that a result row stems from: the row, runs from last to first, tables, raw files (one row per file).

    ``files`` has ``file_name, object_id, received_at, parser, parser_version, size_bytes, status, is_direct``
    (whether one of the rows listed is from it), ``layout`` and ``files_csv`` (its row there, as JSON).
    """

    table: str
    row: Mapping[str, Any]
    runs: tuple[Run, ...]
    steps: tuple[Step, ...]
    files: pl.DataFrame


@dataclass
class _Way:
    """What is gathered on the way back."""

    found: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    by: dict[str, dict[str, None]] = field(default_factory=dict)
    read: dict[str, list[Where]] = field(default_factory=dict)
    direct: set[str] = field(default_factory=set)
    objects: set[str] = field(default_factory=set)
    runs: list[Run] = field(default_factory=list)


def trace(session: Session, study: Study, table: str, row: pl.DataFrame) -> Lineage:
    """Follow one row (a frame of height 1 with all columns of ``table``) back to the files.

    Works on the published snapshot and on the warehouse; ``study`` is the study as its folder says it now.
    """
    way = _Way(found={table: [row]})
    _note_objects(way, table, row, is_direct=True)
    for analysis in reversed(computations().values()):
        made = {name: pl.concat(way.found[name]).unique() for name in analysis.writes if name in way.found}
        made = {name: frame for name, frame in made.items() if "run_id" in frame.columns}
        if made:
            _follow(session, study, analysis, made, way)
    exclusions = excluded(session, study.study_id)
    steps = []
    for name, frames in way.found.items():
        rows = pl.concat(frames).unique(maintain_order=True)
        if name != table and (rows.height or row_count(session, name, way.read[name])):
            order = [c for c in declared()[name].key if c in rows.columns]
            rows = with_exclusions({name: rows.sort(order, nulls_last=True)}, exclusions)[name]
            steps.append(Step(name, rows, tuple(way.by[name]), row_count(session, name, way.read[name]) - rows.height))
    return Lineage(table, row.row(0, named=True), tuple(way.runs), tuple(steps), _files(session, study, way))


def _follow(session: Session, study: Study, analysis: Analysis, made: Mapping[str, pl.DataFrame], way: _Way) -> None:
    """Add what the runs of an analysis read for the rows that they made."""
    ids = sorted({i for frame in made.values() for i in frame["run_id"].drop_nulls()})
    where: dict[str, Sequence[Any]] = {
        "study_id": [study.study_id],
        "analysis": [analysis.name],
        "run_id": ids,
        "status": ["done"],
    }
    runs = session.read(RUNS, where).sort("finished_at").unique("run_id", keep="last").sort("part")
    if not runs.height:
        return
    plans = {p.part.key: p for p in plan(session, analysis, study, {})}
    for run in runs.iter_rows(named=True):
        known = plans.get(run["part"])
        way.runs.append(_run(run, known))
        for name in _reads(analysis, known):
            where = {"study_id": [study.study_id], **(known.part.where.get(name, {}) if known else {})}
            for own, frame in made.items():
                mine = frame.filter((pl.col("run_id") == run["run_id"]) & _is_made_of(name, frame))
                sought = _sought(own, mine, name)
                if sought is not None:
                    _read(session, name, where, sought, way)


def _is_made_of(read: str, rows: pl.DataFrame) -> pl.Expr:
    """Rows that a table can have gone into: what is put back goes into no test without it."""
    is_without = read == READMITTED and "role" in rows.columns
    return pl.col("role") == "including_excluded" if is_without else pl.lit(value=True)


def _reads(analysis: Analysis, known: PartPlan | None) -> list[str]:
    if known is None:
        return []
    return [t for t in (analysis.reads if known.part.tables is None else known.part.tables) if t not in ABOUT]


def _run(run: Mapping[str, Any], known: PartPlan | None) -> Run:
    then, parameters = json.loads(run["inputs"]), json.loads(run["parameters"])
    if known is None:
        changed = ["the study's sheets, which name this part no more"]
    else:
        names = {**then, **known.inputs}
        changed = [n for n in names if then.get(n) != known.inputs.get(n)]
        now = json.loads(json.dumps(dict(known.part.parameters)))
        changed += ["parameters"] if now != parameters else []
        if not changed and known.fingerprint != run["run_id"]:
            changed = ["code or versions of libraries"]
    return Run(
        run["analysis"],
        run["part"],
        run["run_id"],
        run["finished_at"],
        parameters,
        json.loads(run["versions"]),
        tuple(changed),
    )


def _sought(own: str, rows: pl.DataFrame, read: str) -> pl.DataFrame | None:
    """Values of the quantities that identify ``rows`` under their names in the table read; none without rows."""
    if not rows.height:
        return None
    there = declared()[FILES if read in derived_tables() else read].model_fields.keys() - NO_QUANTITY
    named: dict[str, list[str]] = {}
    for column in columns(declared()[own]):
        name = column.same_as or column.name
        if name in there and (column.same_as or column.name in declared()[own].key):
            named.setdefault(name, []).append(column.name)
    listed = rows.select(pl.concat_list(names).alias(name) for name, names in named.items())
    for name in named:
        listed = listed.explode(name)
    return listed.unique()


def _read(session: Session, name: str, where: Mapping[str, Any], sought: pl.DataFrame, way: _Way) -> None:
    table = name
    if name in derived_tables():
        table, where = FILES, {**where, "kind": [name.partition(".")[2]]}
    rows, by = matched(session, table, where, sought)
    way.found.setdefault(table, []).append(rows)
    way.by.setdefault(table, {}).update(dict.fromkeys(by))
    if where not in way.read.setdefault(table, []):
        way.read[table].append(where)
    _note_objects(way, table, rows, is_direct=True)
    if is_fact(table):
        _note_objects(way, table, session.read(table, where, ["object_id"], distinct=True), is_direct=False)


def _note_objects(way: _Way, table: str, rows: pl.DataFrame, *, is_direct: bool) -> None:
    if is_fact(table) or (table.startswith("result.") and "object_id" in rows.columns):
        ids = set(rows["object_id"].drop_nulls())
        way.objects |= ids
        way.direct |= ids if is_direct else set()


def _files(session: Session, study: Study, way: _Way) -> pl.DataFrame:
    names = ["file_name", "object_id", "received_at", "parser", "parser_version", "size_bytes", "status"]
    where = {"study_id": [study.study_id], "object_id": sorted(way.objects)}
    files = session.read(OBJECTS, where, names).sort("file_name", "received_at")
    rows = [study.file_row(name) for name in files["file_name"]]
    said = [
        r.model_dump(exclude_none=True, exclude={"line", "problem", "attributes"}) | r.attributes if r else None
        for r in rows
    ]
    return files.with_columns(
        pl.col("object_id").is_in(sorted(way.direct)).alias("is_direct"),
        pl.Series("layout", [r.layout if r else None for r in rows], dtype=pl.String),
        pl.Series("files_csv", [json.dumps(s, ensure_ascii=False) if s else None for s in said], dtype=pl.String),
    )
