"""``benchlake sql``: one query to the terminal or a file, or a prompt."""

from __future__ import annotations

import sys
from pathlib import Path

from deployments import sql_prompt
from deployments.sql_output import chosen_format, write
from deployments.sql_sandbox import one, sandbox


def run_query(home: Path, query: str, form: str, output: Path | None) -> None:
    """Run one statement on the published snapshot; rows go to standard output or to ``output``.

    Raises ``UserError`` for what the sandbox refuses and for DuckDB's own complaints.
    """
    chosen = chosen_format(form, output)
    with sandbox(home) as connection:
        write(one(connection, query), chosen, output=output, stream=sys.stdout, tell=tell)


def prompt(home: Path) -> None:
    """Talk until ``.quit``; earlier statements are under the arrow keys."""
    sql_prompt.with_history(
        Path.home() / ".benchlake_sql_history", lambda: sql_prompt.prompt(home, stream=sys.stdout, tell=tell)
    )


def tell(line: str) -> None:
    """Say something that is no result."""
    sys.stderr.write(f"{line}\n")
