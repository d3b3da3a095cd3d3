"""Which file of the Gene Ontology a file is, by its content: databases of terms and of genes, OBO and GAF text."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Literal

from schemas.errors import BadInputError, UserError
from tasks.methods.packed_text import text_lines

GoFile = Literal["go", "org", "obo", "gaf"]
_WHAT: Mapping[GoFile, str] = {
    "go": "the ontology's database (GO.sqlite)",
    "org": "a gene database (org.….sqlite)",
    "obo": "an ontology (OBO)",
    "gaf": "annotations of genes (GAF)",
}
_SQLITE = b"SQLite format 3\x00"
_TABLES: Mapping[str, GoFile] = {"go_term": "go", "gene_info": "org"}  # that only one of the databases has
_HEAD = 200  # lines
_OBO = re.compile(r"format-version:|\[Term\]$")
_GAF = re.compile(r"!\s*gaf-version|(?:[^\t]*\t){4}GO:[0-9]{7}\t(?:[^\t]*\t){9}", re.IGNORECASE)


def go_file(path: Path) -> GoFile | None:
    """The option of ``gene-sets`` that takes such a file; null for anything else, and for what cannot be read."""
    with path.open("rb") as raw:
        is_database = raw.read(len(_SQLITE)) == _SQLITE
    if is_database:
        return _database(path)
    try:
        for line in islice(text_lines(path), _HEAD):
            if _OBO.match(line):
                return "obo"
            if _GAF.match(line):
                return "gaf"
    except BadInputError:  # whoever reads the file says what is wrong with it
        return None
    return None


def refuse_other_files(given: Mapping[GoFile, Path | None]) -> None:
    """Raise ``UserError`` where an option names a file that another one takes: each such file, and what to write."""
    named = {option: path for option, path in given.items() if path is not None}
    found = {option: kind for option, path in named.items() if (kind := go_file(path)) not in (None, option)}
    if not found:
        return
    said = ", and ".join(f"--{option} names {named[option]}, which is {_WHAT[kind]}" for option, kind in found.items())
    meant = " ".join(f"--{kind} {named[option]}" for option, kind in found.items())
    raise UserError(f"{said}. Write {meant}{' (they are swapped)' if set(found) == set(found.values()) else ''}.")


def _database(path: Path) -> GoFile | None:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.DatabaseError:
            return None
    kinds = {kind for table, kind in _TABLES.items() if table in names}
    return kinds.pop() if len(kinds) == 1 else None
