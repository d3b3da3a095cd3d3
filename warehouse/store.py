"""The only opener of DuckDB: the warehouse file behind its writer lock, and the published snapshot."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from logging import getLogger
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from schemas.base import Column, Table, columns, tables
from schemas.errors import BenchlakeError, UserError
from warehouse import ddl, derived, models, upgrade
from warehouse.ddl import identifier
from warehouse.locks import file_lock

log = getLogger(__name__)
SAFE_FREE_BYTES = 256 * 2**20
ROW_GROUP = 122_880  # DuckDB's own; it reads a frame in parallel only where the frame comes in batches
OPTIONS: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "disabled_compression_methods": "fsst",  # tried on every text column at twice the time, and no smaller for ids
}


class DanglingReferenceError(BenchlakeError):
    """Rows point at rows that do not exist: a bug in whoever wrote them."""


class Session:
    """One open connection to the warehouse; made by ``Warehouse.open``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, home: Path) -> None:
        """Take an open connection whose tables exist; derived files lie in the home."""
        self.connection = connection
        self.home = home

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            with suppress(duckdb.Error):
                self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def query(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> pl.DataFrame:
        """Run one SELECT with bound parameters."""
        cursor = self.connection.execute(sql, parameters) if parameters else self.connection.execute(sql)
        return cursor.pl()

    def read(
        self,
        table: str,
        where: Mapping[str, Sequence[object]] | None = None,
        select: Sequence[str] | None = None,
        *,
        distinct: bool = False,
    ) -> pl.DataFrame:
        """Read a table's columns where each named column has one of the given values (null is a value)."""
        wanted = ", ".join(map(identifier, select)) if select else "*"
        clause, values = filter_clause(where or {})
        sql = f"SELECT {'DISTINCT ' if distinct else ''}{wanted} FROM {identifier(table)} WHERE {clause}"
        return self.query(sql, values)

    def read_derived(self, table: str, where: Mapping[str, Sequence[object]]) -> pl.DataFrame:
        """Rows of a derived table from its Parquet files, without ``study_id``.

        ``where`` can name ``study_id`` and ``object_id``.
        """
        files = self.read(derived.FILES, {"kind": [table.partition(".")[2]], **where}, ["object_key"], distinct=True)
        return derived.read(files, self.home)

    def delete(self, table: str, where: Mapping[str, Sequence[object]]) -> int:
        """Delete the rows where each named column has one of the given values; give their number."""
        clause, values = filter_clause(where)
        found = self.connection.execute(f"DELETE FROM {identifier(table)} WHERE {clause}", values).fetchone()
        return int(found[0]) if found else 0

    def insert(self, table: str, frame: pl.DataFrame, constants: Mapping[str, object] | None = None) -> int:
        """Append rows; ``constants`` are columns with one value for all rows.

        Constants are bound, not repeated in the frame: a 64k x 100 count matrix has 6.4M rows.
        """
        fixed = dict(constants or {})
        names = [*fixed, *frame.columns]
        arrow = frame.to_arrow()
        self.connection.register("_incoming", pa.Table.from_batches(arrow.to_batches(ROW_GROUP), arrow.schema))
        try:
            chosen = ", ".join(["?"] * len(fixed) + [identifier(c) for c in frame.columns])
            listed = ", ".join(map(identifier, names))
            self.connection.execute(
                f"INSERT INTO {identifier(table)} ({listed}) SELECT {chosen} FROM _incoming",
                list(fixed.values()),
            )
        finally:
            self.connection.unregister("_incoming")
        return frame.height

    def replace(
        self,
        table: str,
        scope: Mapping[str, Sequence[object]],
        frame: pl.DataFrame,
        constants: Mapping[str, object] | None = None,
    ) -> int:
        """Replace all rows in ``scope`` by the frame's; call it inside a transaction."""
        self.delete(table, scope)
        return self.insert(table, frame, constants) if frame.height else 0

    def check_references(self, table: type[Table], scope: Mapping[str, Sequence[object]]) -> None:
        """Check ``References`` of the rows in scope before commit.

        Raises ``DanglingReferenceError`` naming table, column and first value that points nowhere.
        """
        referring = [c for c in columns(table) if c.references]
        if not referring:
            return
        distinct = ["study_id"] if "study_id" in table.model_fields else []
        distinct += [c.name for c in referring if c.name not in distinct]
        self.connection.register("_referring", self.read(table.table_name, scope, distinct, distinct=True).to_arrow())
        try:
            self._check_referring(table, referring)
        finally:
            self.connection.unregister("_referring")

    def _check_referring(self, table: type[Table], referring: Sequence[Column]) -> None:
        for column in referring:
            target, _, name = str(column.references).rpartition(".")
            same_study = "AND r.study_id = t.study_id" if "study_id" in tables()[target].model_fields else ""
            missing = self.query(
                f"SELECT t.{identifier(column.name)} AS value FROM _referring AS t "
                f"WHERE t.{identifier(column.name)} IS NOT NULL "
                f"AND NOT EXISTS (SELECT 1 FROM {identifier(target)} AS r "
                f"WHERE r.{identifier(name)} = t.{identifier(column.name)} {same_study}) LIMIT 1"
            )
            if missing.height:
                raise DanglingReferenceError(
                    f"{table.table_name}.{column.name} = {missing['value'][0]!r} is not in {column.references}"
                )


def filter_clause(where: Mapping[str, Sequence[object]], prefix: str = "") -> tuple[str, list[object]]:
    """Condition, with values to bind, that each named column has one of the given values (null is a value)."""
    clauses: list[str] = []
    values: list[object] = []
    for column, wanted in where.items():
        present = [v for v in wanted if v is not None]
        options = [f"{prefix}{identifier(column)} IS NULL"] if len(present) < len(wanted) else []
        if present:
            options.append(
                f"list_contains(?, {prefix}{identifier(column)})"
                if len(present) > 1
                else f"{prefix}{identifier(column)} = ?"
            )
            values.append(present if len(present) > 1 else present[0])
        clauses.append("(" + (" OR ".join(options) or "FALSE") + ")")
    return " AND ".join(clauses) or "TRUE", values


class Warehouse:
    """The tables of one home directory."""

    def __init__(self, home: Path, lock_timeout_s: float = 600.0) -> None:
        """Name the home; nothing is opened or created yet."""
        self.home = home.absolute()
        self.path = self.home / "warehouse.duckdb"
        self.published = self.home / "published.duckdb"
        self.lock_timeout_s = lock_timeout_s

    def prepare(self) -> None:
        """Make the home's folder. Raises ``UserError`` where it is none or nothing can be written in it."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            problem = None if os.access(self.home, os.W_OK | os.X_OK) else "Permission denied"
        except OSError as error:
            problem = error.strerror
        if problem:
            raise UserError(
                f"{self.home} cannot hold the results: {problem}. Name a folder that you may write to with --home or "
                "BENCHLAKE_HOME."
            )

    @contextmanager
    def open(self, purpose: str) -> Iterator[Session]:
        """Open the warehouse behind its writer lock, tables created; hold it shortly. Raises as ``prepare``."""
        self.prepare()
        with file_lock(self.home / "warehouse.lock", purpose, self.lock_timeout_s):
            _check_free_space(self.home)
            with _connect(self.path) as connection:
                upgrade.ensure_tables(connection)
                yield Session(connection, self.home)

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Open the published snapshot read-only; it never changes while it is open.

        Raises ``UserError`` when nothing was published yet.
        """
        if not self.published.exists():
            raise UserError(f"Nothing is published in {self.home} yet. Run `benchlake run STUDY` first.")
        with _connect(self.published, read_only=True) as connection:
            yield Session(connection, self.home)

    def publish(self, study_id: str, publication: pl.DataFrame) -> None:
        """Swap one study's rows in a copy of the snapshot, then rename it into place.

        A crash before the rename publishes nothing; a reader that has the old file open goes on reading it.
        """
        draft = self.home / "work" / "published.draft.duckdb"
        draft.parent.mkdir(exist_ok=True)
        with file_lock(self.home / "warehouse.lock", f"publish {study_id}", self.lock_timeout_s):
            for leftover in (draft, draft.with_name(f"{draft.name}.wal")):  # of a publication that was killed
                leftover.unlink(missing_ok=True)
            _check_free_space(self.home, needed=_size(self.path) + _size(self.published))
            with _connect(self.path) as connection:  # the session publishes what it itself may have migrated
                upgrade.ensure_tables(connection)
                with Session(connection, self.home).transaction():
                    Session(connection, self.home).replace("ops.publications", {"study_id": [study_id]}, publication)
            studies = self._fill_draft(draft, study_id)
            with draft.open("rb") as stream:
                os.fsync(stream.fileno())
            draft.replace(self.published)  # still behind the lock: another study's draft would lack this one's rows
            _fsync_folder(self.home)
        log.info("published %s (%d studies in the snapshot)", study_id, studies)

    def _is_of_this_version(self) -> bool:
        with _connect(self.published, read_only=True) as connection:
            return upgrade.declared_in(connection) == ddl.digest()

    def _fill_draft(self, draft: Path, study_id: str) -> int:
        is_copy = self.published.exists() and self._is_of_this_version()
        if is_copy:
            # In a child process: closing the file in this one would drop DuckDB's own lock on it.
            subprocess.run(["/bin/cp", "--reflink=auto", str(self.published), str(draft)], check=True)  # noqa: S603 (our own files)
        with _connect(draft) as connection:
            upgrade.ensure_tables(connection)
            connection.execute(f"ATTACH {ddl.literal(str(self.path))} AS warehouse (READ_ONLY)")
            wanted = [study_id]
            if not is_copy and not (self.published.exists() and upgrade.take_over(connection, self.published)):
                published = connection.execute("SELECT study_id FROM warehouse.ops.publications").fetchall()
                wanted = [row[0] for row in published]
            session = Session(connection, self.home)
            with session.transaction():
                for name, table in tables().items():
                    listed = ", ".join(identifier(c.name) for c in columns(table))
                    ordered = ", ".join(identifier(c) for c in table.sort_by)
                    session.delete(name, {"study_id": wanted})
                    connection.execute(
                        f"INSERT INTO {identifier(name)} ({listed}) SELECT {listed} FROM warehouse.{identifier(name)} "
                        f"WHERE list_contains(?, study_id) ORDER BY {ordered}",
                        [wanted],
                    )
                derived.refresh_views(connection, self.home)
                for view, sql in models.views():
                    connection.execute(f"CREATE OR REPLACE VIEW {identifier(view)} AS {sql}")
                said = (
                    f"COMMENT ON {kind} {identifier(n)} IS {ddl.literal(text)};" for kind, n, text in models.comments()
                )
                connection.execute("\n".join(said))
            connection.execute("DETACH warehouse")
            connection.execute("CHECKPOINT")
            row = connection.execute("SELECT count(*) FROM core.studies").fetchone()
        return int(row[0]) if row else 0


@contextmanager
def _connect(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=OPTIONS)
    except duckdb.IOException as error:
        raise UserError(
            f"{path} cannot be opened: {str(error).splitlines()[0]} If another program has it open, close it there: "
            "analysts open published.duckdb, read-only. If it is damaged, move it away: the next run makes it anew."
        ) from error
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _check_free_space(home: Path, needed: int = 0) -> None:
    free = os.statvfs(home).f_bavail * os.statvfs(home).f_frsize
    if free < needed + SAFE_FREE_BYTES:
        raise UserError(
            f"Only {free / 2**20:.0f} MiB are free on the disk of {home}; {(needed + SAFE_FREE_BYTES) / 2**20:.0f} MiB "
            "are needed. Free some space and run again; nothing was lost."
        )


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
