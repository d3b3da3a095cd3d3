"""The command line: ``benchlake``."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer
from rich.markup import escape

from deployments.commands import demo, gene_sets, people, results, runs, server, studies
from deployments.terminal import err, print_problems
from schemas.errors import BadInputError, BenchlakeError, TransientError, UserError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (demo, studies, runs, results, people, gene_sets, server):  # as --help lists them
    app.add_typer(group.commands)
INTERRUPTED = 130


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


def main() -> None:
    """Run the command line; map errors to exit codes."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    try:
        app()
    except UserError as error:
        if error.problems:
            print_problems(error.problems, err)
        err.print(f"[red]error[/red]   {escape(str(error))}", highlight=False)
        sys.exit(2)
    except BadInputError as error:
        print_problems(error.problems, err)
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
