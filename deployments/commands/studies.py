"""Commands about a study's folder: ``init``, ``check`` and ``register``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from deployments.terminal import SCREEN, Home, Move, StudyArg, out, print_problems, read_study, tell, warehouse_of
from schemas.errors import Severity

commands = typer.Typer()


@commands.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to create.")],
    landing: Annotated[
        Path | None,
        typer.Option("--from", metavar="LANDING", help="Draft files.csv and samples.csv from these raw files."),
    ] = None,
) -> None:
    """Write a commented, valid study; with `--from`, drafted from the raw files found."""
    from deployments.command import command
    from tasks.engine.new_study import write_new_study

    for line in write_new_study(folder, landing):
        tell(line)
    tell("next:")
    out.print(f"{command()} check {shlex.quote(str(folder))}", markup=False)


@commands.command()
def check(
    study: StudyArg,
    home: Home = None,
    everything: Annotated[bool, typer.Option("--all", help="Print every problem, not only a screenful.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when something is left out.")] = False,
) -> None:
    """Validate sheets and raw files, load nothing; print **every** problem with place and remedy."""
    from tasks.engine import ingest
    from tasks.methods.problem_lists import rank

    folder = read_study(study, home)
    problems = ingest.check(folder)
    print_problems(problems, out, limit=None if everything else SCREEN, study=shlex.quote(study))
    local, warned = (sum(p.severity is s for p in rank(problems)) for s in (Severity.LOCAL, Severity.WARNING))
    out.print(
        f"{folder.study.study_id}: {_counted(len(folder.landing), 'raw file')}, "
        f"{_counted(len(folder.study.samples), 'sample')}; "
        f"{_counted(local, 'problem')} that {'leaves' if local == 1 else 'leave'} something out, "
        f"{_counted(warned, 'warning')}."
    )
    if strict and local:
        raise typer.Exit(1)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


@commands.command()
def register(study: StudyArg, home: Home = None, move: Move = False) -> None:
    """Note where a study lies, so that `benchlake up` schedules it and commands know it by its id."""
    from tasks.engine.context import open_objects
    from tasks.engine.ingest import register as register_study

    folder = read_study(study, home)
    register_study(folder, warehouse_of(home), open_objects(home), move=move)
    out.print(f"{folder.study.study_id} is registered for {folder.path}.", markup=False)
