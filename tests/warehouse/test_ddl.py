from __future__ import annotations

import duckdb
import pytest

from schemas.base import columns, tables
from warehouse import ddl


def test_every_declared_table_is_created_with_its_columns_types_and_comments() -> None:
    connection = duckdb.connect()
    for statement in ddl.script():
        connection.execute(statement)
    for name, table in tables().items():
        schema, bare = name.split(".")
        found = connection.execute(
            "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() "
            "WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
            [schema, bare],
        ).fetchall()
        assert [f[0] for f in found] == [c.name for c in columns(table)]
        assert [f[2] for f in found] == [c.is_nullable for c in columns(table)]
        assert all(c.description in f[3] for f, c in zip(found, columns(table), strict=True))


@pytest.mark.parametrize(
    ("name", "quoted"), [("a.b", '"a"."b"'), ('x"y', '"x""y"'), ("drop table x;--", '"drop table x;--"')]
)
def test_identifiers_cannot_break_out_of_their_quotes(name: str, quoted: str) -> None:
    assert ddl.identifier(name) == quoted


def test_literals_cannot_break_out_of_their_quotes() -> None:
    assert duckdb.connect().execute(f"SELECT {ddl.literal(chr(39) + ' OR 1=1')}").fetchone() == ("' OR 1=1",)
