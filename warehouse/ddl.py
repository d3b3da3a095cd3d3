"""Table declarations to DuckDB's DDL; the one place that quotes identifiers."""

from __future__ import annotations

import hashlib

import polars as pl

from schemas.base import SCHEMAS, Table, columns, derived_tables, tables

SQL_TYPES = {
    pl.String: "VARCHAR",
    pl.Int64: "BIGINT",
    pl.Float64: "DOUBLE",
    pl.Boolean: "BOOLEAN",
    pl.Binary: "BLOB",
    pl.Datetime("us", "UTC"): "TIMESTAMPTZ",
}


def identifier(name: str) -> str:
    """Quote a possibly qualified name, part by part."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))


def literal(text: str) -> str:
    """Quote a string where SQL takes no parameter (comments, ATTACH)."""
    return "'" + text.replace("'", "''") + "'"


def create_table(table: type[Table]) -> str:
    """CREATE TABLE with the declared columns; keys are checked by query, never as constraints."""
    body = ",\n  ".join(
        f"{identifier(c.name)} {SQL_TYPES[c.dtype]}{'' if c.is_nullable else ' NOT NULL'}" for c in columns(table)
    )
    return f"CREATE TABLE IF NOT EXISTS {identifier(table.table_name)} (\n  {body}\n);"


def comments(table: type[Table]) -> list[str]:
    """COMMENT ON for the table and each column, units included."""
    name = identifier(table.table_name)
    lines = [f"COMMENT ON TABLE {name} IS {literal(table.description())};"]
    for c in columns(table):
        text = f"{c.description} [{c.unit}]" if c.unit else c.description
        lines.append(f"COMMENT ON COLUMN {name}.{identifier(c.name)} IS {literal(text)};")
    return lines


def empty_view(table: type[Table]) -> str:
    """SELECT that has the declared columns and no row: a view over no file at all cannot be made."""
    listed = ", ".join(f"CAST(NULL AS {SQL_TYPES[c.dtype]}) AS {identifier(c.name)}" for c in columns(table))
    return f"SELECT {listed} WHERE FALSE"


def script() -> list[str]:
    """Every statement that an empty database needs."""
    statements = [f"CREATE SCHEMA IF NOT EXISTS {schema};" for schema in SCHEMAS]
    for table in tables().values():
        statements += [create_table(table), *comments(table)]
    for table in derived_tables().values():
        name = identifier(table.table_name)
        statements.append(f"CREATE VIEW IF NOT EXISTS {name} AS {empty_view(table)};")
        statements.append(f"COMMENT ON VIEW {name} IS {literal(table.description())};")
    return statements


def digest() -> str:
    """Digest of the declarations: two databases with the same one have the same tables."""
    return hashlib.sha256("\n".join(script()).encode()).hexdigest()
