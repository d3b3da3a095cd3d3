"""Beckman Coulter Vi-CELL BLU exports: one counted cuvette a row, or the details of every picture of a cuvette."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.counted_cells import TABLE, at_least_zero, count_frame, count_problems, percent
from tasks.methods.headed_tables import HeadedTable, headed_table
from tasks.methods.instrument_times import iso_times
from tasks.methods.lines import read_lines
from tasks.methods.signatures import VICELL, recognise_file

ASSAY = "cell_counts"
_REMEDY = "Export the samples again from the Vi-CELL as csv."
_MILLION = 1e6
_ERRORS = ("error", "failed")
_TOTAL, _VIABLE = "Total (x10^6) cells/mL", "Viable (x10^6) cells/mL"
_DIAMETER = ("Average diameter (µm)", "Average diameter (μm)", "Average diameter (um)")
_USED = ("Sample ID", "Cell count", "Viable cells", _TOTAL, _VIABLE, "Viability (%)", *_DIAMETER,
         "Analysis date/time", "Dilution", "Image#")  # fmt: skip


def claims(raw: RawFile, context: Context) -> bool:
    """Whether a Vi-CELL wrote the file."""
    return context.assay in (None, ASSAY) and recognise_file(raw) == VICELL


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every row into ``core.cell_counts``; counts that read ERROR are null and flagged.

    Densities are printed in millions per mL, corrected for the dilution already. Of a detailed export the line Total
    is read; its pictures and reagents are listed as unread. Raises ``BadInputError`` for one without that line.
    """
    table, left = _detailed(raw)
    if table is None:
        table = headed_table(raw, VICELL, _is_header, "Sample ID, Cell count, Viable cells", _REMEDY)
    total, viable = table.counts("Cell count", words=_ERRORS), table.counts("Viable cells", words=_ERRORS)
    densities = [table.numbers(name, words=_ERRORS) for name in (_TOTAL, _VIABLE)]
    viability = table.numbers("Viability (%)", words=_ERRORS)
    diameter, dilution = table.numbers(*_DIAMETER, words=_ERRORS), table.numbers("Dilution", words=_ERRORS)
    times = iso_times(table.texts("Analysis date/time"))
    names = table.texts("Sample ID")
    rows = [
        {
            "field": names[i] or f"row {i + 1}",
            "sample_name": context.row.sample if context.row and context.row.sample else names[i] or None,
            "total_count": total[i],
            "viable_count": viable[i],
            "percent_viable": percent(viability[i]),
            "concentration_per_ml": _per_ml(densities[0][i]),
            "viable_concentration_per_ml": _per_ml(densities[1][i]),
            "diameter_um": at_least_zero(diameter[i]),
            "dilution": dilution[i] if (dilution[i] or 0) > 0 else None,
            "measured_on": times[i],
            "flag": "unreadable" if total[i] is None else None,
        }
        for i in range(len(table.rows))
    ]
    counts = count_frame(rows, context)
    return Parsed({TABLE: counts}, tuple(count_problems(counts, raw, context)), (*table.unread(*_USED), *left))


def _detailed(raw: RawFile) -> tuple[HeadedTable | None, tuple[str, ...]]:
    """Give the cuvettes of a detailed export as one table, and what else it lists; null for the usual export.

    Every cuvette has a header and line of settings, others of reagents, and a table of its pictures that ends with
    the line Total.
    """
    lines = [(number, [c.strip() for c in cells]) for number, cells in enumerate(read_lines(raw, VICELL), start=1)]
    heads = [place for place, (_, cells) in enumerate(lines) if cells[0].lower() == "image#"]
    if not heads:
        return None, ()
    header: list[str] = []
    rows: list[tuple[int, tuple[str, ...]]] = []
    left: dict[str, None] = {}
    start = 0
    for place in heads:
        settings = next((i for i in range(start, place) if lines[i][1][0].lower() == "sample id"), None)
        end = next((i for i in range(place, len(lines)) if lines[i][1][0].lower() in ("total", "sample id")), None)
        if settings is None or end is None or lines[end][1][0].lower() != "total":
            message = "the pictures of this cuvette have no line Total below them or no Sample ID above"
            raise bad_input(raw.name, f"line {lines[place][0]}", "cut_off", message, _REMEDY)
        titles = [*lines[settings][1], *lines[place][1]]
        header = header or titles
        if titles != header:
            message = "this cuvette has other columns than the first one of the file"
            raise bad_input(raw.name, f"line {lines[place][0]}", "columns_differ", message, _REMEDY)
        width = len(lines[settings][1])
        about = [*lines[settings + 1][1], *[""] * width][:width]
        counted = [*lines[end][1], *[""] * len(titles)][: len(titles) - width]
        rows.append((lines[end][0], (*about, *counted)))
        reagents = (cells[0] for _, cells in lines[settings + 2 : place] if not re.fullmatch(r"[\dA-Z]*\d", cells[0]))
        left |= dict.fromkeys(("counts of every picture", *reagents))
        start = end
    return HeadedTable(raw.name, rows[0][0], tuple(header), tuple(rows)), tuple(n for n in left if n)


def _per_ml(millions: float | None) -> float | None:
    return None if millions is None or millions < 0 else millions * _MILLION


def _is_header(cells: Sequence[str]) -> bool:
    return {"sample id", "cell count", "viable cells"} <= {c.lower() for c in cells}


PARSER = Parser(
    name="vicell",
    version="1",
    product=VICELL,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
