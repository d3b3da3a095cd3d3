"""Commands that read what was published: ``sql``, ``export``, ``lineage``, ``freeze``, ``diff`` and the like."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Literal

import typer

from deployments.terminal import SCREEN, Home, StudyArg, out, read_study, settings_of, tell, warehouse_of

commands = typer.Typer()


@commands.command()
def sql(
    query: Annotated[str | None, typer.Argument(help="One SELECT; without it, a prompt.")] = None,
    home: Home = None,
    form: Annotated[
        Literal["table", "csv", "json", "parquet"], typer.Option("--format", help="How to print.")
    ] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
) -> None:
    """Query the published snapshot, read-only: `benchlake sql "FROM mart.freshness"`."""
    from deployments.sql import prompt, run_query

    if query is None:
        prompt(settings_of(home).home)
    else:
        run_query(settings_of(home).home, query, form, output)


@commands.command()
def export(
    study: StudyArg,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or one that the same export made.")],
    form: Annotated[
        str,
        typer.Option("--format", help="xlsx (Excel), prism (GraphPad), h5ad (AnnData), ro-crate (archive) or csv."),
    ] = "xlsx",
    home: Home = None,
) -> None:
    """Take the published study away in files that other programs read.

    **xlsx**: one workbook, a sheet per result table and a dictionary. **prism**: a .pzfx per assay with column, XY
    and grouped tables of the values that were tested. **h5ad**: an AnnData per RNA class with counts, normalised
    values and differential expression. **ro-crate**: raw files, tables, figures and how they came about, for an
    archive. **csv**: every result table with a dictionary, for R and Python.

    `benchlake export my-study --format prism for-prism`
    """
    from tasks.engine.context import open_objects
    from tasks.engine.study_export import export as export_study

    files = export_study(study, form, folder, warehouse_of(home), open_objects(home))
    for path in files[:SCREEN]:
        out.print(str(path), markup=False, highlight=False)
    if len(files) > SCREEN:
        tell(f"and {len(files) - SCREEN} files more in {folder}")


@commands.command()
def tables(name: Annotated[str | None, typer.Argument(help="A table or view; without it, all.")] = None) -> None:
    """The data dictionary: every table, column, unit and meaning."""
    from deployments.tables import print_tables

    print_tables(name, out)


@commands.command()
def status(
    study: Annotated[
        str | None, typer.Argument(metavar="[STUDY]", help="Only this study: its folder or study_id; without it, all.")
    ] = None,
    home: Home = None,
) -> None:
    """Last runs, what is stale, what is quarantined and why."""
    from deployments.status import print_status

    print_status(settings_of(home).home, out, read_study(study, home).study.study_id if study else None)


@commands.command()
def lineage(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="A table, e.g. result.pairwise_tests.")],
    key: Annotated[
        list[str],
        typer.Argument(metavar="KEY…", help="column=value pairs, or values of the table's key in order."),
    ],
    home: Home = None,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How to print.")] = "table",
) -> None:
    """From a published row back to wells, raw files, hashes, parameters and versions.

    `benchlake lineage pairwise_tests comparison_id=viability_all time_h=72 group_a=il1b group_b=il1b_exo role=primary`
    """
    from deployments.lineage import lineage_of, print_lineage

    print_lineage(lineage_of(warehouse_of(home), table, key), form, out)


Label = Annotated[str, typer.Argument(metavar="LABEL", help="Name of the results, e.g. submission-1.")]


@commands.command()
def freeze(
    study: StudyArg,
    label: Label,
    reason: Annotated[
        str, typer.Option("--reason", help="What for, for the record.")
    ] = "to compare later results with",
    home: Home = None,
) -> None:
    """Keep the published results under a name, for ever: `benchlake freeze my-study submission-1`."""
    from tasks.engine.context import open_objects
    from tasks.engine.freezes import freeze as freeze_results

    frames = freeze_results(read_study(study, home).study, warehouse_of(home), open_objects(home), label, reason)
    rows = sum(frame.height for name, frame in frames.items() if name.startswith("result."))
    out.print(
        f"{rows:,} rows of results are kept as {label}. "
        f"`benchlake diff {shlex.quote(study)} {shlex.quote(label)}` says what changed since.",
        markup=False,
        highlight=False,
    )


@commands.command()
def diff(
    study: StudyArg,
    label: Label,
    home: Home = None,
    form: Annotated[Literal["table", "json", "csv"], typer.Option("--format", help="How to print.")] = "table",
) -> None:
    """What p, n and estimates changed since results were frozen, and which files changed them."""
    from deployments.diff import print_diff
    from tasks.engine.context import open_objects
    from tasks.engine.freezes import standing, thaw
    from tasks.engine.result_diff import difference

    found, warehouse = read_study(study, home).study, warehouse_of(home)
    frozen = thaw(found.study_id, warehouse, open_objects(home), label)
    print_diff(difference(found, frozen, standing(found, warehouse)), form, out)
