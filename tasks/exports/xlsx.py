"""One Excel workbook: what it is, a dictionary, and a sheet per result table."""

from __future__ import annotations

from collections.abc import Sequence
from logging import getLogger
from pathlib import Path

import polars as pl

from schemas.base import columns, declared
from tasks.methods.published_study import Export, Published, dictionary_table, result_tables
from tasks.methods.workbook_sheets import MOST_CHARACTERS, MOST_ROWS, Workbook

log = getLogger(__name__)


def write(study: Published, folder: Path) -> None:
    """Write ``STUDY.xlsx``; a table that does not fit into a sheet stands beside it whole, as CSV.

    Tables without rows get no sheet; the first sheet names them.
    """
    empty: list[str] = []
    notes: list[tuple[str, str]] = []
    with Workbook(folder / f"{study.study_id}.xlsx", study.title, study.published_at) as book:
        book.reserve("read me", "dictionary")
        shown: list[str] = []
        for name in result_tables():
            frame = study.read(name)
            if frame.is_empty():
                empty.append(name)
                continue
            sheet = name.partition(".")[2]
            shown.append(name)
            if cut := _does_not_fit(frame):
                frame.write_csv(folder / f"{sheet}.csv")
                notes.append((sheet, f"{cut}; all of it is in {sheet}.csv"))
            units = {c.name: c.unit for c in columns(declared()[name]) if c.unit}
            book.add(sheet, frame, units)
            log.info("sheet %s: %d rows", sheet, frame.height)
        book.add("dictionary", dictionary_table(shown))
        book.add("read me", _read_me(study, shown, empty, notes))


def _does_not_fit(frame: pl.DataFrame, most_rows: int = MOST_ROWS) -> str:
    """What Excel cannot hold of a table, in words; empty where it holds all."""
    said = []
    if frame.height > most_rows:
        said.append(f"only the first {most_rows:,} of {frame.height:,} rows are in the sheet")
    texts = frame.select(pl.col(pl.String).str.len_chars().max())
    if long := [c.name for c in texts if (c[0] or 0) > MOST_CHARACTERS]:
        said.append(f"texts of {', '.join(long)} are cut after {MOST_CHARACTERS:,} characters")
    return "; ".join(said)


def _read_me(
    study: Published, shown: Sequence[str], empty: Sequence[str], notes: Sequence[tuple[str, str]]
) -> pl.DataFrame:
    rows = [
        ("study", study.study_id),
        ("title", study.title),
        ("published", f"{study.published_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("how to read it", "one sheet per table; `dictionary` says what each column means; empty cell: not measured"),
        ("text", "all text is stored as text: a value that starts with = + - @ is no formula, SEPT2 is no date"),
        *((f"sheet {name.partition('.')[2]}", declared()[name].description()) for name in shown),
        *((f"sheet {sheet}", f"NOT WHOLE: {note}") for sheet, note in notes),
        *(("no rows", name) for name in empty),
        *((f"version of {name}", version) for name, version in study.versions.items()),
    ]
    return pl.DataFrame(rows, schema=["what", "value"], orient="row")


EXPORT = Export("xlsx", write)
