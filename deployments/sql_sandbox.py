"""SQL on the published snapshot that can read it and nothing else, and write nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from schemas.errors import UserError

BATCH_ROWS = 10_000
# Comments between the words are not foreseen: what is left then is no SELECT, and refused.
_EXPLAIN = re.compile(
    r"^(?:\s|--[^\n]*\n|/\*.*?\*/)*explain\b(?:\s*analyze\b)?(?:\s*\([^)]*\))?", re.IGNORECASE | re.DOTALL
)
# Functions that a SELECT may call and that write, crash the process or run SQL hidden in a string.
_CLOSED = frozenset(
    {
        "arrow_scan",
        "arrow_scan_dumb",
        "checkpoint",
        "disable_logging",
        "disable_profiling",
        "enable_logging",
        "enable_profiling",
        "force_checkpoint",
        "json_execute_serialized_sql",
        "pandas_scan",
        "python_map_function",
        "query",
        "truncate_duckdb_logs",
        "write_log",
    }
)
_WORD = re.compile(r"\w+")
HINT = "`benchlake tables` lists tables and columns."


@contextmanager
def sandbox(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published snapshot for untrusted SQL.

    Read-only; of the file system only ``objects/derived`` (gated events as Parquet) can be
    reached; no extension is fetched or loaded, no Python variable seen, no setting changed.
    Raises ``UserError`` while nothing is published.
    """
    snapshot = home / "published.duckdb"
    if not snapshot.exists():
        raise UserError(f"Nothing is published in {home} yet. Run `benchlake run STUDY` first.")
    closed: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "python_enable_replacements": "false",
    }
    try:
        connection = duckdb.connect(str(snapshot), read_only=True, config=closed)
    except duckdb.IOException as error:  # somebody has it open for writing
        raise UserError(f"{snapshot} cannot be opened: {str(error).strip()}") from error
    try:
        connection.execute("SET TimeZone = 'UTC'")
        derived = str(home.resolve() / "objects" / "derived") + "/"
        connection.execute("SET allowed_directories = ?", [[derived]])  # before the door is shut
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def run(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[pa.RecordBatchReader]:
    """Run each statement of ``sql`` and give its rows; nothing is run unless all only read.

    Raises ``UserError`` with DuckDB's own message, or what is refused and why.
    """
    try:
        statements = connection.extract_statements(sql)
        for statement in statements:
            _refuse_writing(connection, statement)
        _refuse_side_effects(connection, sql)
        for statement in statements:
            result = connection.execute(statement)
            if statement.type != duckdb.StatementType.CREATE:  # the hidden first half of PIVOT
                reader = result.to_arrow_reader(BATCH_ROWS)
                yield pa.RecordBatchReader.from_batches(reader.schema, _batches(reader))
    except duckdb.Error as error:
        raise _user_error(error) from None


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Rows as they are computed: a value that cannot be converted may come up only here."""
    try:
        yield from reader
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise _user_error(error) from None


def _user_error(error: Exception) -> UserError:
    advice = "Only the published tables can be read here, no other file of this machine."
    return UserError(f"{str(error).strip()}\n{advice if isinstance(error, duckdb.PermissionException) else HINT}")


def one(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.RecordBatchReader:
    """Run the single statement of ``sql``. Raises ``UserError`` when there are several or none."""
    statements = list(run(connection, sql))
    if len(statements) != 1:
        raise UserError(f"Give one statement; this text has {len(statements)}. {HINT}")
    return statements[0]


def _refuse_writing(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> None:
    """Let through what only reads: the read-only file alone would allow COPY TO and EXPORT into ``objects/derived``."""
    kind = statement.type
    if kind == duckdb.StatementType.SELECT:
        return
    if kind == duckdb.StatementType.CREATE and not statement.query.strip():
        return  # made by DuckDB itself for a PIVOT without IN list
    if kind == duckdb.StatementType.EXPLAIN:
        explained = connection.extract_statements(_EXPLAIN.sub("", statement.query, count=1))
        if explained and all(s.type == duckdb.StatementType.SELECT for s in explained):
            return
    raise UserError(
        f"{kind.name} is refused: the published snapshot is read-only, and files, settings and extensions are "
        "closed. Use SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, SHOW, PIVOT or EXPLAIN of these; results go to a "
        "file with `--format csv -o FILE`."
    )


def _refuse_side_effects(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuse the functions that do more than read, wherever a SELECT calls them."""
    if found := sorted(_CLOSED & _calls(connection, sql)):
        raise UserError(f"{', '.join(found)} is refused: it does more than read. {HINT}")


def _calls(connection: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    """Names of all functions called; of all words where DuckDB cannot serialize (EXPLAIN, PIVOT, PRAGMA)."""
    (text,) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()[0]
    try:
        tree = json.loads(text)
    except RecursionError:  # a very long expression
        tree = {"error": True}
    if tree["error"]:
        return set(_WORD.findall(sql.lower()))
    names: set[str] = set()
    waiting: list[object] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            names.add(str(node.get("function_name")).lower())
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return names
