"""``benchlake lineage``: from a result row to its wells, raw files, parameters and versions, in the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

import polars as pl
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from deployments.narrow_tables import Rows
from deployments.row_key import find_row, table_of
from schemas.base import declared
from tasks.engine.lineage import Lineage, Step, trace
from tasks.engine.study_files import read_folder, resolve
from warehouse.store import Warehouse

SHOWN_ROWS = 60
SHORT = 12
CODES = {"run_id", "study_id", "object_id"}


def lineage_of(warehouse: Warehouse, table: str, words: Sequence[str]) -> Lineage:
    """Where one published row comes from. Raises ``UserError`` as ``find_row``, or when its study is gone."""
    declaration = table_of(table)
    with warehouse.snapshot() as session:
        row = find_row(session, declaration, words)
        study = read_folder(resolve(row["study_id"][0], warehouse)).study
        return trace(session, study, declaration.table_name, row)


def print_lineage(found: Lineage, how: Literal["table", "json"], console: Console) -> None:
    """Print it for people, or whole as JSON."""
    if how == "json":
        console.print(
            json.dumps(as_json(found), ensure_ascii=False, indent=1, default=str),
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    else:
        console.print(render(found), soft_wrap=False)


def as_json(found: Lineage) -> dict[str, Any]:
    """Everything: the row, runs, rows by table, files."""
    return {
        "table": found.table,
        "row": dict(found.row),
        "runs": [vars(run) for run in found.runs],
        "steps": [
            {"table": s.table, "by": list(s.by), "beside_count": s.beside_count, "rows": s.rows.to_dicts()}
            for s in found.steps
        ],
        "files": [
            {**row, "files_csv": json.loads(row["files_csv"]) if row["files_csv"] else None}
            for row in found.files.to_dicts()
        ],
    }


def render(found: Lineage) -> RenderableType:
    """The way back, last first: the row, what computed it, what that read, the files."""
    said = {k: v for k, v in found.row.items() if k not in CODES and v is not None}
    parts: list[RenderableType] = [Text(found.table, style="bold"), _pairs(said), Text()]
    if not found.runs:
        parts += [Text("Nothing was computed for it: the row was read from a file or a sheet."), Text()]
    parts += [_runs(found), Text()] if found.runs else []
    for step in found.steps:
        parts += [_step(step, found), Text()]
    parts.append(_files(found))
    return Group(*parts)


def _runs(found: Lineage) -> RenderableType:
    parts: list[RenderableType] = [Text("computed by, the last first", style="bold")]
    for run in found.runs:
        at = f"{run.finished_at:%Y-%m-%d %H:%M} UTC"
        parts.append(Text(f"{run.analysis} [{run.part}]  run {run.run_id[:SHORT]}  {at}"))
        said = json.dumps(dict(run.parameters), ensure_ascii=False, sort_keys=True)
        parts.append(Text(f"    parameters {said}"))
        if run.versions:
            parts.append(Text("    versions   " + ", ".join(f"{k} {v}" for k, v in run.versions.items())))
        if run.changed:
            parts.append(
                Text(
                    f"    since then changed: {', '.join(run.changed)}. What is listed below is what is there now; "
                    "`benchlake run STUDY` computes the row anew.",
                    style="yellow",
                )
            )
    return Group(*parts)


def _step(step: Step, found: Lineage) -> RenderableType:
    count = f"{step.rows.height} row{'' if step.rows.height == 1 else 's'}"
    by = f" with the same {', '.join(step.by)}" if step.by else ""
    beside = f"; {step.beside_count} more were read beside them" if step.beside_count else ""
    names = dict(found.files.select("object_id", "file_name").iter_rows())
    title = Text.assemble((step.table, "bold"), f"  {count}{by}{beside}")
    return Group(title, _grid(_readable(step, names).head(SHOWN_ROWS)), _rest(step.rows.height))


def _rest(height: int) -> RenderableType:
    more = height - SHOWN_ROWS
    return Text(f"… and {more} more; all of them with --format json") if more > 0 else Text("", end="")


def _readable(step: Step, names: dict[str, str]) -> pl.DataFrame:
    """The rows without codes and empty columns; a file by its name."""
    rows = step.rows
    if "object_id" in rows.columns:
        rows = rows.with_columns(pl.col("object_id").replace(names).alias("file"))
    if "sample_name" in rows.columns and rows["sample_name"].equals(rows["sample_id"]):
        rows = rows.drop("sample_name")
    keyed = [c for c in declared()[step.table].key if c in rows.columns]
    order = [*keyed, *(c for c in rows.columns if c not in keyed)]
    is_said = [c for c in order if c not in CODES and (not rows.height or _says(rows[c]))]
    return rows.select(["file", *(c for c in is_said if c != "file")] if "file" in is_said else is_said)


def _says(column: pl.Series) -> bool:
    """Whether a person reads anything there."""
    if column.dtype == pl.Binary or column.null_count() == len(column):
        return False
    return column.dtype != pl.String or bool((column != "").any())


def _files(found: Lineage) -> RenderableType:
    title = Text.assemble(("raw files", "bold"), f"  {found.files.height}")
    said = found.files.with_columns(
        pl.when("is_direct").then(pl.lit("the rows above")).otherwise(pl.lit("rows beside them")).alias("gave"),
        pl.col("received_at").dt.strftime("%Y-%m-%d %H:%M").alias("received (UTC)"),
        pl.concat_str("parser", "parser_version", separator=" ", ignore_nulls=True).alias("read by"),
        pl.col("object_id").alias("sha256"),
    )
    columns = ["file_name", "gave", "status", "received (UTC)", "read by", "layout", "files_csv", "sha256"]
    return Group(title, _grid(said.select(columns)))


def _grid(rows: pl.DataFrame) -> RenderableType:
    numbers = frozenset(name for name, dtype in rows.schema.items() if dtype.is_numeric() or dtype.is_temporal())
    return Rows(rows.columns, [[_cell(v) for v in row] for row in rows.iter_rows()], numbers)


def _pairs(said: dict[str, Any]) -> RenderableType:
    grid = Table(show_header=False, show_edge=False, pad_edge=False, box=None)
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for name, value in said.items():
        grid.add_row(name, Text(_cell(value)))
    return grid


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value)
