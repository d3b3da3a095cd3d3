"""The SQL models: one SELECT per file under ``models/mart/``, in an order in which each may read the earlier ones."""

from __future__ import annotations

import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from schemas.errors import DeclarationError

FOLDER = Path(__file__).with_name("models") / "mart"
COMMENT = re.compile(r"--[^\n]*")
MART_VIEW = re.compile(r"\bmart\.([a-z]\w*)")
HEADER = re.compile(r"\A-- \S[^\n]*\n-- \S[^\n]*\n")


def reference_order(models: dict[str, str]) -> list[tuple[str, str]]:
    """Sort the views of ``mart``, each after those that it reads; ``models`` is name to SQL.

    Raises ``DeclarationError`` for a model without its two header lines, one that reads an unknown
    mart view, and views that read each other in a circle.
    """
    needs: dict[str, set[str]] = {}
    for name, sql in sorted(models.items()):
        if not HEADER.match(sql):
            raise DeclarationError(f"{name}: two comment lines come first: what it shows; its grain and what it reads")
        needs[name] = set(MART_VIEW.findall(COMMENT.sub("", sql)))
        if unknown := needs[name] - models.keys():
            raise DeclarationError(f"{name} reads {sorted(unknown)} of mart, which no file defines")
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise DeclarationError(f"views read each other in a circle: {' > '.join(error.args[1])}") from error
    return [(name, models[name].strip().removesuffix(";")) for name in order]


@cache
def views() -> list[tuple[str, str]]:
    """Name and SELECT of every mart view, in reference order; a file's name is the view's name."""
    return reference_order({path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.sql"))})
