"""The checks that a table's declaration implies, and the rows that fail them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

import polars as pl

from schemas.base import Column, Table, columns
from schemas.errors import DeclarationError

Kind = Literal["not_null", "finite", "between", "in_set", "matches", "unique"]


@dataclass(frozen=True)
class Check:
    """One rule for one column, or for the key; a missing value breaks ``not_null`` only."""

    kind: Kind
    columns: tuple[str, ...]
    rule: str  # what must hold, as a sentence without its subject
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    values: tuple[str, ...] = ()
    pattern: str = ""

    @property
    def name(self) -> str:
        """Machine name, e.g. ``cq_between``; ``key_unique`` for the key."""
        return f"{'key' if self.kind == 'unique' else self.columns[0]}_{self.kind}"

    def offends(self) -> pl.Expr:
        """True in the rows that break the rule, False elsewhere, never null."""
        column = pl.col(self.columns[0])
        match self.kind:
            case "not_null":
                return column.is_null()
            case "unique":
                return pl.struct(self.columns).is_duplicated()
            case "finite":
                broken = column.is_infinite()
            case "in_set":
                broken = ~column.is_in(list(self.values))
            case "matches":
                broken = ~column.str.contains(self.pattern)
            case "between":
                bounds = [
                    test(bound)
                    for test, bound in (
                        (column.lt, self.ge),
                        (column.le, self.gt),
                        (column.gt, self.le),
                        (column.ge, self.lt),
                    )
                    if bound is not None
                ]
                broken = pl.any_horizontal(bounds)
        return broken.fill_null(False)

    def is_broken(self, frame: pl.DataFrame) -> bool:
        """Say whether any row breaks the rule, looking at each distinct text once."""
        match self.kind:
            case "not_null":
                return frame[self.columns[0]].null_count() > 0
            case "in_set" | "matches":
                return bool(frame.select(pl.col(self.columns[0]).unique()).select(self.offends().any()).item())
            case "unique" if frame.select(self.columns).hash_rows().n_unique() == frame.height:
                return False  # distinct hashes are distinct rows; equal hashes need the exact look
            case _:
                return bool(frame.select(self.offends().any()).item())


@cache
def checks(table: type[Table]) -> tuple[Check, ...]:
    """Every check that the table's columns and key imply, in column order, the key last.

    Raises ``DeclarationError`` for a pattern that captures groups (pandas warns at each use).
    """
    found = [check for column in columns(table) for check in _column_checks(table, column)]
    said = [name for name in table.key if name not in ("study_id", "object_id")] or table.key
    return (*found, Check("unique", table.key, f"{', '.join(said)} must occur once{' together' * (len(said) > 1)}"))


def _column_checks(table: type[Table], column: Column) -> list[Check]:
    found, names, unit = [], (column.name,), f" {column.unit}" if column.unit else ""
    if not column.is_nullable:
        found.append(Check("not_null", names, "must not be empty"))
    # A reader cannot have measured an infinite value; a statistic (F with no spread) can be infinite.
    if column.dtype == pl.Float64 and table.table_name.startswith("core."):
        found.append(Check("finite", names, "must be a finite number"))
    words = (("at least", column.ge), ("above", column.gt), ("at most", column.le), ("below", column.lt))
    if said := " and ".join(f"{word} {bound:g}{unit}" for word, bound in words if bound is not None):
        found.append(Check("between", names, f"must be {said}", ge=column.ge, gt=column.gt, le=column.le, lt=column.lt))
    if column.values is not None:
        found.append(Check("in_set", names, f"must be one of {', '.join(column.values)}", values=column.values))
    if column.pattern is not None:
        if re.compile(column.pattern).groups:
            raise DeclarationError(f"{table.table_name}.{column.name}: write (?:…) in the pattern, not (…)")
        rule = f"must have the form {column.pattern} ({column.description.rstrip('.')})"
        found.append(Check("matches", names, rule, pattern=column.pattern))
    return found
