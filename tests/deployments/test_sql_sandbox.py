from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from deployments.sql_sandbox import one, run, sandbox
from schemas.errors import UserError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    derived = tmp_path / "objects" / "derived" / "f1"
    derived.mkdir(parents=True)
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with duckdb.connect(str(tmp_path / "published.duckdb")) as connection:
        connection.execute("CREATE SCHEMA core; CREATE SCHEMA mart")
        connection.execute("CREATE TABLE core.samples (study_id VARCHAR, sample_id VARCHAR, replicate INTEGER)")
        connection.execute("INSERT INTO core.samples VALUES ('s', 'c1', 1), ('s', 'c2', 2), ('s', 'x', NULL)")
        connection.execute(
            "CREATE VIEW mart.sample_counts AS SELECT study_id, count(*) AS n FROM core.samples GROUP BY 1"
        )
        connection.execute(f"COPY (SELECT 7 AS event) TO '{derived}/events.parquet' (FORMAT parquet)")
    return tmp_path


@pytest.fixture
def connection(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with sandbox(home) as opened:
        yield opened


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = one(connection, sql).read_all().to_pylist()
    return found


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("SELECT n FROM mart.sample_counts", {"n": 3}),
        ("WITH a AS (FROM core.samples) SELECT max(replicate) AS m FROM a;", {"m": 2}),
        ("DESCRIBE core.samples", {"column_name": "study_id"}),
        ("SHOW ALL TABLES", {"database": "published"}),
        ("SUMMARIZE core.samples", {"column_name": "study_id"}),
        ("PIVOT core.samples ON sample_id USING sum(replicate) GROUP BY study_id", {"study_id": "s", "c1": 1, "c2": 2}),
        ("EXPLAIN ANALYZE SELECT 1", {"explain_key": "analyzed_plan"}),
        ("SELECT 'write_log' AS query, 1 AS checkpoint", {"query": "write_log"}),
        ("-- a comment; with a semicolon\nSELECT 1 AS a", {"a": 1}),
    ],
)
def test_reading_is_allowed(connection: duckdb.DuckDBPyConnection, sql: str, first: dict[str, Any]) -> None:
    found = rows(connection, sql)[0]
    assert {key: found[key] for key in first} == first


def test_derived_parquet_is_readable(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    pattern = str(home / "objects" / "derived" / "*" / "events.parquet")
    assert rows(connection, f"FROM '{pattern}'") == [{"event": 7}]


ATTACKS = [
    "COPY core.samples TO '{home}/objects/derived/stolen.csv'",
    "COPY (SELECT 1) TO '{home}/stolen.csv'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{home}/objects/derived/stolen.csv'",
    "EXPLAIN /**/ ANALYZE COPY (SELECT 1) TO '{home}/objects/derived/stolen.csv'",
    "/* x */ EXPLAIN (ANALYZE, FORMAT json) COPY (SELECT 1) TO '{home}/objects/derived/stolen.csv'",
    "EXPORT DATABASE '{home}/objects/derived/stolen'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '{home}/secret.csv'",
    "SELECT * FROM '{home}/objects/derived/../../secret.csv'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM query('COPY core.samples TO ''{home}/objects/derived/stolen.csv''')",
    "SELECT * FROM query('SELECT 1')",
    "FROM enable_logging(storage='file', storage_path='{home}/objects/derived/stolen'); SELECT write_log('x')",
    "SELECT 1 WHERE EXISTS (FROM System.main.\"Enable_Logging\" /* /* */ */ (storage='file', storage_path='{home}'))",
    "EXPLAIN ANALYZE FROM enable_profiling(save_location='{home}/objects/derived/stolen')",
    "SELECT [write_log(x) FOR x IN ['a']]",
    "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM home",  # a Python variable of this test
    "ATTACH '{home}/other.duckdb'",
    "ATTACH ':memory:' AS m",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET threads = 1",
    "RESET allowed_directories",
    "PRAGMA enable_profiling",
    "PRAGMA threads = 1",
    "CALL pragma_version()",
    "INSERT INTO core.samples VALUES ('s', 'y', 3)",
    "UPDATE core.samples SET replicate = 9",
    "DELETE FROM core.samples",
    "DROP TABLE core.samples",
    "CREATE TABLE t (a INTEGER)",
    "CREATE TEMP TABLE t AS SELECT 1",
    "PREPARE p AS SELECT 1",
    "BEGIN",
    "CHECKPOINT",
    "VACUUM",
    "SELECT 1; DROP TABLE core.samples",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_everything_else_is_refused_and_leaves_no_trace(home: Path, attack: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}

    with sandbox(home) as connection, pytest.raises(UserError) as refused:
        [result.read_all() for result in run(connection, attack.format(home=home))]

    assert "Traceback" not in str(refused.value)
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()} == before


def test_write_statements_are_named(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UserError, match=r"^DROP is refused: the published snapshot is read-only"):
        one(connection, "DROP TABLE core.samples")


def test_nothing_runs_unless_all_may_run(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UserError, match="SET is refused"):
        next(run(connection, "SELECT 1; SET threads = 1"))


def test_duckdbs_own_words_and_where_to_look(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UserError, match=r'(?s)"sampleid" not found.*"sample_id".*`benchlake tables`'):
        one(connection, "SELECT sampleid FROM core.samples")


def test_an_error_deep_in_the_rows_is_one_message(connection: duckdb.DuckDBPyConnection) -> None:
    late = "SELECT CASE WHEN i = 99999 THEN CAST('x' AS INTEGER) ELSE i END AS v FROM range(100000) AS t(i)"
    with pytest.raises(UserError, match="Could not convert string 'x'"):
        one(connection, late).read_all()


@pytest.mark.parametrize("sql", ["", "SELECT 1; SELECT 2", "-- nothing"])
def test_one_statement_is_one_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(UserError, match="one statement"):
        one(connection, sql)


def test_without_a_snapshot_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Run `benchlake run STUDY` first"), sandbox(tmp_path):
        pass
