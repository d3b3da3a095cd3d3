"""Curves printed as a grid: one line a cycle or temperature, one column a well."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.methods.cq_tables import CqTable
from tasks.methods.grids import well_name

_AXES = {"cycle": "Cycle", "temperature": "Temperature", "temp": "Temperature", "temp.": "Temperature"}
_SEARCHED = 40


def curve_grid(
    rows: Sequence[Sequence[str]], target: str, where: str = "line", value: str = "Fluorescence"
) -> CqTable | None:
    """Make a long table of curves of a grid, for ``curve_frames``; null where no line is its header.

    The header names a cycle or temperature and then wells; ``target`` is that of all its curves. Columns ``Well
    Position, Target``, the axis, and ``value``. Short rows and empty cells have no reading.
    """
    found = next((i for i, cells in enumerate(rows[:_SEARCHED]) if _axis(cells) is not None), None)
    if found is None:
        return None
    header = rows[found]
    axis = _axis(header) or 0
    wells = [(i, name) for i, cell in enumerate(header) if i > axis and (name := well_name(cell.strip()))]
    body = [
        (number, (name, target, cells[axis], cells[i]))
        for number, cells in enumerate(rows[found + 1 :], start=found + 2)
        for i, name in wells
        if i < len(cells) and cells[axis].strip() and cells[i].strip()
    ]
    title = _AXES[header[axis].strip().lower()]
    return CqTable(("Well Position", "Target", title, value), tuple(body), where)


def _axis(cells: Sequence[str]) -> int | None:
    """Index of the column of cycles or temperatures in a header that names wells after it."""
    at = next((i for i, cell in enumerate(cells) if cell.strip().lower() in _AXES), None)
    if at is None or not any(well_name(cell.strip()) for cell in cells[at + 1 :] if cell.strip()):
        return None
    return at
