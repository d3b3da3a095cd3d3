"""RNA or DNA sequences as one array of codes, linear or circular."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
AMBIGUOUS = 4  # N, R, Y and every other letter: pairs with nothing
_TABLE = np.full(256, AMBIGUOUS, np.uint8)
for _letter, _code in zip("ACGTUacgtu", (0, 1, 2, 3, 3) * 2, strict=True):
    _TABLE[ord(_letter)] = _code


def encode(sequence: str) -> Codes:
    """Codes of a sequence: A 0, C 1, G 2, T and U 3, anything else 4. The complement of a code is 3 minus it."""
    return _TABLE[np.frombuffer(sequence.encode("ascii", "replace"), np.uint8)]


@dataclass(frozen=True)
class Pool:
    """Sequences laid one behind the other, with what their ends need so that no window leaves its sequence.

    ``codes`` holds for each sequence ``pad`` codes, the sequence, ``pad`` codes. The pads of a circle
    are its other end, as often as it takes; those of a linear sequence are ambiguous.
    """

    codes: Codes
    starts: Ints  # of each sequence in ``codes``
    lengths: Ints
    is_circular: npt.NDArray[np.bool_]


def pool(sequences: Sequence[str], is_circular: Sequence[bool], pad: int) -> Pool:
    """Lay sequences out; ``pad`` is the longest reach of a window beyond an end."""
    parts: list[Codes] = []
    starts, at = [], 0
    blank = np.full(pad, AMBIGUOUS, np.uint8)
    for sequence, circular in zip(sequences, is_circular, strict=True):
        codes = encode(sequence)
        length = len(codes)
        if circular and length:
            parts.append(codes[np.arange(-pad, length + pad) % length])
        else:
            parts += [blank, codes, blank]
        starts.append(at + pad)
        at += length + 2 * pad
    return Pool(
        np.concatenate(parts) if parts else np.empty(0, np.uint8),
        np.array(starts, np.int64),
        np.array([len(s) for s in sequences], np.int64),
        np.array(is_circular, bool),
    )
