"""The command line: ``benchlake``."""

from __future__ import annotations

import logging
import os
import re
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.markup import escape

from schemas.errors import BadInputError, BenchlakeError, Problem, Severity, TransientError, UserError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
SCREEN = 30
INTERRUPTED = 130
_WELL = re.compile(r"[A-Za-z]{1,2}\d{1,2}")

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


@app.callback()
def _benchlake(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step.")] = False,
) -> None:
    """From raw instrument and sequencing files to tested results that SQL can reach.

    **First steps**: `benchlake demo` runs a simulated study; `benchlake init my-study` writes an
    empty one with every setting explained; `benchlake check my-study` lists all problems at once;
    `benchlake run my-study` loads and computes what is new; `benchlake sql` queries the result.
    """
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO" if verbose else "CRITICAL")  # errors are told by main()
    os.environ.setdefault("PREFECT_LOGGING_ROOT_LEVEL", "INFO" if verbose else "CRITICAL")
    for name in ("tasks", "warehouse"):  # what our own steps say is the progress that people see
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.addHandler(_Progress())
        logger.propagate = False  # else Prefect's console prints each line again
    logging.getLogger("flows").propagate = False  # why a run failed is told by main()
    logging.getLogger("great_expectations").setLevel(logging.WARNING)


class _Progress(logging.Handler):
    """One line a step on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the record's message; a traceback only for a bug."""
        err.print("[dim]·[/dim] " + escape(record.getMessage()), highlight=False)
        if record.exc_info:
            err.print(logging.Formatter().formatException(record.exc_info), markup=False, highlight=False)


def _settings(home: Path | None) -> Any:  # noqa: ANN401 (imported late)
    from tasks.engine.context import settings

    return settings(home)


def _warehouse(home: Path | None) -> Any:  # noqa: ANN401 (imported late)
    from tasks.engine.context import open_warehouse

    return open_warehouse(home)


def _folder(study: str, home: Path | None) -> Any:  # noqa: ANN401 (imported late)
    from tasks.engine.study_files import read_folder, resolve

    return read_folder(resolve(study, _warehouse(home)))


def _tell(message: str) -> None:
    err.print(f"[dim]·[/dim] {escape(message)}", highlight=False)


