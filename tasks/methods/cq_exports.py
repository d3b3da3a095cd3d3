"""What qPCR exports have in common: header lines, then tables of Cq, then perhaps curves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, RawFile
from tasks.methods.cq_tables import APPLIED_BIOSYSTEMS, CqTable, Names, is_header
from tasks.methods.qpcr_curves import Curves, curve_frames, unread_of_curves
from tasks.methods.qpcr_plate_setup import setup_problems
from tasks.methods.qpcr_run_header import RUNS, read_columns, run_frame
from tasks.methods.qpcr_wells import Run, qpcr_wells
from tasks.methods.workbooks import sheet_names

Rows = Sequence[Sequence[str]]
OPTIONS = ("qpcr.plate_size",)  # of study.yaml: what numbers of wells mean where the file does not say
_KEY_AND_VALUE = 2
_FIRST_OF_CURVES = ("well", "well position")


def metadata(rows: Rows) -> dict[str, str]:
    """Header lines as lower-case key to value, up to the first ``[Section]``.

    They read ``* Key = Value`` or ``# Key: Value``, or stand in two cells.
    """
    found: dict[str, str] = {}
    for cells in rows:
        if cells and re.fullmatch(r"\[.+\]", cells[0].strip()):
            break
        first = cells[0].strip().lstrip("*#").strip() if cells else ""
        key, sign, value = first.partition("=")
        if not sign:
            value = next((c for c in cells[1:] if c.strip()), "")
        if not sign and not value:
            key, _, value = first.partition(": ")
        if key.strip():
            found.setdefault(key.strip().rstrip(":").lower(), value.strip())
    return found


def described(rows: Rows, header: int, table: CqTable) -> dict[str, str]:
    """Header lines above a table and those below it, up to the next section or table; above wins.

    Programs print the analysis below the results: endogenous control, reference sample, confidence level.
    """
    end = table.rows[-1][0] if table.rows else header + 1
    below: list[Sequence[str]] = []
    for cells in rows[end:]:
        if sum(bool(c.strip()) for c in cells) > _KEY_AND_VALUE:
            break
        below.append(cells)
    return metadata(below) | metadata(rows[:header])


def find_table(
    rows: Rows, where: str = "line", start: int = 0, names: Names = APPLIED_BIOSYSTEMS
) -> tuple[CqTable, int] | None:
    """First table with wells and Cq at or after ``start``, and the index of its header; null when there is none.

    It ends at a blank line or at the next ``[Section]``.
    """
    for index in range(start, len(rows)):
        if is_header(rows[index], names) and CqTable(tuple(rows[index]), (), names=names).has_cq:
            return table_at(rows, index, where, names), index
    return None


def table_at(rows: Rows, header: int, where: str = "line", names: Names = APPLIED_BIOSYSTEMS) -> CqTable:
    """Table whose header is at an index, up to a blank line or the next ``[Section]``."""
    body: list[tuple[int, Sequence[str]]] = []
    for index in range(header + 1, len(rows)):
        cells = rows[index]
        if not any(c.strip() for c in cells) or re.fullmatch(r"\[.+\]", cells[0].strip()):
            break
        body.append((index + 1, cells))
    return CqTable(tuple(rows[header]), tuple(body), where, names=names)


def section(rows: Rows, name: str) -> int | None:
    """Index of the line ``[name]``; null when the file has no such section."""
    wanted = f"[{name.lower()}]"
    return next((i for i, cells in enumerate(rows) if cells and cells[0].strip().lower() == wanted), None)


def curve_sheets(sheets: Mapping[str, Rows], wanted: Sequence[str]) -> list[CqTable]:
    """Tables on the sheets of those lower-case names, below their header lines; sheets without a table are left out."""
    found = []
    for name, rows in sheets.items():
        header = next(
            (i for i, cells in enumerate(rows) if cells and cells[0].strip().lower() in _FIRST_OF_CURVES), None
        )
        if name.strip().lower() in wanted and header is not None:
            found.append(table_at(rows, header, f"sheet {name}, row"))
    return found


def unread_sheets(raw: RawFile, read: Mapping[str, Rows]) -> list[str]:
    """Sheets of a workbook that nobody read."""
    return [f"sheet {name}" for name in sheet_names(raw.content, raw.name) if name not in read]


def run_of(meta: Mapping[str, str], raw: RawFile, context: Context) -> Run:
    """Name, barcode and plate size of a run, from its header lines, its file name and study.yaml."""
    stem = PurePosixPath(raw.name).name.removesuffix(".gz").rpartition(".")[0] or raw.name
    source = (meta.get("experiment file name") or meta.get("file name") or meta.get("filename") or "").replace(
        "\\", "/"
    )
    eds = PurePosixPath(source).name.rpartition(".")[0] if source else ""
    block = re.search(r"(\d{2,4})[ -]?well", meta.get("block type", ""), re.IGNORECASE)
    size = int(block[1]) if block else context.study.config.qpcr.plate_size
    return Run(
        file=raw.name,
        name=meta.get("experiment name") or eds or stem,
        barcode=meta.get("experiment barcode") or meta.get("barcode") or "",
        size=size,
        row=context.row,
        layout=context.layout,
        header=meta,
    )


def parsed(table: CqTable, run: Run, curves: Curves = ()) -> Parsed:
    """Turn a table into what the parser returns, with its run and curves; first refuse one that breaks off.

    ``curves``: tables of fluorescence with header and rows, see ``curve_frames``.
    """
    _require_whole_rows(table, run)
    wells, problems, unread = qpcr_wells(table, run)
    derived, lost = curve_frames(curves, wells, run)
    used = read_columns(table)
    frames = {"core.qpcr_wells": wells, RUNS: run_frame(wells, table, run)}
    left = dict.fromkeys([*(name for name in unread if name not in used), *unread_of_curves(curves)])
    return Parsed(frames, (*problems, *lost, *setup_problems(wells, run.file)), tuple(left), derived)


def _require_whole_rows(table: CqTable, run: Run) -> None:
    """Refuse a row with a target that ends before its Cq: programs print at least an empty cell there."""
    cq, target = table.column("cq"), table.column("target")
    if cq is None:
        return
    for number, cells in table.rows:
        if len(cells) <= cq and (target is None or (target < len(cells) and cells[target].strip())):
            raise bad_input(
                run.file,
                f"{table.where} {number}",
                "cut_off",
                f"the row has {len(cells)} cells and ends before its Cq, which stands in cell {cq + 1}",
                "The file is cut off or was edited: export the results again.",
            )
