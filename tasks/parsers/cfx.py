"""Bio-Rad CFX Maestro and CFX Manager exports of quantification: csv, txt, xlsx."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import polars as pl

from schemas.errors import Problem, Severity, bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.cq_exports import OPTIONS, find_table, metadata, parsed, run_of
from tasks.methods.cq_tables import CqTable, Names, task
from tasks.methods.curve_grids import curve_grid
from tasks.methods.pages import Page, read_pages
from tasks.methods.plate_identity import identify_plate
from tasks.methods.qpcr_curves import curve_frames
from tasks.methods.qpcr_wells import WELLS_SCHEMA, Run
from tasks.methods.signatures import CFX, recognise_file

ASSAY = "qpcr"
_NAMES: Names = {
    "position": ("well",),
    "sample": ("sample", "sample name", "identifier"),
    "target": ("target", "gene"),
    "task": ("content",),
    "cq": ("cq", "c(t)", "ct", "threshold cycle (c(t))", "threshold cycle"),
    "quantity": ("starting quantity (sq)", "starting quantity", "sq"),
}
_DYE = re.compile(r"(?:Results|RFU|Derivative)_([A-Za-z0-9 ]{1,20})\.\w+(?:\.gz)?\Z")
_CONTENTS = frozenset({"unkn", "std", "ntc", "nrt", "pos ctrl", "neg ctrl", "pos", "neg", ""})


def claims(raw: RawFile, context: Context) -> bool:
    """Whether a CFX program wrote the file, as text or workbook."""
    return context.assay in (None, ASSAY) and recognise_file(raw) == CFX


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the table Well, Fluor, Target, Content, Sample, Cq into ``core.qpcr_wells``, grids of RFU into curves.

    A Cq of 0 or NaN means that nothing amplified. Where wells name no target and files.csv neither,
    their dye stands for it, so that the channels of a well stay apart. Quantities are kept for
    standards. A file of amplification or melt curves (a line a cycle or temperature, a column a well) gives
    curves only; their target is that of files.csv, else the dye that names the sheet or ends the file's name.
    Raises ``BadInputError`` when there is neither, or the table is cut off.
    """
    pages = read_pages(raw, CFX)
    about = [cells for page in pages if _is_run_information(page) for cells in page.rows]
    for page in pages:
        where = f"sheet {page.name}, row" if page.name else "line"
        found = find_table(page.rows, where, names=_NAMES)
        if found:
            table, header = found
            run = run_of(_header([*page.rows[:header], *about]), raw, context)
            named, problems = _with_targets(table, raw.name, context)
            result = parsed(named, run)
            strange = _unknown_contents(table, raw.name)
            left = ["Content"] if strange else []
            left += [f"sheet {p.name}" for p in pages if p is not page and not _is_run_information(p)]
            return replace(result, problems=(*result.problems, *problems, *strange), unread=(*result.unread, *left))
    return _curves(raw, context, pages, run_of(_header(about), raw, context))


def _curves(raw: RawFile, context: Context, pages: Sequence[Page], run: Run) -> Parsed:
    own = context.row.target if context.row else None
    is_derivative = "derivative" in raw.name.lower()
    grids: list[CqTable] = []
    left: list[str] = []
    for page in pages:
        where = f"sheet {page.name}, row" if page.name else "line"
        dye = page.name or (match[1] if (match := _DYE.search(PurePosixPath(raw.name).name)) else "")
        grid = curve_grid(page.rows, own or dye, where, "Derivative" if is_derivative else "Fluorescence")
        if grid is not None and grid.rows:
            grids.append(grid)
        elif not _is_run_information(page):
            left.append(f"sheet {page.name}" if page.name else "file")
    if not grids:
        raise bad_input(
            raw.name,
            "",
            "no_results",
            "no table with the columns Well, Fluor, Target, Content, Sample and Cq was found, and no grid of RFU",
            'Export "Quantification Cq Results" from CFX Maestro again, as csv, txt or xlsx.',
        )
    plate, _ = identify_plate(run.name, run.barcode, run.row)
    found, problems = curve_frames(grids, pl.DataFrame(schema=WELLS_SCHEMA), replace(run, name=plate))
    return Parsed({}, tuple(problems), tuple(left), found)


def _is_run_information(page: Page) -> bool:
    return page.name.strip().lower() == "run information"


def _header(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    return metadata([_without_margin(cells) for cells in rows])


def _without_margin(cells: Sequence[str]) -> Sequence[str]:
    return cells[1:] if cells and not cells[0].strip() else cells


def _with_targets(table: CqTable, file: str, context: Context) -> tuple[CqTable, list[Problem]]:
    """Give wells without a target the one of files.csv, or their dye."""
    dyes = [h.strip().lower() for h in table.header].index("fluor") if "fluor" in _lowered(table) else None
    at = table.column("target")
    channels = set(table.texts(dyes)) if dyes is not None else set()
    own = context.row.target if context.row and len(channels) <= 1 else None  # one gene is read in one channel
    nameless = [i for i, name in enumerate(table.texts(at)) if not name]
    if not nameless or (dyes is None and not own):
        return table, []
    names = [own] * len(table.rows) if own else table.texts(dyes)
    column = len(table.header) if at is None else at
    rows = []
    for (number, cells), printed, name in zip(table.rows, table.texts(at), names, strict=True):
        wide = [*cells, *[""] * (column + 1 - len(cells))]
        wide[column] = printed or name or ""
        rows.append((number, wide))
    header = (*table.header, "Target") if at is None else table.header
    filled = replace(table, header=header, rows=tuple(rows))
    if own or _is_laid_out(context):
        return filled, []
    message = (
        f"{len(nameless)} wells name no target; their dye ({', '.join(sorted(set(names) - {''})[:4])}) stands for it"
    )
    remedy = "Name targets in the plate setup, in a layout (column target), or in the column target of files.csv."
    return filled, [Problem(Severity.WARNING, file, "", "", "no_target", message, remedy)]


def _is_laid_out(context: Context) -> bool:
    return context.layout is not None and any(w.target for w in context.layout.wells)


def _lowered(table: CqTable) -> list[str]:
    return [h.strip().lower() for h in table.header]


def _unknown_contents(table: CqTable, file: str) -> list[Problem]:
    """Contents that no CFX program writes: the column was used for something else."""
    texts = table.texts(table.column("task"))
    other = sorted({t for t in texts if task(t, "") == "unknown" and t.lower().rpartition("-")[0] not in _CONTENTS})
    strange = [t for t in other if t.lower() not in _CONTENTS]
    if not strange:
        return []
    message = (
        f"the column Content holds {', '.join(strange[:4])}{' …' if len(strange) > 4 else ''}, "  # noqa: PLR2004
        "where CFX writes Unkn, Std, NTC, NRT, Pos Ctrl or Neg Ctrl; these wells are read as samples"
    )
    remedy = "If it holds the gene, rename the columns Content and Target to each other's place and import again."
    return [
        Problem(
            Severity.WARNING, file, f"{table.where} {table.rows[0][0]}", strange[0], "unknown_content", message, remedy
        )
    ]


PARSER = Parser(
    name="cfx",
    version="1",
    product=CFX,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