def _print_problems(
    problems: Iterable[Problem], console: Console, *, limit: int | None = SCREEN, study: str = "STUDY"
) -> None:
    from deployments.summary import print_lines
    from tasks.methods.problem_lists import listed

    print_lines(listed(tuple(problems), study=study, limit=limit), console)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder to write the simulated study to.")] = Path(
        "demo"
    ),
    home: Home = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the simulation: the same seed, the same bytes.")] = None,
) -> None:
    """Write a **simulated** copy of the model study, with its known truth, and run it in DIR/.benchlake."""
    from tasks.simulation.study import SEED, simulate

    if folder.exists() and any(folder.iterdir()) and not (folder / "truth.json").is_file():
        raise UserError(
            f"{folder} is not empty and holds no simulated study. Give a new folder: `benchlake demo NEW_DIR`."
        )
    for name, data in simulate(SEED if seed is None else seed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
    _tell(f"simulated study written to {folder} (not real measurements; its truth is in {folder / 'truth.json'})")
    _run(str(folder), home or folder / ".benchlake", move=False, strict=False)


@app.command()
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
        _tell(line)
    _tell("next:")
    out.print(f"{command()} check {shlex.quote(str(folder))}", markup=False)


@app.command()
def check(
    study: StudyArg,
    home: Home = None,
    everything: Annotated[bool, typer.Option("--all", help="Print every problem, not only a screenful.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when something is left out.")] = False,
) -> None:
    """Validate sheets and raw files, load nothing; print **every** problem with place and remedy."""
    from tasks.engine import ingest
    from tasks.methods.problem_lists import rank

    folder = _folder(study, home)
    problems = ingest.check(folder)
    _print_problems(problems, out, limit=None if everything else SCREEN, study=shlex.quote(study))
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


@app.command()
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

        found = preview(_folder(study, home), _warehouse(home))
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
    _run(study, home, move=move, strict=strict)


def _run(study: str, home: Path | None, *, move: bool, strict: bool) -> None:
    from deployments.run import run as run_study
    from deployments.summary import print_summary

    summary = run_study(study, _settings(home), move=move, strict=strict, tell=_tell)
    print_summary(summary, _settings(home).home, out)
    if summary.failed or (strict and summary.quarantined):
        raise typer.Exit(1)


def _arrow(
    name: Literal["ingest", "analyse", "publish"], study: str, home: Path | None, *, strict: bool = False
) -> None:
    from deployments.run import run_arrow
    from deployments.summary import print_summary

    summary = run_arrow(name, study, _settings(home), tell=_tell)
    print_summary(summary, _settings(home).home, out)
    if summary.failed or (strict and summary.quarantined):
        raise typer.Exit(1)


@app.command()
def ingest(study: StudyArg, home: Home = None, strict: Strict = False) -> None:
    """Keep, check and load new raw files; compute nothing."""
    _arrow("ingest", study, home, strict=strict)


@app.command()
def analyse(study: StudyArg, home: Home = None) -> None:
    """Compute what is out of date from what is loaded."""
    _arrow("analyse", study, home)


@app.command()
def publish(study: StudyArg, home: Home = None) -> None:
    """Swap the study's rows in the snapshot that analysts read."""
    _arrow("publish", study, home)


@app.command()
def register(study: StudyArg, home: Home = None, move: Move = False) -> None:
    """Note where a study lies, so that `benchlake up` schedules it and commands know it by its id."""
    from tasks.engine.context import open_objects
    from tasks.engine.ingest import register as register_study

    folder = _folder(study, home)
    register_study(folder, _warehouse(home), open_objects(home), move=move)
    out.print(f"{folder.study.study_id} is registered for {folder.path}.", markup=False)


@app.command()
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
        prompt(_settings(home).home)
    else:
        run_query(_settings(home).home, query, form, output)


@app.command()
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

    files = export_study(study, form, folder, _warehouse(home), open_objects(home))
    for path in files[:SCREEN]:
        out.print(str(path), markup=False, highlight=False)
    if len(files) > SCREEN:
        _tell(f"and {len(files) - SCREEN} files more in {folder}")


@app.command()
def tables(name: Annotated[str | None, typer.Argument(help="A table or view; without it, all.")] = None) -> None:
    """The data dictionary: every table, column, unit and meaning."""
    from deployments.tables import print_tables

    print_tables(name, out)


@app.command()
def status(
    study: Annotated[
        str | None, typer.Argument(metavar="[STUDY]", help="Only this study: its folder or study_id; without it, all.")
    ] = None,
    home: Home = None,
) -> None:
    """Last runs, what is stale, what is quarantined and why."""
    from deployments.status import print_status

    print_status(_settings(home).home, out, _folder(study, home).study.study_id if study else None)


@app.command()
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

    print_lineage(lineage_of(_warehouse(home), table, key), form, out)


Label = Annotated[str, typer.Argument(metavar="LABEL", help="Name of the results, e.g. submission-1.")]


@app.command()
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

    frames = freeze_results(_folder(study, home).study, _warehouse(home), open_objects(home), label, reason)
    rows = sum(frame.height for name, frame in frames.items() if name.startswith("result."))
    out.print(
        f"{rows:,} rows of results are kept as {label}. "
        f"`benchlake diff {shlex.quote(study)} {shlex.quote(label)}` says what changed since.",
        markup=False,
        highlight=False,
    )


@app.command()
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

    found, warehouse = _folder(study, home).study, _warehouse(home)
    frozen = thaw(found.study_id, warehouse, open_objects(home), label)
    print_diff(difference(found, frozen, standing(found, warehouse)), form, out)


Reason = Annotated[str, typer.Option("--reason", help="Why, for the record.")]


@app.command()
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
    found = people.exclude(_folder(study, home), _warehouse(home), open_objects(home), name, well or None, reason)
    out.print(
        f"{found}{':' + well if well else ''} is excluded. `benchlake run {study}` recomputes what it touches; "
        "to undo it, delete its row in exclusions.csv.",
        markup=False,
    )


@app.command()
def retract(
    study: StudyArg,
    file: Annotated[str, typer.Argument(metavar="FILE", help="File as in the study folder.")],
    reason: Reason,
    home: Home = None,
) -> None:
    """Drop a file's rows from every table; its bytes stay, and the reason with them."""
    from tasks.engine import people
    from tasks.engine.context import open_objects

    found = people.retract(_folder(study, home), _warehouse(home), open_objects(home), file, reason)
    out.print(
        f"{found} is retracted. `benchlake run {study}` recomputes what it touches; "
        f"`benchlake reactivate {study} {shlex.quote(found)} --reason …` takes it back.",
        markup=False,
    )


@app.command()
def reactivate(
    study: StudyArg,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A retracted file, as in the study folder.")],
    reason: Reason,
    home: Home = None,
) -> None:
    """Take a retracted file back into analysis."""
    from tasks.engine import people
    from tasks.engine.context import open_objects

    found = people.reactivate(_folder(study, home), _warehouse(home), open_objects(home), file, reason)
    out.print(f"{found} is taken back. `benchlake run {study}` reads it again.", markup=False)


@app.command("gene-sets")
def gene_sets(
    out_file: Annotated[
        Path, typer.Argument(metavar="OUT.gmt.gz", help="File to write; best in a study's reference/.")
    ],
    ontology: Annotated[
        Literal["BP", "MF", "CC"],
        typer.Option(help="Biological process, molecular function or cellular component."),
    ] = "BP",
    evidence: Annotated[
        str, typer.Option(metavar="CODES", help="Take only annotations by this evidence, e.g. EXP,IDA,IMP.")
    ] = "",
    exclude_evidence: Annotated[
        str, typer.Option(metavar="CODES", help="Leave out annotations by this evidence, e.g. IEA (not reviewed).")
    ] = "",
    regulates: Annotated[
        bool,
        typer.Option(
            "--regulates/--no-regulates",
            help="Whether what regulates a process belongs to it (as in Bioconductor), or only its kinds and parts.",
        ),
    ] = True,
    organism: Annotated[str, typer.Option(help="Organism of database or library: human, mouse, rat, …")] = "human",
    org: Annotated[Path | None, typer.Option(metavar="FILE", help="Gene database, e.g. org.Mm.eg.sqlite.")] = None,
    go: Annotated[Path | None, typer.Option(metavar="FILE", help="Ontology database, GO.sqlite.")] = None,
    obo: Annotated[Path | None, typer.Option(metavar="FILE", help="Instead of databases: go-basic.obo.")] = None,
    gaf: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Annotations beside --obo: goa_human.gaf.gz.")
    ] = None,
    taxon: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Organism of a GAF file that holds several, e.g. 9606.")
    ] = None,
    library: Annotated[
        str | None, typer.Option(metavar="NAME", help="Fetch this library of Enrichr instead (needs the internet).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file of that name.")] = False,
) -> None:
    """Build the gene sets of GO, offline, for `enrichment.gene_sets`.

    A set has the genes of its term and of all terms below. Terms and genes come from the databases of Debian's
    `r-bioc-go.db` and `r-bioc-org.hs.eg.db` (R itself is not needed) or, with `--obo` and `--gaf`, from the
    consortium's own files. Version and licence are written into the file and recorded with the study.

    `benchlake gene-sets my-study/reference/go_bp.gmt.gz --exclude-evidence IEA`
    """
    from deployments.gene_sets import Request, write_gene_sets

    codes, without = (
        tuple(code.strip().upper() for code in text.split(",") if code.strip()) for text in (evidence, exclude_evidence)
    )
    request = Request(
        out_file, ontology, codes, without, organism.lower(), regulates, org, go, obo, gaf, taxon, library, force
    )
    sentence, lines = write_gene_sets(request, _tell)
    out.print(sentence, markup=False, highlight=False)
    _tell("next, in study.yaml:")
    out.print(lines, markup=False, highlight=False)


