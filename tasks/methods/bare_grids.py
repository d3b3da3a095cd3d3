"""Plates printed as nothing but numbers: 8 x 12, 16 x 24 or 32 x 48 cells without letters and column numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.methods.grids import PLATE_SHAPES, GridRow
from tasks.methods.numbers import MISSED_WORDS, OVERFLOW_WORDS

_SHAPES = {columns: rows for size, (rows, columns) in PLATE_SHAPES.items() if size >= 96}  # noqa: PLR2004
_NUMBER = re.compile(r"[<>*]?\s*[+-]?[\d.,]*\d[\d.,]*(?:[eE][+-]?\d{1,3})?\s*\*?")
_WORDS = frozenset((*OVERFLOW_WORDS, *MISSED_WORDS))


def bare_rows(lines: Sequence[Sequence[str]], start: int) -> list[GridRow]:
    """Rows of a bare plate that begins at index ``start``; empty where none does.

    Every line must be readings only, as many lines as the shape has rows, no line more.
    """
    if not _is_bare(lines[start]):
        return []
    end = start
    while end < len(lines) and end - start <= max(_SHAPES.values()) and _is_bare(lines[end]):
        end += 1
    width = max(_width(cells) for cells in lines[start:end])
    if _SHAPES.get(width) != end - start:
        return []
    return [
        GridRow(index + 1, index - start, tuple(c.strip() for c in lines[index][:width]), "")
        for index in range(start, end)
    ]


def _width(cells: Sequence[str]) -> int:
    return max((i + 1 for i, cell in enumerate(cells) if cell.strip()), default=0)


def _is_bare(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return (
        len(cells) > 1
        and any(map(_NUMBER.fullmatch, filled))
        and all(_NUMBER.fullmatch(cell) or cell.lower() in _WORDS for cell in filled)
    )
