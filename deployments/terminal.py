"""What every command shares: the two consoles, options that recur, and how a study is found."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from schemas.errors import Problem

if TYPE_CHECKING:  # imported late: `--help` is to be quick
    from schemas.settings import Settings
    from tasks.engine.study_files import StudyFolder
    from warehouse.store import Warehouse

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
SCREEN = 30

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="Where warehouse, raw objects and reports live. [default: $BENCHLAKE_HOME, else ./.benchlake]"
    ),
]
StudyArg = Annotated[
    str, typer.Argument(metavar="STUDY", help="A study folder, or the study_id of a registered study.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 1 when a file was quarantined.")]
Move = Annotated[bool, typer.Option("--move", help="The study folder was moved: register its new place.")]


def settings_of(home: Path | None) -> Settings:
    """Settings of this home, or of the environment's."""
    from tasks.engine.context import settings

    return settings(home)


def warehouse_of(home: Path | None) -> Warehouse:
    """The warehouse of this home."""
    from tasks.engine.context import open_warehouse

    return open_warehouse(home)


def read_study(study: str, home: Path | None) -> StudyFolder:
    """Read the study of this folder or study_id.

    Raises:
        UserError: there is no such study, or its sheets cannot be used; with all problems of theirs.
    """
    from tasks.engine.study_files import read_folder, resolve

    return read_folder(resolve(study, warehouse_of(home)))


def tell(message: str) -> None:
    """Say on stderr what is going on."""
    err.print(f"[dim]·[/dim] {escape(message)}", highlight=False)


def print_problems(
    problems: Iterable[Problem], console: Console, *, limit: int | None = SCREEN, study: str = "STUDY"
) -> None:
    """Print problems ranked, at most a screenful; ``study`` stands in the commands that remedies name."""
    from deployments.summary import print_lines
    from tasks.methods.problem_lists import listed

    print_lines(listed(tuple(problems), study=study, limit=limit), console)
