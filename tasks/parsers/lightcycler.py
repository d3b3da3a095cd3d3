"""Roche LightCycler 480 text exports: tables of Cp, and raw fluorescence of runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.cq_exports import OPTIONS, Rows, find_table, parsed, run_of, table_at
from tasks.methods.cq_tables import CqTable, Names
from tasks.methods.lines import read_lines
from tasks.methods.plate_identity import identify_plate
from tasks.methods.qpcr_curves import curve_frames
from tasks.methods.qpcr_wells import WELLS_SCHEMA
from tasks.methods.signatures import LIGHTCYCLER, recognise

ASSAY = "qpcr"
_NAMES: Names = {
    "position": ("pos", "position", "well"),
    "sample": ("name", "sample name"),
    "target": ("gene name", "target name", "target"),
    "task": ("task", "sample type"),
    "cq": ("cp", "cq"),
    "quantity": ("standard",),
    "omit": ("omit",),
    "include": ("include",),
}
_FIRST_LINE = re.compile(r"Experiment:\s*(.*?)\s*(?:Selected )?Filter:\s*(.*)", re.IGNORECASE)
_FILTER = re.compile(r"\s*\d{3}-\d{3}\s*")
_RAW = ("samplepos", "prog#", "cycle#", "temp")
_FALSE = frozenset({"false", "no", "0"})
_STEADY = 5.0  # degrees by which the temperature of a melt segment at least rises


def claims(raw: RawFile, context: Context) -> bool:
    """Whether LightCycler 480 software wrote the file."""
    return context.assay in (None, ASSAY) and recognise(raw.head, raw.name) == LIGHTCYCLER


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the table Include, Pos, Name, Cp, Standard into ``core.qpcr_wells``; raw data into curves.

    The export names no gene: it comes from ``target`` of files.csv or of the layout. Wells that are
    not included are ``omitted``; wells with a standard concentration are standards. A file of raw
    fluorescence (SamplePos, Cycle#, Temp) gives amplification curves, and melt curves where the
    temperature rises. Raises ``BadInputError`` when neither table is found.
    """
    rows = read_lines(raw, LIGHTCYCLER)
    header: dict[str, str] = {}
    for cells in rows[:5]:
        if match := _FIRST_LINE.match(" ".join(c for c in cells if c.strip()).strip()):
            header = {"experiment name": match[1], "selected filter": match[2], "software": "LightCycler 480"}
    run = run_of(header, raw, context)
    found = find_table(rows, names=_NAMES)
    if found:
        return parsed(_with_tasks(found[0]), run)
    at = next((i for i, cells in enumerate(rows) if set(_RAW) <= {c.strip().lower() for c in cells}), None)
    if at is None:
        raise bad_input(
            raw.name,
            f"line {len(rows)}",
            "no_results",
            "no table with the columns Include, Color, Pos, Name and Cp was found up to the end of the file",
            'Export the result table of the "Abs Quant" analysis again as text.',
        )
    name = run.row.target if run.row else None
    nothing = pl.DataFrame(schema={**WELLS_SCHEMA})
    plate, _ = identify_plate(run.name, run.barcode, run.row)
    curves, problems = curve_frames(_raw_curves(rows, at, name or ""), nothing, replace(run, name=plate))
    left = [c.strip() for c in rows[at] if c.strip() and c.strip().lower() not in _RAW and not _FILTER.fullmatch(c)]
    return Parsed({}, tuple(problems), tuple(left), curves)


def _with_tasks(table: CqTable) -> CqTable:
    """Add the columns Omit and Task, which LightCycler writes as Include and as a standard's concentration."""
    include = table.texts(table.column("include"))
    standards = table.texts(table.column("quantity"))
    width = len(table.header)
    rows = []
    for (number, cells), is_in, quantity in zip(table.rows, include, standards, strict=True):
        wide = [*cells[:width], *[""] * (width - len(cells))]
        omit = "true" if is_in.lower() in _FALSE else ""
        rows.append((number, [*wide, omit, "standard" if re.search(r"[1-9]", quantity) else "unknown"]))
    return replace(table, header=(*table.header, "Omit", "Task"), rows=tuple(rows))


def _raw_curves(rows: Rows, at: int, target: str) -> list[CqTable]:
    """One table of curves per program and filter: with cycles, or with temperatures where these rise."""
    table = table_at(rows, at)
    lowered = [h.strip().lower() for h in table.header]
    place, program, cycle, temp = (lowered.index(name) for name in _RAW)
    dyes = [i for i, name in enumerate(lowered) if _FILTER.fullmatch(name)]
    programs: dict[str, list[tuple[int, Sequence[str]]]] = {}
    for number, cells in table.rows:
        if len(cells) == len(table.header):
            programs.setdefault(cells[program].strip(), []).append((number, cells))
    found = []
    for lines in programs.values():
        is_melt = _rises([cells[temp] for _, cells in lines])
        for dye in dyes:
            name = target if target and len(dyes) == 1 else table.header[dye].strip()
            x = temp if is_melt else cycle
            header = ("Pos", "Target", "Temperature" if is_melt else "Cycle", "Fluorescence")
            body = tuple((number, (cells[place], name, cells[x], cells[dye])) for number, cells in lines)
            found.append(CqTable(header, body))
    return found


def _rises(texts: Sequence[str]) -> bool:
    values = [float(t.replace(",", ".")) for t in texts if re.fullmatch(r"\d{1,3}(?:[.,]\d{1,6})?", t.strip())]
    return bool(values) and max(values) - min(values) > _STEADY


PARSER = Parser(
    name="lightcycler",
    version="1",
    product=LIGHTCYCLER,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
