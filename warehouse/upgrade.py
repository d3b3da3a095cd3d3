"""Databases of an earlier version: their tables brought to what is declared now."""

from __future__ import annotations

from logging import getLogger
from pathlib import Path

import duckdb

from schemas.base import columns, tables
from schemas.errors import UserError
from warehouse import ddl
from warehouse.ddl import identifier

log = getLogger(__name__)


def declared_in(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Digest of the declarations that a database was made with; null where it does not say."""
    try:
        row = connection.execute("SELECT digest FROM ops.declarations").fetchone()
    except duckdb.CatalogException:
        return None
    return str(row[0]) if row else None


def ensure_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing; do nothing when the declarations are those the file was made with."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS ops")
    connection.execute("CREATE TABLE IF NOT EXISTS ops.declarations (digest VARCHAR)")
    wanted = ddl.digest()
    row = connection.execute("SELECT digest FROM ops.declarations").fetchone()
    if row and row[0] == wanted:
        return
    statements = ddl.script()
    connection.execute("BEGIN")
    connection.execute("\n".join(s for s in statements if not s.startswith("COMMENT")))
    _add_columns(connection)
    connection.execute("\n".join(s for s in statements if s.startswith("COMMENT")))  # a column must be there first
    connection.execute("DELETE FROM ops.declarations")
    connection.execute("INSERT INTO ops.declarations VALUES (?)", [wanted])
    connection.execute("COMMIT")


def _add_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Add nullable columns that a newer declaration has; any other change needs a migration."""
    present = {
        (name, column): data_type
        for name, column, data_type in connection.execute(
            "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = current_database()"  # of every table at once: the look-up is slow, not its rows
        ).fetchall()
    }
    for name, table in tables().items():
        for column in columns(table):
            wanted = ddl.SQL_TYPES[column.dtype]
            found = present.get((name, column.name))
            if found is None and column.is_nullable:
                connection.execute(f"ALTER TABLE {identifier(name)} ADD COLUMN {identifier(column.name)} {wanted}")
            elif found != wanted and not (found == "TIMESTAMP WITH TIME ZONE" and wanted == "TIMESTAMPTZ"):
                raise UserError(
                    f"The warehouse was made by another version: {name}.{column.name} is {found}, this version needs "
                    f"{wanted}. Move warehouse.duckdb away and run again: it is rebuilt from the study folders."
                )


def take_over(connection: duckdb.DuckDBPyConnection, published: Path) -> bool:
    """Copy what an earlier version published, as its readers saw it; false where its tables are too different.

    The warehouse would not do: another study's night may be half way there.
    """
    connection.execute(f"ATTACH {ddl.literal(str(published))} AS earlier (READ_ONLY)")
    connection.execute("BEGIN")
    try:
        for name, table in tables().items():
            found = connection.execute(
                "SELECT column_name FROM duckdb_columns() WHERE database_name = 'earlier' "
                "AND schema_name || '.' || table_name = ?",
                [name],
            ).fetchall()
            kept = {row[0] for row in found} & set(table.model_fields)
            listed = ", ".join(identifier(c.name) for c in columns(table) if c.name in kept)
            if listed:
                connection.execute(
                    f"INSERT INTO {identifier(name)} ({listed}) SELECT {listed} FROM earlier.{identifier(name)}"  # noqa: S608 (declared names, quoted)
                )
        connection.execute("COMMIT")
    except duckdb.Error as error:
        log.warning("%s is of another version and is made anew from the warehouse: %s", published.name, error)
        connection.execute("ROLLBACK")
        return False
    finally:
        connection.execute("DETACH earlier")
    return True
