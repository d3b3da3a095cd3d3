"""The data dictionary: every table, view and column in Markdown, as declared.

``python -m schemas.dictionary`` writes it to ``docs/DICTIONARY.md``.
"""

from __future__ import annotations

from pathlib import Path

from schemas.base import SCHEMAS, Column, Table, columns, declared
from schemas.views import View, documented_views

PATH = Path(__file__).parents[1] / "docs" / "DICTIONARY.md"
_TYPES = {"String": "text", "Int64": "integer", "Float64": "number", "Boolean": "true/false", "Binary": "bytes"}
_ORDER = ("mart", *(name for name in SCHEMAS if name != "mart"))
_HEADER = """# Data dictionary

Written by `python -m schemas.dictionary` from the declarations in `schemas/tables/` and the comments of the views
in `warehouse/models/`; change those, not this file. `mart` is what people ask first: views over the tables below.
Null means "not measured" or "does not apply". Columns in **bold** are the key: together they name one row.
"""


def dictionary() -> str:
    """Markdown of all tables and views, by schema and then by name; ``core`` is measured, ``result`` computed."""
    said = {name: (table.description(), _section(table)) for name, table in declared().items()}
    said |= {name: (view.description, _view(view)) for name, view in documented_views().items()}
    ordered = sorted(said, key=lambda name: (_ORDER.index(name.partition(".")[0]), name))
    contents = "\n".join(f"- [{name}](#{name.replace('.', '')}): {said[name][0]}" for name in ordered)
    return "\n\n".join([_HEADER.rstrip(), contents, *(said[name][1] for name in ordered)]) + "\n"


def _view(view: View) -> str:
    rows = "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        for cells in (
            (c.name, _type(c), c.unit or "", _values(c) if c.values else "", c.description) for c in view.columns
        )
    )
    header = "| column | type | unit | values | description |\n|---|---|---|---|---|"
    return f"## {view.name}\n\n{view.description} {view.grain} A view.\n\n{header}\n{rows}"


def _section(table: type[Table]) -> str:
    rows = "\n".join(_row(column, table) for column in columns(table))
    replaced = ", ".join(f"`{name}`" for name in table.replace_by)
    if table.is_derived:
        replaced += ". It is a view over Parquet files, one per raw file, which may have further columns"
    return (
        f"## {table.table_name}\n\n{table.description()} Rows are replaced by {replaced}.\n\n"
        f"| column | type | unit | may be null | values | description |\n|---|---|---|---|---|---|\n{rows}"
    )


def _row(column: Column, table: type[Table]) -> str:
    name = f"**{column.name}**" if column.name in table.key else column.name
    kind = _type(column)
    meaning = column.description + (f" References `{column.references}`." if column.references else "")
    cells = [name, kind, column.unit or "", "yes" if column.is_nullable else "", _values(column), meaning]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type(column: Column) -> str:
    return "time (UTC)" if str(column.dtype).startswith("Datetime") else _TYPES[str(column.dtype)]


def _values(column: Column) -> str:
    if column.values is not None:
        return ", ".join(f"`{value}`" for value in column.values)
    signs = (("≥", column.ge), (">", column.gt), ("≤", column.le), ("<", column.lt))
    bounds = ", ".join(f"{sign} {bound:g}" for sign, bound in signs if bound is not None)
    return bounds or (f"`{column.pattern}`" if column.pattern else "")


if __name__ == "__main__":
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(dictionary(), encoding="utf-8")
