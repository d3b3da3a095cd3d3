"""Bio-Rad Image Lab (ChemiDoc) exports: lane-and-band tables and volume tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.blot_lanes import TABLE, Box, band_frame, band_problems, in_blocks, listed, without_background_lanes
from tasks.methods.headed_tables import HeadedTable, headed_table
from tasks.methods.signatures import IMAGE_LAB, recognise_file

ASSAY = "western_blot"
_REMEDY = "Export the analysis table again from Image Lab (with Adj. Volume) as csv or text."
_ADJUSTED = ("Adj. Volume (Int)", "Adj. Vol. (Int)", "Adj. Volume", "Adj. Vol. (CNT)", "Adj. Total Band Vol. (Int)",
             "Adj. Total Lane Vol. (Int)")  # fmt: skip
_VOLUME = ("Volume (Int)", "Volume", "Vol. (Int)", "Volume (CNT)", "Total Band Vol. (Int)", "Total Lane Vol. (Int)")
_LABEL = ("Band Label", "Label")
_LANE = ("Lane", "Lane No.")
_USED = (*_ADJUSTED, *_VOLUME, *_LABEL, *_LANE, "No.", "Type", "Area (mm2)", "# of Pixels", "Mean Value (Int)",
         "Max. Value (Int)")  # fmt: skip
_MOST_LANES = 1000
_LIMIT = 65535.0  # a ChemiDoc's camera counts to here


def claims(raw: RawFile, context: Context) -> bool:
    """Whether Image Lab wrote the file."""
    return context.assay in (None, ASSAY) and recognise_file(raw) == IMAGE_LAB


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read one band or volume a row into ``core.blot_bands``; the adjusted volume is the signal.

    The target is what files.csv names, else the band's label. In lane tables without labels the lane's strongest band
    is not guessed: every band is kept. Volume tables have no lanes: volumes labelled U1, U2, … are lanes in order,
    those of type Background are left out. Workbooks print the lanes' tables beside each other.
    """
    table = _stacked(headed_table(raw, IMAGE_LAB, _is_header, "Lane, Band No., Adj. Volume (Int)", _REMEDY))
    boxes = _boxes(table, raw, context)
    bands = band_frame(without_background_lanes(boxes, context), raw, context)
    return Parsed({TABLE: bands}, tuple(band_problems(bands, raw, context)), table.unread(*_USED))


def _is_header(cells: Sequence[str]) -> bool:
    titles = {c.lower() for c in cells}
    return bool(titles & {"lane", "lane no.", "no."}) and bool(titles & {t.lower() for t in (*_ADJUSTED, *_VOLUME)})


def _stacked(table: HeadedTable) -> HeadedTable:
    """Put tables that stand beside each other, each beginning with its lane, below each other."""
    lanes = {title.lower() for title in _LANE}
    starts = [i for i, title in enumerate(table.header) if title.lower() in lanes]
    if len(starts) <= 1:
        return table
    width = starts[1] - starts[0]
    rows = [
        (line, cells[start : start + width])
        for start in starts
        for line, cells in table.rows
        if any(cells[start : start + width])
    ]
    filled = tuple((line, (*cells, *[""] * (width - len(cells)))) for line, cells in rows)
    return replace(table, header=table.header[starts[0] : starts[1]], rows=filled)


def _boxes(table: HeadedTable, raw: RawFile, context: Context) -> list[Box]:
    own = listed(context.row.target if context.row else None)
    adjusted, volume = table.numbers(*_ADJUSTED), table.numbers(*_VOLUME)
    labels, kinds = table.texts(*_LABEL), table.texts("Type")
    area = table.numbers("Area (mm2)", "# of Pixels")
    mean, top = table.numbers("Mean Value (Int)"), table.numbers("Max. Value (Int)")
    has_lanes = table.index(*_LANE) is not None
    lanes = _lane_numbers(table) if has_lanes else [None] * len(table.rows)
    boxes = []
    for i, (line, _) in enumerate(table.rows):
        if kinds[i].lower().startswith("background"):
            continue
        signal = adjusted[i] if adjusted[i] is not None else volume[i]
        flags = ["unreadable"] if signal is None else []
        flags += ["saturated"] if (top[i] or 0.0) >= _LIMIT else []
        taken = None if adjusted[i] is None or volume[i] is None else (volume[i] or 0.0) - (adjusted[i] or 0.0)
        target = own[0] if len(own) == 1 else labels[i] if has_lanes else ""
        size = area[i]
        boxes.append(
            Box(line, lanes[i], target, size if size is None or size >= 0 else None, signal, taken, mean[i], top[i],
                is_corrected=adjusted[i] is not None, flags=tuple(flags))
        )  # fmt: skip
    return boxes if has_lanes else in_blocks(boxes, raw, context)


def _lane_numbers(table: HeadedTable) -> list[int | None]:
    """Lanes of a lane table; an empty cell goes on with the lane above."""
    found: list[int | None] = []
    for (line, _), text in zip(table.rows, table.texts(*_LANE), strict=True):
        match = re.fullmatch(r"(?:lane )?0*([1-9]\d{0,2})", text, re.IGNORECASE)
        if match:
            found.append(int(match[1]))
        elif not text and found:
            found.append(found[-1])
        else:
            message = f"{text!r} is no lane; a number was expected"
            raise bad_input(table.file, f"line {line}, column Lane", "not_a_lane", message, _REMEDY, text)
    return found


PARSER = Parser(
    name="image_lab",
    version="1",
    product=IMAGE_LAB,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
