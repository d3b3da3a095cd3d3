"""What QuantStudio, Design & Analysis and SDS exports have in common: header lines, then tables of Cq."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, RawFile
from tasks.methods.cq_tables import CqTable, is_header
from tasks.methods.qpcr_wells import Run, qpcr_wells

Rows = Sequence[Sequence[str]]


def metadata(rows: Rows) -> dict[str, str]:
    """Header lines as lower-case key to value: ``* Key = Value``, or key and value in two cells."""
    found: dict[str, str] = {}
    for cells in rows:
        first = cells[0].strip().lstrip("*#").strip() if cells else ""
        key, sign, value = first.partition("=")
        if not sign:
            value = next((c for c in cells[1:] if c.strip()), "")
        if key.strip():
            found.setdefault(key.strip().rstrip(":").lower(), value.strip())
    return found


def find_table(rows: Rows, where: str = "line", start: int = 0) -> tuple[CqTable, int] | None:
    """First table with wells and Cq at or after ``start``, and the index of its header; null when there is none.

    It ends at a blank line or at the next ``[Section]``.
    """
    for index in range(start, len(rows)):
        if is_header(rows[index]) and CqTable(tuple(rows[index]), ()).has_cq:
            return table_at(rows, index, where), index
    return None


def table_at(rows: Rows, header: int, where: str = "line") -> CqTable:
    """Table whose header is at an index, up to a blank line or the next ``[Section]``."""
    body: list[tuple[int, Sequence[str]]] = []
    for index in range(header + 1, len(rows)):
        cells = rows[index]
        if not any(c.strip() for c in cells) or re.fullmatch(r"\[.+\]", cells[0].strip()):
            break
        body.append((index + 1, cells))
    return CqTable(tuple(rows[header]), tuple(body), where)


def section(rows: Rows, name: str) -> int | None:
    """Index of the line ``[name]``; null when the file has no such section."""
    wanted = f"[{name.lower()}]"
    return next((i for i, cells in enumerate(rows) if cells and cells[0].strip().lower() == wanted), None)


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
    )


def parsed(table: CqTable, run: Run) -> Parsed:
    """Turn a table into what the parser returns; first refuse one that breaks off."""
    _require_whole_rows(table, run)
    wells, problems, unread = qpcr_wells(table, run)
    return Parsed({"core.qpcr_wells": wells}, tuple(problems), tuple(unread))


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
