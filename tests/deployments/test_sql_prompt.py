from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from deployments.sql_prompt import prompt, with_history
from schemas.errors import UserError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "published.duckdb")) as connection:
        connection.execute("CREATE SCHEMA core; CREATE TABLE core.samples AS SELECT 'c1' AS sample_id")
    return tmp_path


def typing(*lines: str, seen: list[str] | None = None) -> Callable[[str], str]:
    """What ``input`` would give, then the end of input."""
    waiting = iter(lines)

    def read(shown: str) -> str:
        if seen is not None:
            seen.append(shown)
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    return read


def talk(home: Path, *lines: str) -> tuple[str, list[str]]:
    stream, told = io.StringIO(), list[str]()
    prompt(home, stream=stream, tell=told.append, read=typing(*lines))
    return stream.getvalue(), told


def test_a_statement_may_take_several_lines(home: Path) -> None:
    seen: list[str] = []
    stream = io.StringIO()
    prompt(
        home, stream=stream, tell=lambda _: None, read=typing("SELECT sample_id -- ;", "FROM core.samples;", seen=seen)
    )
    assert "c1" in stream.getvalue()
    assert [s.strip() for s in seen] == ["bench>", "...>", "bench>"]


def test_mistakes_do_not_end_the_session(home: Path) -> None:
    text, told = talk(home, "SELECT nope;", "DROP TABLE core.samples;", "SELECT 42 AS a; SELECT 43 AS b;")
    assert "42" in text
    assert "43" in text
    assert any("nope" in line for line in told)
    assert any("DROP is refused" in line for line in told)


def test_dot_commands(home: Path) -> None:
    text, told = talk(home, ".tables", ".tables core.samples", ".what", ".quit", "SELECT 'not reached';")
    assert "core.samples" in text
    assert "sample_id" in text
    assert "not reached" not in text
    assert told[0] == told[-1]  # the help, again


def test_a_snapshot_published_meanwhile_is_seen(home: Path) -> None:
    def lines(shown: str) -> str:
        if shown.startswith("bench") and not stream.getvalue():
            return "SELECT count(*) AS before FROM core.samples;"
        if "after" in stream.getvalue():
            raise EOFError
        with duckdb.connect(str(home / "new.duckdb")) as connection:
            connection.execute("CREATE SCHEMA core; CREATE TABLE core.samples AS SELECT * FROM range(777)")
        (home / "new.duckdb").replace(home / "published.duckdb")
        return "SELECT count(*) AS after FROM core.samples;"

    stream = io.StringIO()
    prompt(home, stream=stream, tell=lambda _: None, read=lines)
    assert "777" in stream.getvalue()


def test_without_a_snapshot_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        talk(tmp_path, "SELECT 1;")


def test_history_that_cannot_be_kept_costs_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    with_history(tmp_path / "missing" / "history", lambda: said.append("talked"))
    with_history(tmp_path / "history", lambda: said.append("talked"))
    assert said == ["talked", "talked"]
