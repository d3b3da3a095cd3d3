"""The SQL models: one SELECT per file under ``models/``, in an order in which each may read the earlier ones."""

from __future__ import annotations

import re
from functools import cache
from graphlib import CycleError, TopologicalSorter

from schemas.errors import DeclarationError
from schemas.views import COMMENT, FOLDER, documented_views

HEADER = re.compile(r"\A-- \S[^\n]*\n-- \S[^\n]*\n")


def reference_order(models: dict[str, str]) -> list[tuple[str, str]]:
    """Sort views by name, each after the views that it reads; ``models`` is full name (``mart.x``) to SQL.

    Raises ``DeclarationError`` for a model without its two header lines, one that reads an unknown
    view of its own schema, and views that read each other in a circle.
    """
    needs: dict[str, set[str]] = {}
    for name, sql in sorted(models.items()):
        if not HEADER.match(sql):
            raise DeclarationError(f"{name}: two comment lines come first: what it shows; its grain and what it reads")
        schema = name.partition(".")[0]
        needs[name] = set(re.findall(rf"\b{re.escape(schema)}\.[a-z]\w*", COMMENT.sub("", sql)))
        if unknown := needs[name] - models.keys():
            raise DeclarationError(f"{name} reads {sorted(unknown)}, which no file defines")
    sorter = TopologicalSorter(needs)
    order: list[str] = []
    try:
        sorter.prepare()
    except CycleError as error:
        raise DeclarationError(f"views read each other in a circle: {' > '.join(error.args[1])}") from error
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return [(name, models[name].strip().removesuffix(";")) for name in order]


@cache
def views() -> list[tuple[str, str]]:
    """Every view as (full name, SELECT) in reference order; a file's name is the view's name."""
    files = sorted(FOLDER.glob("*/*.sql"))
    return reference_order({f"{path.parent.name}.{path.stem}": path.read_text("utf-8") for path in files})


def comments() -> list[tuple[str, str, str]]:
    """What is said of every view and column, for ``COMMENT ON``: kind (VIEW, COLUMN), full name, text."""
    found: list[tuple[str, str, str]] = []
    for view in documented_views().values():
        found.append(("VIEW", view.name, f"{view.description} {view.grain}"))
        found += [("COLUMN", f"{view.name}.{c.name}", c.description) for c in view.columns]
    return found
