"""Frames too large for the database: one Parquet file per raw object and kind, and the views over them.

A file's folder is the sha256 of its bytes, so that a file never changes under a snapshot that reads
it. Files lie in ``HOME/objects/derived`` whatever the object store is, because DuckDB reads them
there; a remote store gets a copy.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping, Sequence
from logging import getLogger
from pathlib import Path

import duckdb
import polars as pl

from schemas.base import Table, columns, derived_tables
from schemas.errors import DeclarationError, TransientError
from warehouse import ddl
from warehouse.ddl import identifier, literal
from warehouse.objects import ObjectStore, part_path, writing

log = getLogger(__name__)
FILES = "core.derived_files"
ADDED = ("study_id", "object_id")  # study_id by the view, for a file may belong to several studies


def table_of(kind: str) -> type[Table]:
    """The view's declaration. Raises ``DeclarationError`` for a kind that no table declares."""
    try:
        return derived_tables()[f"core.{kind}"]
    except KeyError:
        known = sorted(name.removeprefix("core.") for name in derived_tables())
        raise DeclarationError(f"no table core.{kind} is declared with derived=True; known: {known}") from None


def keep(object_id: str, derived: Mapping[str, pl.DataFrame], home: Path, store: ObjectStore) -> pl.DataFrame:
    """Write an object's derived frames; gives rows of ``core.derived_files`` without study and object."""
    rows = []
    for kind, frame in derived.items():
        data = _parquet(object_id, frame, table_of(kind))
        name = f"{hashlib.sha256(data).hexdigest()}/{kind}.parquet"
        key = store.put_bytes(data, "derived", name)
        _cache(home / "objects" / key, data)
        rows.append({"kind": kind, "object_key": key, "row_count": frame.height, "size_bytes": len(data)})
    return pl.DataFrame(rows)


def _parquet(object_id: str, frame: pl.DataFrame, table: type[Table]) -> bytes:
    declared = [c for c in columns(table) if c.name not in ADDED]
    lacking = [c.name for c in declared if c.name not in frame.columns and not c.is_nullable]
    if lacking:
        raise DeclarationError(f"the frame for {table.table_name} lacks {lacking}")
    known = {c.name for c in declared}
    whole = frame.select(
        pl.lit(object_id).alias("object_id"),
        *(
            pl.col(c.name).cast(c.dtype) if c.name in frame.columns else pl.lit(None, c.dtype).alias(c.name)
            for c in declared
        ),
        *(c for c in frame.columns if c not in known),
    )
    buffer = io.BytesIO()
    whole.write_parquet(buffer, compression="zstd", compression_level=1)
    return buffer.getvalue()


def keep_files(files: Mapping[str, bytes], home: Path) -> None:
    """Keep files that can be made again from tables, by their key; they are not sent to a remote store."""
    for key, data in files.items():
        _cache(home / "objects" / key, data)


def _cache(path: Path, data: bytes) -> None:
    """Put a file where DuckDB can read it; the store may have done so already."""
    if path.exists():
        return
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = part_path(path)
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)


def refresh_views(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Make each view read the files that ``core.derived_files`` names now; one without files is empty.

    Only new files make this necessary: the view itself leaves out files that are named no more. A
    file that is gone is left out with a line in the log: reading its raw file again writes it anew.
    """
    root = home.resolve() / "objects"
    for name, table in derived_tables().items():
        kind = name.partition(".")[2]
        found = connection.execute(
            f"SELECT DISTINCT object_key FROM {FILES} WHERE kind = ? AND row_count > 0 ORDER BY object_key",  # noqa: S608
            [kind],
        ).fetchall()
        paths = [root / key for (key,) in found]
        present = [path for path in paths if path.exists()]
        if len(present) < len(paths):
            log.warning("%d Parquet files of %s are gone from %s", len(paths) - len(present), name, root / "derived")
        select = _select(present, root, kind) if present else ddl.empty_view(table)
        connection.execute(f"CREATE OR REPLACE VIEW {identifier(name)} AS {select}")
        connection.execute(f"COMMENT ON VIEW {identifier(name)} IS {literal(table.description())}")


def _select(paths: Sequence[Path], root: Path, kind: str) -> str:
    listed = ", ".join(literal(str(path)) for path in paths)
    prefix = literal(f"{root}/")
    return (
        f"SELECT f.study_id, e.* EXCLUDE (filename) "  # noqa: S608
        f"FROM read_parquet([{listed}], union_by_name = true, filename = true) AS e JOIN {FILES} AS f "
        f"ON f.object_id = e.object_id AND {prefix} || f.object_key = e.filename AND f.kind = {literal(kind)}"
    )


def read(files: pl.DataFrame, home: Path) -> pl.DataFrame:
    """All rows of the files named by rows of ``core.derived_files``; columns that a file lacks are null.

    Raises ``TransientError`` when a file is gone: it is written again when its raw file is read again.
    """
    paths = [home / "objects" / key for key in sorted(files["object_key"].to_list())]
    try:
        frames = [pl.read_parquet(path) for path in paths]
    except FileNotFoundError as error:
        raise TransientError(f"{error.filename or error} is gone; ingest its raw file again") from error
    return pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame({"object_id": []})
