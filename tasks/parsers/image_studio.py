"""LI-COR Image Studio (Odyssey) exports of shapes: one row a band and channel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.blot_lanes import TABLE, Box, band_frame, band_problems, named_targets, without_background_lanes
from tasks.methods.headed_tables import HeadedTable, headed_table
from tasks.methods.signatures import IMAGE_STUDIO, recognise_file

ASSAY = "western_blot"
_REMEDY = "Export the shapes table again from Image Studio (all columns, as text or csv)."
_USED = ("Channel", "Name", "Signal", "Total", "Area", "Bkgnd.", "Type", "Lane", "Max", "Saturated", "Trim Signal")


def claims(raw: RawFile, context: Context) -> bool:
    """Whether Image Studio wrote the file."""
    return context.assay in (None, ASSAY) and recognise_file(raw) == IMAGE_STUDIO


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read one shape a row into ``core.blot_bands``.

    Signal is what the program prints: the total minus its background. The target of a channel is what files.csv says
    (``700:GAPDH;800:SOX9``), else the shape's name, else the channel. Lanes are the column Lane, else the shapes of a
    channel in order. Shapes of type Background are taken off by the program already and left out.
    """
    table = headed_table(raw, IMAGE_STUDIO, _is_header, "Image Name, Channel, Name, Signal, Total", _REMEDY)
    boxes = _boxes(table, context)
    bands = band_frame(without_background_lanes(boxes, context), raw, context)
    return Parsed({TABLE: bands}, tuple(band_problems(bands, raw, context)), table.unread(*_USED))


def _is_header(cells: Sequence[str]) -> bool:
    titles = {c.lower() for c in cells}
    return {"channel", "signal"} <= titles and bool({"image name", "total", "bkgnd."} & titles)


def _boxes(table: HeadedTable, context: Context) -> list[Box]:
    channels, names, kinds = table.texts("Channel"), table.texts("Name"), table.texts("Type")
    targets = named_targets(context, sorted(set(channels)))
    only = context.row.target if context.row and context.row.target and not targets else None
    signal, total, area = table.numbers("Signal"), table.numbers("Total"), table.numbers("Area")
    lanes, marks = table.numbers("Lane"), table.texts("Saturated")
    if only and ";" in only:
        only = None
    boxes: list[Box] = []
    order: dict[str, int] = {}
    for i, (line, _) in enumerate(table.rows):
        if kinds[i].lower().startswith("background"):
            continue
        target = targets.get(channels[i]) or only or _named(names[i]) or channels[i]
        order[target] = order.get(target, 0) + 1
        lane = lanes[i]
        flags = ["unreadable"] if signal[i] is None else []
        flags += ["saturated"] if marks[i].lower() in ("yes", "true", "1") else []
        size, all_of_it, own = area[i], total[i], signal[i]
        box = Box(line, int(lane) if lane and 1 <= lane < _MOST_LANES else order[target], target)
        boxes.append(
            replace(
                box,
                area=size if size is None or size >= 0 else None,
                signal=own,
                background=None if all_of_it is None or own is None else all_of_it - own,
                mean=all_of_it / size if all_of_it is not None and size else None,
                flags=tuple(flags),
                is_corrected=True,
            )
        )
    return boxes


_MOST_LANES = 1000


def _named(name: str) -> str:
    """A shape's name where a person gave it one; the program numbers shapes."""
    return "" if re.fullmatch(r"[0-9]*|(?:shape|s|band|lane) ?[0-9]+", name, re.IGNORECASE) else name


PARSER = Parser(
    name="image_studio",
    version="1",
    product=IMAGE_STUDIO,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
