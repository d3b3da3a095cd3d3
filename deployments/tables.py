"""``benchlake tables``: the data dictionary in the terminal, from the declarations."""

from __future__ import annotations

import difflib
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from schemas.base import Column, columns, declared
from schemas.base import Table as Declared
from schemas.errors import UserError
from schemas.views import View, documented_views

LAYERS = {
    "core": "what was measured",
    "result": "what was computed",
    "mart": "views for people, to ask first",
    "ops": "how it came about",
}


def print_tables(name: str | None, console: Console) -> None:
    """Print the list of tables, or one of them. Raises ``UserError`` for a name that is none."""
    console.print(overview() if name is None else details(name))


def overview() -> RenderableType:
    """Every table with what one row of it is, and every view with what it shows, by schema."""
    said = {name: table.description() for name, table in declared().items()}
    said |= {name: view.description for name, view in documented_views().items()}
    found = sorted(said.items(), key=lambda item: (list(LAYERS).index(item[0].split(".")[0]), item[0]))
    parts: list[RenderableType] = []
    for layer, members in groupby(found, key=lambda item: item[0].split(".")[0]):
        grid = Table(
            title=f"{layer}: {LAYERS[layer]}", title_justify="left", show_header=False, box=None, padding=(0, 2)
        )
        grid.add_column(no_wrap=True, style="bold")
        grid.add_column(overflow="fold")
        for name, description in members:
            grid.add_row(name, Text(description))
        parts += [grid, Text()]
    parts.append(Text("benchlake tables NAME lists the columns of one."))
    return Group(*parts)


def details(name: str) -> RenderableType:
    """One table or view: what a row is, and each column with type, unit, values and meaning.

    ``name`` is ``schema.table``, or the table alone where only one schema has it. Raises
    ``UserError`` that suggests the nearest names.
    """
    found = _find(name)
    grid = Table(show_edge=False, header_style="bold", pad_edge=False)
    grid.add_column("column", no_wrap=True, style="bold")
    grid.add_column("type", no_wrap=True)
    grid.add_column("meaning", overflow="fold")
    is_view = found.name in documented_views()  # where null comes and goes with the joins
    for column in found.columns:
        kind = type_name(column)
        grid.add_row(column.name, kind.removesuffix("?") if is_view else kind, Text(meaning(column)))
    return Group(Text(found.name, style="bold"), Text(found.description), Text(f"{found.grain}\n"), grid)


def type_name(column: Column) -> str:
    """The column's type in words, with ``?`` where it may be null."""
    words = {"String": "text", "Int64": "integer", "Float64": "number", "Boolean": "yes/no", "Binary": "bytes"}
    base = str(column.dtype).split("(", maxsplit=1)[0]
    return words.get(base, "time (UTC)" if base == "Datetime" else base) + ("?" if column.is_nullable else "")


def meaning(column: Column) -> str:
    """What the column says: description, unit, allowed values or range, and where it points."""
    parts = [column.description.rstrip(".") + "."]
    if column.unit:
        parts.append(f"In {column.unit}.")
    if column.values:
        parts.append(f"One of {', '.join(column.values)}.")
    bounds = [
        f"{sign} {limit:g}"
        for sign, limit in ((">=", column.ge), (">", column.gt), ("<=", column.le), ("<", column.lt))
        if limit is not None
    ]
    if bounds:
        parts.append(f"Always {' and '.join(bounds)}.")
    if column.references:
        parts.append(f"Refers to {column.references}.")
    return " ".join(parts)


def _find(name: str) -> View:
    found = {full: _as_view(table) for full, table in declared().items()} | documented_views()
    matches = [full for full in found if name in (full, full.split(".")[1])]
    if len(matches) == 1:
        return found[matches[0]]
    if matches:
        raise UserError(f"{name!r} is in several schemas: {', '.join(sorted(matches))}. Give one of these.")
    by_short = {key: full for full in found for key in (full, full.split(".")[1])}
    near = list(dict.fromkeys(by_short[n] for n in difflib.get_close_matches(name.lower(), list(by_short), 3, 0.5)))
    hint = f"Did you mean {' or '.join(near)}?" if near else "`benchlake tables` lists all of them."
    raise UserError(f"There is no table {name!r}. {hint}")


def _as_view(table: type[Declared]) -> View:
    return View(table.table_name, table.description(), f"One row per {', '.join(table.key)}.", columns(table))
