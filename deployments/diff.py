"""``benchlake diff``: what changed since results were frozen, for people, as JSON or as CSV."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Literal

import polars as pl
from rich.console import Console, Group, RenderableType
from rich.text import Text

from deployments.narrow_tables import Rows
from tasks.engine.result_diff import Diff
from tasks.methods.result_changes import RELATIVE

LISTED = 25
DIGITS, MOST_DIGITS = 4, 17
NUMBERS = frozenset({"was", "is", "rows", "changed rows", "part count"})
FRAMES = ("results", "files", "exclusions", "parameters", "versions")


_TABLES = tuple(f"result.{name}" for name in ("pairwise_tests", "group_tests", "time_course_tests", "rescue"))
_PRINTED = (
    "padj", "pvalue", "n", "n_a", "n_b", "mean", "mean_difference", "ratio", "effect_size", "rescue",
    "log2_fold_change", "fold_enrichment", "percent_viability", "fold_change",
)  # fmt: skip


def print_diff(diff: Diff, how: Literal["table", "json", "csv"], console: Console) -> None:
    """Print it: readable; whole as JSON; or the changed results as CSV."""
    if how == "json":
        said = {"study_id": diff.study_id, "label": diff.label, "frozen_at": diff.frozen_at, "alpha": diff.alpha}
        whole = said | {name: getattr(diff, name).to_dicts() for name in FRAMES}
        console.print(
            json.dumps(whole, ensure_ascii=False, indent=1, default=str), markup=False, highlight=False, soft_wrap=True
        )
    elif how == "csv":
        console.print(diff.results.write_csv(), end="", markup=False, highlight=False, soft_wrap=True)
    else:
        console.print(render(diff), soft_wrap=False)


def render(diff: Diff) -> RenderableType:
    """Flips of significance first, then other numbers, then what may have caused them."""
    head = f"{diff.study_id} since {diff.label} ({diff.frozen_at:%Y-%m-%d %H:%M} UTC)"
    same = f"{diff.row_count:,} rows of {diff.table_count} result tables; numbers are the same within {RELATIVE:g}"
    if diff.is_empty:
        return Group(Text(head, style="bold"), Text(f"Nothing changed: {same}."))
    ordered = as_read(diff.results)
    flips, others = ordered.filter("is_flip"), ordered.filter(~pl.col("is_flip"))
    shown = ("table", "row", "column", "was", "is", "files")
    counts = others.group_by("table", "kind").agg(
        pl.struct("row").n_unique().alias("rows"), pl.col("column").drop_nulls().unique().sort().str.join(", ")
    )
    parts = [
        Text(head, style="bold"),
        Text(f"Compared: {same}.") if diff.results.height else Text(f"No result changed: {same}."),
        _section(f"significance changed (at {diff.alpha:g}, or by the table's own call)", flips, ("kind", *shown)),
        _section("other changes, by table", counts.sort("table", "kind"), ("table", "kind", "rows", "column")),
        _section("p, n and estimates", _told(others), shown),
        _section("files since", diff.files, ("file", "change", "reason", "changed_rows")),
        _section(
            "exclusions since", diff.exclusions, ("change", "file_name", "well", "sample_id", "reason", "changed_rows")
        ),
        _section("parameters since", diff.parameters, ("analysis", "name", "was", "is", "part_count")),
        _section("versions since", diff.versions, ("analysis", "name", "was", "is", "part_count")),
    ]
    if diff.results.height and not any(getattr(diff, name).height for name in FRAMES[1:]):
        parts.append(Text("No file, exclusion, parameter or version changed: a sheet or benchlake itself did."))
    return Group(*(p for p in parts if p is not None))


def as_read(results: pl.DataFrame) -> pl.DataFrame:
    """Changes in the order in which people look at them: pairs of groups, primary tests and p-values first."""
    table, column = ({name: place for place, name in enumerate(names)} for names in (_TABLES, _PRINTED))
    return (
        results.with_row_index("at")
        .sort(
            pl.col("table").replace_strict(table, default=len(table)),
            pl.col("table") == "result.assumption_checks",  # they never decide
            ~pl.col("row").str.contains("role=primary"),
            pl.col("at").min().over("table", "row"),
            pl.col("column").replace_strict(column, default=len(column)),
            maintain_order=True,
        )
        .drop("at")
    )


def _told(others: pl.DataFrame) -> pl.DataFrame:
    """Changed numbers of tests, the ones that a paper prints."""
    is_printed = pl.col("column").is_in(_PRINTED)
    return others.filter(is_printed | (pl.col("column").is_null() & pl.col("table").str.contains("tests")))


def _section(title: str, rows: pl.DataFrame, columns: tuple[str, ...]) -> RenderableType | None:
    if not rows.height:
        return None
    more = rows.height - LISTED
    note = Text(f"… and {more} more; all of them with --format json") if more > 0 else Text("", end="")
    cells = []
    for row in rows.head(LISTED).select(columns).iter_rows(named=True):
        texts = {name: _cell(value) for name, value in row.items()}
        if "is" in row:
            texts |= dict(zip(("was", "is"), _told_apart(row["was"], row["is"]), strict=True))
        cells.append(list(texts.values()))
    grid = Rows([name.replace("_", " ") for name in columns], cells, NUMBERS)
    return Group(Text(), Text(title, style="bold"), grid, note)


def _told_apart(was: str | None, now: str | None) -> tuple[str, str]:
    """Two values, numbers with as many digits as their difference needs."""
    pairs = ((_cell(was, digits), _cell(now, digits)) for digits in range(DIGITS, MOST_DIGITS))
    return next((pair for pair in pairs if pair[0] != pair[1]), (str(was), str(now)))


def _cell(value: object, digits: int = DIGITS) -> str:
    if value is None:
        return ""
    with suppress(ValueError):
        if isinstance(value, str) and "." in value:
            return f"{float(value):.{digits}g}"
    return str(value)