@app.command()
def up(
    home: Home = None,
    port: Annotated[int | None, typer.Option(help="Port of the Prefect UI on this machine. [default: 4200]")] = None,
) -> None:
    """Start the Prefect server and UI here and run every registered study on its schedule, until Ctrl-C."""
    from deployments.serve import up as serve

    settings = _settings(home)
    _warehouse(home).prepare()
    serve(settings.home, port or settings.prefect_port)


def main() -> None:
    """Run the command line; map errors to exit codes."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    try:
        app()
    except UserError as error:
        if error.problems:
            _print_problems(error.problems, err)
        err.print(f"[red]error[/red]   {escape(str(error))}", highlight=False)
        sys.exit(2)
    except BadInputError as error:
        _print_problems(error.problems, err)
        sys.exit(2)
    except TransientError as error:
        err.print(f"[red]error[/red]   {escape(str(error))} Nothing was lost: run the command again.", highlight=False)
        sys.exit(1)
    except (PermissionError, NotADirectoryError, IsADirectoryError) as error:
        where = escape(str(error.filename or "a file"))
        err.print(f"[red]error[/red]   {where}: {error.strerror}. Give yourself the right, or name another place.")
        sys.exit(2)
    except BenchlakeError as error:
        logging.getLogger(__name__).exception("bug")
        err.print(f"[red]bug[/red]     {escape(str(error))}", highlight=False)
        sys.exit(1)
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:  # typer's word for Ctrl-C
            err.print("stopped; nothing was lost, run the command again to go on.")
        raise


if __name__ == "__main__":
    main()
