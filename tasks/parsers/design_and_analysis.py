"""Applied Biosystems Design & Analysis 2 and its successor Diomni (QuantStudio 3 to 7 Pro): workbooks and csv."""

from __future__ import annotations

import re
from dataclasses import replace

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.cq_exports import OPTIONS, Rows, curve_sheets, described, find_table, parsed, run_of, unread_sheets
from tasks.methods.cq_tables import CqTable, targets, task, unread, wells
from tasks.methods.lines import read_content, read_lines
from tasks.methods.signatures import DESIGN_AND_ANALYSIS, recognise_file
from tasks.methods.workbooks import is_workbook, read_sheets, sheet_names

ASSAY = "qpcr"
_RESULTS, _STANDARDS = "results", "standard curve result"
_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,9})?(?:[eE][+-]?\d{1,2})?")
_CURVES = ("amplification data", "melt curve raw", "melt curve raw data")


def claims(raw: RawFile, context: Context) -> bool:
    """Whether Design & Analysis wrote the file, as workbook or csv."""
    return context.assay in (None, ASSAY) and recognise_file(raw) == DESIGN_AND_ANALYSIS


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the sheet ``Results`` into ``core.qpcr_wells``, quantities of standards from ``Standard Curve Result``.

    Without that sheet a standard whose sample is a number has that quantity: the program fits its curves to it.
    Raises ``BadInputError`` when the sheet or its table is missing, cut off, or has no
    column for wells or Cq. A primary analysis names no target: files.csv may.
    """
    if is_workbook(read_content(raw, DESIGN_AND_ANALYSIS)):
        wanted = (_RESULTS, _STANDARDS, *_CURVES)
        sheets = read_sheets(raw.content, raw.name, lambda n: n.strip().lower() in wanted)
        by_name = {name.strip().lower(): rows for name, rows in sheets.items()}
        name = next((n for n in sheets if n.strip().lower() == _RESULTS), "")
        rows: Rows = by_name.get(_RESULTS, [])
        where, names = f"sheet {name}, row", sheet_names(raw.content, raw.name)
    else:
        sheets, by_name, name, where, names = {}, {}, "", "line", []
        rows = read_lines(raw, DESIGN_AND_ANALYSIS)
    found = find_table(rows, where)
    if found is None:
        has = f"; its sheets are {', '.join(names)}" if names else ""
        raise bad_input(
            raw.name,
            f"sheet {name}" if name else "",
            "no_results",
            f'no table with the columns Well Position and Cq was found on a sheet "Results"{has}',
            'Export the plate again from Design & Analysis and tick "Results".',
        )
    table, header = found
    run = run_of(described(rows, header, table), raw, context)
    extra = _named_quantities(table, run.size) | _standards(by_name.get(_STANDARDS, []), run.size)
    result = parsed(table, replace(run, extra=extra), curve_sheets(sheets, _CURVES))
    left = [*(unread_sheets(raw, sheets) if sheets else ()), *_unread_of_standards(by_name.get(_STANDARDS, []))]
    return replace(result, unread=(*result.unread, *left))


def _unread_of_standards(rows: Rows) -> list[str]:
    """Columns of the standard curve's sheet but quantities and what the results repeat; curves are fitted anew."""
    found = find_table(rows)
    return [] if found is None else [f"Standard Curve Result: {name}" for name in unread(found[0])]


def _named_quantities(table: CqTable, size: int | None) -> dict[tuple[str, str], str]:
    """Quantity of each well and target of a standard that is named by its quantity."""
    ((names, _),) = targets(table, None) if table.column("cq") is not None else (([], []),)
    samples, printed = table.texts(table.column("sample")), table.texts(table.column("task"))
    rows = zip(wells(table, size), names, samples, printed, strict=True)
    return {
        (well, target): sample
        for well, target, sample, role in rows
        if well and _NUMBER.fullmatch(sample) and task(role, sample) == "standard"
    }


def _standards(rows: Rows, size: int | None) -> dict[tuple[str, str], str]:
    """Quantity printed for each well and target of the standard curve."""
    found = find_table(rows)
    if found is None or found[0].column("cq") is None:
        return {}
    table, _ = found
    ((names, _),) = targets(table, None)
    quantities = table.texts(table.column("quantity"))
    places = wells(table, size)
    return {(w, t): q for w, t, q in zip(places, names, quantities, strict=True) if w and q}


PARSER = Parser(
    name="design_and_analysis",
    version="3",
    product=DESIGN_AND_ANALYSIS,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
