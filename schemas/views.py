"""What the SQL views show, as their files say: the first two lines what and per what, then the columns of their own.

A view of the folder ``warehouse/models`` opens with two comment lines (what it shows; what one row is, and what
it reads) and one comment line for each column that no table it reads has under the same name:

    -- n, integer: Donors or cultures with a value.
    -- mean_percent_viability, number in %: Mean over donors or cultures.
    -- tier, text of EvidenceTier: The weakest evidence among its edges.

``of`` names the vocabulary (``schemas.vocabulary``) that a text is of.

All other columns mean what they mean in the first table or view of the file that has them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import get_args

import polars as pl

from schemas import vocabulary
from schemas.base import SCHEMAS, Column, columns, declared
from schemas.errors import DeclarationError

FOLDER = Path(__file__).parents[1] / "warehouse" / "models"
COMMENT = re.compile(r"--[^\n]*")
_TYPES = {
    "text": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "true/false": pl.Boolean,
    "time": pl.Datetime("us", "UTC"),
}
_OWN = re.compile(rf"-- (\w+), ({'|'.join(_TYPES)})(?: in ([^:]+?))?(?: of (\w+))?: (\S.*)")
_SOURCE = re.compile(rf"\b(?:{'|'.join(SCHEMAS)})\.[a-z]\w*")
_LAST_SELECT = re.compile(r"^SELECT(?: DISTINCT)?\n(.*?)\nFROM\b", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class View:
    """One view: its name, what it shows, what one row is, its columns in order."""

    name: str
    description: str
    grain: str
    columns: tuple[Column, ...]


@cache
def documented_views() -> dict[str, View]:
    """Every view by its full name. Raises ``DeclarationError`` for a column that nobody describes."""
    texts = {f"{path.parent.name}.{path.stem}": path.read_text("utf-8") for path in sorted(FOLDER.glob("*/*.sql"))}
    found: dict[str, View] = {}
    while waiting := texts.keys() - found:
        ready = {n for n in waiting if not (_sources(texts[n]) & texts.keys()) - found.keys() - {n}}
        if not ready:
            raise DeclarationError(f"views read each other in a circle: {', '.join(sorted(waiting))}")
        found |= {name: described(name, texts[name], found) for name in sorted(ready)}
    return dict(sorted(found.items()))


def described(name: str, sql: str, earlier: dict[str, View]) -> View:
    """One view from its SQL; ``earlier`` are the views that it may read.

    Raises ``DeclarationError`` for a column that neither the file nor a table that it reads describes, and for an
    unknown vocabulary.
    """
    what, grain, *more = [line.removeprefix("-- ") for line in sql.splitlines()[:2]] + sql.splitlines()[2:]
    own: dict[str, Column] = {}
    for line in more:
        if not (match := _OWN.fullmatch(line)):
            break
        column, kind, unit, words, meaning = match.groups()
        own[column] = Column(
            column, _TYPES[kind], is_nullable=True, description=meaning, unit=unit, values=_values(name, words)
        )
    known: dict[str, Column] = {}
    for source in re.findall(_SOURCE, COMMENT.sub("", sql)):
        fields = earlier[source].columns if source in earlier else columns(declared()[source])
        for field in fields:
            known.setdefault(field.name, replace(field, is_nullable=True))
    named = _names(name, sql)
    if strangers := [n for n in named if n not in own and n not in known]:
        raise DeclarationError(f"{name}: nobody says what {', '.join(strangers)} is; add a line `-- {strangers[0]}, …`")
    if unused := own.keys() - set(named):
        raise DeclarationError(f"{name}: {', '.join(sorted(unused))} is described but is no column")
    return View(name, what, grain.partition("; reads ")[0] + ".", tuple(own.get(n) or known[n] for n in named))


def _values(view: str, words: str | None) -> tuple[str, ...] | None:
    """Values of a vocabulary; null where none is named."""
    if words is None:
        return None
    if values := get_args(getattr(vocabulary, words, None)):
        return values
    raise DeclarationError(f"{view}: schemas.vocabulary has no list of values {words}")


def _sources(sql: str) -> set[str]:
    return set(re.findall(_SOURCE, COMMENT.sub("", sql)))


def _names(view: str, sql: str) -> list[str]:
    """Names of the columns of the last SELECT."""
    selects = _LAST_SELECT.findall(COMMENT.sub("", sql))
    if not selects:
        raise DeclarationError(f"{view}: the last SELECT begins its line and lists its columns below")
    names, depth, item = [], 0, ""
    for sign in selects[-1] + ",":
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            names.append(re.split(r"[.\s]", item.strip())[-1])
            item = ""
        else:
            item += sign
    return names
