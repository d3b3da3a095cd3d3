"""Commands by which people take data out and back: ``exclude``, ``retract`` and ``reactivate``."""

from __future__ import annotations

import re
import shlex
from typing import Annotated

import typer

from deployments.terminal import Home, StudyArg, out, read_study, warehouse_of

commands = typer.Typer()


_WELL = re.compile(r"[A-Za-z]{1,2}\d{1,2}")
Reason = Annotated[str, typer.Option("--reason", help="Why, for the record.")]


@commands.command()
def exclude(
    study: StudyArg,
    file: Annotated[
        str, typer.Argument(metavar="FILE[:WELL]", help="File as in the study folder, with a well if only that.")
    ],
    reason: Reason,
    home: Home = None,
) -> None:
    """Leave a file or a well out of analysis; bytes and rows stay, and the reason with them."""
    from tasks.engine import people
    from tasks.engine.context import open_objects

    name, colon, well = file.rpartition(":")
    if not (colon and _WELL.fullmatch(well)):  # a file's name may hold a colon
        name, well = file, ""
    found = people.exclude(read_study(study, home), warehouse_of(home), open_objects(home), name, well or None, reason)
    out.print(
        f"{found}{':' + well if well else ''} is excluded. `benchlake run {study}` recomputes what it touches; "
        "to undo it, delete its row in exclusions.csv.",
        markup=False,
    )


@commands.command()
def retract(
    study: StudyArg,
    file: Annotated[str, typer.Argument(metavar="FILE", help="File as in the study folder.")],
    reason: Reason,
    home: Home = None,
) -> None:
    """Drop a file's rows from every table; its bytes stay, and the reason with them."""
    from tasks.engine import people
    from tasks.engine.context import open_objects

    found = people.retract(read_study(study, home), warehouse_of(home), open_objects(home), file, reason)
    out.print(
        f"{found} is retracted. `benchlake run {study}` recomputes what it touches; "
        f"`benchlake reactivate {study} {shlex.quote(found)} --reason …` takes it back.",
        markup=False,
    )


@commands.command()
def reactivate(
    study: StudyArg,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A retracted file, as in the study folder.")],
    reason: Reason,
    home: Home = None,
) -> None:
    """Take a retracted file back into analysis."""
    from tasks.engine import people
    from tasks.engine.context import open_objects

    found = people.reactivate(read_study(study, home), warehouse_of(home), open_objects(home), file, reason)
    out.print(f"{found} is taken back. `benchlake run {study}` reads it again.", markup=False)
