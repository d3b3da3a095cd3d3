"""A prompt for SQL: statements over several lines up to the semicolon, history, a few dot commands."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import duckdb

from deployments.sql_output import write
from deployments.sql_sandbox import run, sandbox
from schemas.errors import UserError

HISTORY_LINES = 1000
HELP = """\
End a statement with ; and it is run. .tables lists tables and views, .tables NAME the columns of one, .quit leaves."""
LIST = """
SELECT table_schema || '.' || table_name AS name, table_type AS kind
FROM information_schema.tables
WHERE table_schema IN ('core', 'result', 'mart', 'ops')
ORDER BY table_schema, table_name"""


def prompt(
    home: Path,
    *,
    stream: IO[str],
    tell: Callable[[str], None],
    read: Callable[[str], str] = input,
) -> None:
    """Read statements until ``.quit`` or the end of input; each runs on the newest published snapshot.

    ``read`` is given the prompt and gives a line, as ``input`` does.
    """
    with sandbox(home):  # says at once when nothing is published
        tell(HELP)
    buffer = ""
    while True:
        try:
            line = read("   ...> " if buffer else "bench> ")
        except EOFError:
            break
        except KeyboardInterrupt:
            buffer = ""
            tell("")
            continue
        if not buffer and line.strip() in (".quit", ".exit", "quit", "exit"):
            break
        if not buffer and line.strip().startswith("."):
            line = _dot_command(line.split(), tell)
        buffer = f"{buffer}\n{line}" if buffer else line
        # SQLite's tokenizer knows a semicolon inside quotes and comments from the end of a statement.
        if buffer.strip() and sqlite3.complete_statement(buffer):
            _answer(home, buffer, stream, tell)
            buffer = ""
        elif not buffer.strip():
            buffer = ""


def _answer(home: Path, sql: str, stream: IO[str], tell: Callable[[str], None]) -> None:
    try:
        with sandbox(home) as connection:
            for result in run(connection, sql):
                write(result, "table", stream=stream, tell=tell)
    except UserError as error:
        tell(str(error))
    except duckdb.InterruptException:
        tell("interrupted")
    except KeyboardInterrupt:
        tell("interrupted")


def _dot_command(words: list[str], tell: Callable[[str], None]) -> str:
    match words:
        case [".tables"]:
            return f"{LIST};"
        case [".tables", name]:
            quoted = ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
            return f"DESCRIBE {quoted};"
        case _:
            tell(HELP)
            return ""


def with_history(path: Path, talk: Callable[[], None]) -> None:
    """Call ``talk`` with line editing, and the statements of earlier sessions under the arrow keys."""
    try:
        import readline  # not in every build of Python
    except ImportError:
        talk()
        return
    with suppress(OSError):
        readline.read_history_file(path)
    readline.set_history_length(HISTORY_LINES)
    try:
        talk()
    finally:
        with suppress(OSError):  # a home that cannot be written costs the history, no more
            readline.write_history_file(path)
