"""Frames as tables of the report. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl

from tasks.methods.pvalue_text import printed_pvalue
from tasks.methods.reason_words import legend, reason_words
from tasks.methods.report_blocks import Cell, Grid
from tasks.methods.report_words import number, several, spoken

REASON = "na_reason"
ROWS = 200  # more than people read on a page
_P_VALUES = ("padj", "_pvalue")
_ALWAYS = frozenset({"time_h", "cannot_reach_alpha"})  # empty for other reasons than ``na_reason``
_UNITS = {"h": "h", "nm": "nm", "percent": "%", "mm": "mm", "cpm": "CPM", "nt": "nt"}
_HEADINGS = {
    "pvalue": "p",
    "padj": "p adjusted",
    "log2_fold_change": "log2 fold change",
    "lfc_se": "standard error",
    "base_mean": "mean count",
    "n_a": "n (a)",
    "n_b": "n (b)",
    "ci_low": "CI from",
    "ci_high": "CI to",
    "df1": "df 1",
    "df2": "df 2",
    "na_reason": "why empty",
    "rin": "RIN",
    "mcc": "MCC",
    "pc1": "PC1",
    "pc2": "PC2",
    "cq": "Cq",
    "design_note": "design",
}

Rows = tuple[tuple[Cell, ...], ...]
Shown = Callable[[Any], Cell]


def slug(*parts: object) -> str:
    """An id of the page from words; different words keep different ids."""
    text = "-".join(f"{part:g}" if isinstance(part, float) else str(part) for part in parts if part not in {None, ""})
    return re.sub(r"[^A-Za-z0-9._-]+", lambda m: "_" + "".join(f"{ord(c):x}" for c in m[0]) + "_", text)


def heading(name: str) -> str:
    """A column's name as people read it, its unit in brackets."""
    if name in _HEADINGS:
        return _HEADINGS[name]
    stem, _, last = name.rpartition("_")
    if stem and last in _UNITS:
        return f"{spoken(stem)} ({_UNITS[last]})"
    for prefix in ("is_",):
        name = name.removeprefix(prefix)
    return spoken(name.removesuffix("_id").removesuffix("_count") if name.endswith("_id") else name)


def cell(name: str, value: Any) -> Cell:  # noqa: ANN401 - a cell of any frame
    """A value of a column as it is read; numbers keep their exact value."""
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int | float):
        text = printed_pvalue(value) if name.startswith("pvalue") or name.endswith(_P_VALUES) else number(value)
        return Cell(text, float(value))
    if isinstance(value, datetime):
        return Cell(f"{value:%Y-%m-%d %H:%M}")
    if isinstance(value, list | dict):
        return Cell(json.dumps(value, ensure_ascii=False))
    return Cell(str(value))


def words(value: str | None) -> Cell:
    """A name of the tables in plain letters."""
    return Cell(spoken(value))


def labelled(names: Mapping[str, str]) -> Shown:
    """Cells of ids under the names that people know them by."""

    def shown(value: str | None) -> Cell:
        return Cell(names.get(value or "", value or ""))

    return shown


def _maker(name: str) -> Shown:
    return lambda value: cell(name, value)


def grid(
    frame: pl.DataFrame,
    caption: str,
    anchor: str,
    columns: Mapping[str, str] | Sequence[str] = (),
    *,
    shown: Mapping[str, Shown] | None = None,
    rows: int = ROWS,
    rest: str = "",
    note: str = "",
    anchors: Callable[[Mapping[str, Any]], str] | None = None,
    links: Mapping[str, str] | None = None,
    folded: bool = False,
) -> Grid:
    """A table of a frame's columns, in their order, cut to its first rows.

    ``columns``: headings by name, or names whose heading is ``heading``; empty for all. ``shown`` gives the cell of
    a column where ``cell`` does not do; ``links`` names for a column that whose values are the anchors it leads
    to. ``rest`` says where the rows beyond ``rows`` are. Columns of nothing but nulls are left out; where that takes
    away all that ``na_reason`` explains, so is ``na_reason``, and the note says both. Else the note says what its
    codes mean.
    """
    wanted = dict(columns) if isinstance(columns, Mapping) else {c: heading(c) for c in columns or frame.columns}
    first = frame.head(rows)
    kept = {c: h for c, h in wanted.items() if c in first.columns and (first[c].null_count() < first.height)}
    kept, why = _explained(first, wanted, kept)
    makers = [(shown or {}).get(c) or _maker(c) for c in kept]
    values = first.select(*kept).iter_rows()
    body: Rows = tuple(tuple(make(v) for make, v in zip(makers, row, strict=True)) for row in values)
    for name, leads in (links or {}).items():
        if name in kept:
            body = _linked(body, list(kept).index(name), first[leads].to_list())
    notes = [text for text in (note, why) if text]
    if frame.height > rows:
        notes.insert(0, f"The first {rows:,} of {frame.height:,} rows. {rest}".strip())
    ids = tuple(anchors(row) for row in first.iter_rows(named=True)) if anchors else ()
    return Grid(caption, tuple(kept.values()), body, anchor, " ".join(notes), ids, folded)


def _explained(first: pl.DataFrame, wanted: Mapping[str, str], kept: dict[str, str]) -> tuple[dict[str, str], str]:
    """Columns without ``na_reason`` where no empty cell that it explains is shown, and what there is to say of it."""
    if REASON not in kept:
        return kept, ""
    valued = [c for c, t in first.schema.items() if (t.is_numeric() or t == pl.Boolean) and c not in _ALWAYS]
    numbers = [c for c in kept if c in valued]
    told = first.filter(pl.col(REASON).is_not_null())
    if numbers and told.select(pl.any_horizontal(pl.col(numbers).is_null().any())).item():
        return kept, legend(first[REASON])
    empty = [h for c, h in wanted.items() if c in valued and c not in kept]
    if not empty:
        return kept, legend(first[REASON])
    reasons = several([reason_words(code) for code in told[REASON].unique().sort()], "or")
    rows = "every row" if told.height == first.height else f"{told.height:,} of {first.height:,} rows"
    said = f"Empty and not shown: {several(empty)}. Why, in {rows}: {reasons}."
    return {c: h for c, h in kept.items() if c != REASON}, said


def _linked(body: Rows, place: int, anchors: Sequence[str]) -> Rows:
    """The cells of one column lead to these anchors."""
    return tuple(
        (*row[:place], replace(row[place], href=f"#{anchor}"), *row[place + 1 :])
        for row, anchor in zip(body, anchors, strict=True)
    )


def without_bookkeeping(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that are about the row and not about the run."""
    return frame.drop("study_id", "run_id", strict=False)
