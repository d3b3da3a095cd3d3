"""Spillover matrices: from FCS keywords and tables, from single stains, and compensation by them.

A matrix has one row per stain and one column per detector: the share of the stain's own detector that is
seen in each (1 on the diagonal). Measured = true x matrix, so compensation solves for the true intensities.

Bagwell & Adams 1993, doi:10.1111/j.1749-6632.1993.tb38775.x
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from schemas.errors import bad_input

Array = npt.NDArray[np.float64]
KEYWORDS = ("$SPILLOVER", "SPILLOVER", "SPILL", "$SPILL", "$COMP", "COMP", "SPILLOVERMATRIX")
_LEAST_SIGNAL = 1.0
_REMEDY = "Write a table with the channel names as header and one row of numbers per channel."


@dataclass(frozen=True)
class Spillover:
    """Channels (``$PnN``) and their square matrix."""

    channels: tuple[str, ...]
    matrix: tuple[tuple[float, ...], ...]

    @property
    def is_identity(self) -> bool:
        """Whether it compensates nothing."""
        return bool(np.array_equal(self.array, np.eye(len(self.channels))))

    @property
    def array(self) -> Array:
        """The matrix, stains by detectors."""
        return np.array(self.matrix, np.float64).reshape(len(self.channels), len(self.channels))

    @property
    def is_usable(self) -> bool:
        """Whether it is finite and can be inverted."""
        return bool(self.channels) and bool(np.isfinite(self.array).all()) and np.linalg.cond(self.array) < 1e6  # noqa: PLR2004

    def to_json(self) -> str:
        """Give ``{"channels": […], "matrix": [[…]]}``."""
        return json.dumps({"channels": self.channels, "matrix": self.matrix}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Spillover:
        """Read what ``to_json`` wrote."""
        found = json.loads(text)
        return cls(tuple(found["channels"]), tuple(tuple(map(float, row)) for row in found["matrix"]))

    def renamed(self, names: Mapping[str, str]) -> Spillover:
        """With other names for its channels, where ``names`` has one."""
        return Spillover(tuple(names.get(c, c) for c in self.channels), self.matrix)


def from_keywords(keywords: Mapping[str, str], channels: Sequence[str]) -> tuple[Spillover | None, str | None]:
    """The spillover matrix that a data set carries, and why it cannot be used; both null where it has none.

    ``channels``: ``$PnN`` in order. Matrices may name channels or, as some programs do, number them.
    """
    for keyword in KEYWORDS:
        text = keywords.get(keyword, "").strip()
        if not text:
            continue
        found = _parsed(text, channels)
        if isinstance(found, str):
            return None, f"{keyword} {found}"
        if unknown := [c for c in found.channels if c not in channels]:
            return None, f"{keyword} names {unknown[0]!r}, which is no channel of the file"
        return (found, None) if found.is_usable else (None, f"{keyword} is a matrix that cannot be inverted")
    return None, None


def _parsed(text: str, channels: Sequence[str]) -> Spillover | str:
    cells = [cell.strip() for cell in re.split(r"[,;\t]", text)]
    try:
        n = int(cells[0])
    except ValueError:
        return f"begins with {cells[0][:20]!r}; the number of channels was expected"
    if n < 1 or len(cells) > 1 + n + n * n:
        return f"says {n} channels, but has {len(cells) - 1} entries"
    if len(cells) == 1 + n * n and n == len(channels):
        names, numbers = tuple(channels), cells[1:]
    elif len(cells) == 1 + n + n * n:
        names, numbers = tuple(cells[1 : n + 1]), cells[n + 1 :]
    else:
        return f"says {n} channels, but has {len(cells) - 1} entries"
    if all(name.isdigit() and 0 < int(name) <= len(channels) for name in names) and not set(names) <= set(channels):
        names = tuple(channels[int(name) - 1] for name in names)
    if len(set(names)) < n:
        return "names a channel twice"
    try:
        values = [float(v) for v in numbers]
    except ValueError:
        return "has entries that are no numbers"
    return Spillover(names, tuple(tuple(values[i * n : (i + 1) * n]) for i in range(n)))


def from_table(text: str, file: str) -> Spillover:
    """A matrix from a table: a header of channel names, then a row of numbers per channel, which may begin with a name.

    Comma, semicolon, tab or blanks separate cells; a line above the header (FlowJo's and CellQuest's) is skipped, and
    headers like ``FITC-A :: CD3`` count by their first part. Raises ``BadInputError`` when it is none.
    """
    rows = [row for row in _cells(text) if any(cell for cell in row)]
    numeric = [i for i, row in enumerate(rows) if len(row) > 1 and _numbers(row[1:]) is not None]
    if not numeric or numeric[0] == 0:
        raise bad_input(file, "", "no_matrix", "no channel names followed by rows of numbers were found", _REMEDY)
    header = [c.strip("<>") for c in rows[numeric[0] - 1]]
    header = [c for c in header if c]
    n = len(header)
    body = [rows[i] for i in numeric][:n]
    values = []
    for row in body:
        numbers = _numbers(row[-n:]) if len(row) >= n else None
        if numbers is None:
            break
        values.append(tuple(numbers))
    if len(values) != n or len(set(header)) < n:
        message = f"the header names {n} channels, {len(values)} rows have {n} numbers"
        raise bad_input(file, "", "no_matrix", message, _REMEDY)
    found = Spillover(tuple(c.split("::")[0].strip() for c in header), tuple(values))
    if any(abs(v) > 1 + 1e-9 for row in values for v in row) and all(math.isclose(values[i][i], 100) for i in range(n)):
        found = Spillover(found.channels, tuple(tuple(v / 100 for v in row) for row in values))
    if not found.is_usable:
        raise bad_input(file, "", "singular_matrix", "the matrix cannot be inverted", "Check its numbers.")
    return found


def _cells(text: str) -> list[list[str]]:
    lines = text.splitlines()
    mark = next((m for m in ("\t", ";", ",") if any(m in line for line in lines)), None)
    if mark is None:
        return [[c.strip('"') for c in line.split()] for line in lines]
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)]


def _numbers(cells: Sequence[str]) -> list[float] | None:
    try:
        return [float(cell) for cell in cells if cell]
    except ValueError:
        return None


def from_single_stains(unstained: Mapping[str, float], stained: Mapping[str, Mapping[str, float]]) -> Spillover:
    """Spillover from the median intensity of controls.

    ``unstained``: median by channel; ``stained``: by the stain's own channel, the medians of its single-stain control.
    Medians less the unstained ones, none below 0, are divided by that of the stain's own channel. Raises
    ``ValueError`` naming a control that is no brighter than the unstained one where it should be.
    """
    names = tuple(stained)
    rows = []
    for own, medians in stained.items():
        signal = {c: max(0.0, medians[c] - unstained[c]) for c in names}
        if signal[own] < _LEAST_SIGNAL or signal[own] < max(signal.values()):
            brightest = max(signal, key=signal.__getitem__)
            raise ValueError(
                f"the single stain for {own} is brightest in {brightest}, or as dim as the unstained control"
            )
        rows.append(tuple(signal[c] / signal[own] for c in names))
    return Spillover(names, tuple(rows))


def compensate(columns: Mapping[str, npt.NDArray[np.floating]], spillover: Spillover) -> dict[str, Array]:
    """True intensities of the matrix's channels: ``columns`` (events by channel) times its inverse."""
    measured = np.stack([np.asarray(columns[c], np.float64) for c in spillover.channels])
    true = np.linalg.solve(spillover.array.T, measured)
    return dict(zip(spillover.channels, true, strict=True))
