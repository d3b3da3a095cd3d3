"""Commands that load and compute: ``run`` and its arrows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from deployments.terminal import SCREEN, Home, Move, Strict, StudyArg, out, read_study, settings_of, tell, warehouse_of

commands = typer.Typer()


@commands.command()
def run(
    study: StudyArg,
    home: Home = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be read and computed; change nothing.")
    ] = False,
    strict: Strict = False,
    move: Move = False,
) -> None:
    """Load what is new, compute what changed, publish; end with a table of what was done."""
    if dry_run:
        from tasks.engine.preview import preview

        found = preview(read_study(study, home), warehouse_of(home))
        out.print(f"{len(found.to_read)} files would be read, {found.unchanged_count} stand as they are.")
        for name in found.to_read[:SCREEN]:
            out.print(f"  read     {name}", markup=False, highlight=False)
        for label in found.stale_parts:
            out.print(f"  compute  {label}", markup=False, highlight=False)
        for label in found.skipped_parts:
            out.print(f"  skip     {label}", markup=False, highlight=False)
        if found.to_read:
            out.print("What follows from the new files is decided when they are read.")
        return
    run_and_tell(study, home, move=move, strict=strict)


def run_and_tell(study: str, home: Path | None, *, move: bool, strict: bool) -> None:
    """Run the study and print what was done; leave with 1 where something failed."""
    from deployments.run import run as run_study
    from deployments.summary import print_summary

    summary = run_study(study, settings_of(home), move=move, strict=strict, tell=tell)
    print_summary(summary, settings_of(home).home, out)
    if summary.failed or (strict and summary.quarantined):
        raise typer.Exit(1)


def _arrow(
    name: Literal["ingest", "analyse", "publish"], study: str, home: Path | None, *, strict: bool = False
) -> None:
    from deployments.run import run_arrow
    from deployments.summary import print_summary

    summary = run_arrow(name, study, settings_of(home), tell=tell)
    print_summary(summary, settings_of(home).home, out)
    if summary.failed or (strict and summary.quarantined):
        raise typer.Exit(1)


@commands.command()
def ingest(study: StudyArg, home: Home = None, strict: Strict = False) -> None:
    """Keep, check and load new raw files; compute nothing."""
    _arrow("ingest", study, home, strict=strict)


@commands.command()
def analyse(study: StudyArg, home: Home = None) -> None:
    """Compute what is out of date from what is loaded."""
    _arrow("analyse", study, home)


@commands.command()
def publish(study: StudyArg, home: Home = None) -> None:
    """Swap the study's rows in the snapshot that analysts read."""
    _arrow("publish", study, home)
