"""ImageJ and Fiji results of lane boxes or gel peaks (csv, or the tab-separated text that it calls xls)."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.errors import Problem, bad_input, warning
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.blot_lanes import TABLE, Box, band_frame, band_problems, in_blocks, without_background_lanes
from tasks.methods.headed_tables import HeadedTable, headed_table
from tasks.methods.signatures import IMAGEJ, recognise_file

ASSAY = "western_blot"
_REMEDY = "In ImageJ set measurements to area, mean, min & max and integrated density, measure again, save the results."
_USED = ("Area", "Mean", "Min", "Max", "IntDen")
_LIMITS = (255.0, 65535.0)
_MIDDLE = 0.5


def claims(raw: RawFile, context: Context) -> bool:
    """Whether ImageJ wrote the file and no other assay is declared."""
    return context.assay in (None, ASSAY) and recognise_file(raw) == IMAGEJ


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read one box a row into ``core.blot_bands``; boxes are in the order of lanes, target after target.

    The signal is ``IntDen`` (else ``RawIntDen``, else area x mean), or the peak's area of the gel analyser. ImageJ
    measures brightness: where bands are dark on light (column `bands` of files.csv says ``dark``), the box is inverted.
    A box that reaches the brightest (darkest) grey value is ``saturated``; boxes that are light all over look like dark
    bands nobody declared, which is asked, and only black pixels count as saturated then. Raises ``BadInputError`` for
    rows that are missing or out of order: lanes would shift.
    """
    table = headed_table(raw, IMAGEJ, _is_header, "Area, Mean, IntDen", _REMEDY)
    _refuse_gaps(table)
    is_dark = bool(context.row and context.row.attributes.get("bands", "").strip().lower() == "dark")
    boxes = _boxes(table, is_dark=is_dark)
    bands = band_frame(without_background_lanes(in_blocks(boxes, raw, context), context), raw, context)
    problems = (*band_problems(bands, raw, context), *_polarity(table, raw, is_dark=is_dark))
    used = _USED if table.index("IntDen") is not None else (*_USED, "RawIntDen")
    return Parsed({TABLE: bands}, problems, table.unread(*used))


def _is_header(cells: Sequence[str]) -> bool:
    titles = {c.lower() for c in cells}
    return "area" in titles and bool({"intden", "rawintden", "mean", "percent"} & titles)


def _refuse_gaps(table: HeadedTable) -> None:
    """ImageJ numbers its rows 1, 2, 3, …; a deleted row would move every later lane."""
    numbers = [cells[0] for _, cells in table.rows] if not table.header[0] else []
    for expected, ((line, _), found) in enumerate(zip(table.rows, numbers, strict=False), start=1):
        if found != str(expected):
            message = f"row {found!r} stands where row {expected} was expected: boxes are missing or repeated"
            remedy = "Save ImageJ's results again without deleting or sorting rows."
            raise bad_input(table.file, f"line {line}", "rows_out_of_order", message, remedy, found)


def _boxes(table: HeadedTable, *, is_dark: bool) -> list[Box]:
    area, mean = table.numbers("Area"), table.numbers("Mean")
    low, high = table.numbers("Min"), table.numbers("Max")
    limit, looks_dark = _limit(high), _mean_share(table) > _MIDDLE and not is_dark
    density = table.numbers("IntDen") if table.index("IntDen") is not None else table.numbers("RawIntDen")
    is_peak = table.index("Percent") is not None and table.index("IntDen", "RawIntDen", "Mean") is None
    boxes = []
    for i, (line, _) in enumerate(table.rows):
        size, level, signal = area[i], mean[i], density[i]
        edge = high[i]
        if is_peak:
            boxes.append(Box(line, signal=size, is_corrected=True))
            continue
        if signal is None and size is not None and level is not None:
            signal = size * level
        if is_dark:
            level = None if level is None else limit - level
            edge = None if low[i] is None else limit - (low[i] or 0.0)
            signal = None if size is None or level is None else size * level
        flags = ["unreadable"] if signal is None else []
        is_full = low[i] is not None and (low[i] or 0.0) <= 0 if looks_dark else edge is not None and edge >= limit
        flags += ["saturated"] if is_full else []
        boxes.append(Box(line, area=_positive(size), signal=signal, mean=level, max=edge, flags=tuple(flags)))
    return boxes


def _positive(size: float | None) -> float | None:
    return size if size is None or size >= 0 else None


def _limit(high: Sequence[float | None]) -> float:
    """The brightest grey value that the picture can have."""
    top = max((h for h in high if h is not None), default=0.0)
    return next((limit for limit in _LIMITS if top <= limit), top)


def _mean_share(table: HeadedTable) -> float:
    """Mean grey value of all boxes as a share of the brightest; 0 where it was not measured."""
    means = [m for m in table.numbers("Mean") if m is not None]
    return sum(means) / len(means) / _limit(table.numbers("Max")) if means else 0.0


def _polarity(table: HeadedTable, raw: RawFile, *, is_dark: bool) -> tuple[Problem, ...]:
    """Ask when boxes look like dark bands on light although brightness is measured."""
    share = _mean_share(table)
    if is_dark or share <= _MIDDLE:
        return ()
    message = f"the boxes are light (mean {share:.0%} of white): they look like dark bands, but brightness was measured"
    remedy = "Invert the picture before measuring, or write `dark` into a column `bands` of files.csv."
    return (warning(raw.name, "", "bands_look_dark", message, remedy),)


PARSER = Parser(
    name="imagej",
    version="1",
    product=IMAGEJ,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
