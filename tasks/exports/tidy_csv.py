"""Every result table as CSV, with a dictionary of their columns."""

from __future__ import annotations

from logging import getLogger
from pathlib import Path

from tasks.methods.published_study import Export, Published, dictionary_table, result_tables

log = getLogger(__name__)


def write(study: Published, folder: Path) -> None:
    """One file per table, also of those without rows: UTF-8, header, full precision, times in UTC.

    Null is an empty cell, empty text is ``""``. Text stands as it is in the table, so that R and Python read the very
    values; for spreadsheets, which take ``=1+1`` for a formula and SEPT2 for a date, there is the xlsx.
    """
    for name in result_tables():
        frame = study.read(name)
        frame.write_csv(folder / f"{name.partition('.')[2]}.csv", datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")
        log.info("%s: %d rows", name, frame.height)
    dictionary_table(result_tables()).write_csv(folder / "dictionary.csv")


EXPORT = Export("csv", write)
