"""Spillover matrices: from FCS keywords, from single stains, and compensation by them.

A matrix has one row per stain and one column per detector: the share of the stain's own detector that is
seen in each (1 on the diagonal). Measured = true x matrix, so compensation solves for the true intensities.

Bagwell & Adams 1993, doi:10.1111/j.1749-6632.1993.tb38775.x
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
KEYWORDS = ("$SPILLOVER", "SPILLOVER", "SPILL", "$SPILL", "$COMP", "COMP", "SPILLOVERMATRIX")
_FROM_TO = re.compile(r"\$DFC(\d{1,4})TO(\d{1,4})")
_LEAST_SIGNAL = 1.0


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
        if not all(math.isclose(d, 1, rel_tol=1e-3) for d in np.diagonal(found.array)):
            return None, f"{keyword} has other numbers than 1 for a stain in its own channel"
        return (found, None) if found.is_usable else (None, f"{keyword} is a matrix that cannot be inverted")
    return _percentages(keywords, channels)


def _percentages(keywords: Mapping[str, str], channels: Sequence[str]) -> tuple[Spillover | None, str | None]:
    """The matrix that ``$DFCmTOn`` of FCS 2.0 gives: percent of the signal of channel m that is seen in channel n."""
    given = {(int(m[1]), int(m[2])): text for k, text in keywords.items() if (m := _FROM_TO.fullmatch(k))}
    if not given:
        return None, None
    numbers = sorted({n for pair in given for n in pair})
    if not 1 <= numbers[0] <= numbers[-1] <= len(channels):
        return None, f"$DFCmTOn names channel {numbers[-1]}, the file has {len(channels)}"
    matrix = np.eye(len(numbers))
    for (source, sink), text in given.items():
        try:
            share = float(text) / 100
        except ValueError:
            return None, f"$DFC{source}TO{sink} says {text.strip()[:20]!r}; a percentage was expected"
        if source != sink:
            matrix[numbers.index(source), numbers.index(sink)] = share
    found = Spillover(tuple(channels[n - 1] for n in numbers), tuple(map(tuple, matrix.tolist())))
    if len(set(found.channels)) < len(numbers) or not found.is_usable:
        return None, "$DFCmTOn is a matrix that cannot be inverted"
    return found, None


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
