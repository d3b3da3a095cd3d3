"""What of a design cannot be told apart, in words: which columns, which levels, which samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from tasks.methods.problem_lists import several

Metadata = Mapping[str, Mapping[str, str]]
_SHOWN = 4
_SAMPLES = 6
_ZERO = 1e-8


def separated(metadata: Metadata, variable: str, block: str, levels: Sequence[str]) -> str | None:
    """Why two levels of ``variable`` cannot be compared within ``block``; null when blocks link them.

    Levels are linked that occur in one block, and those that a chain of such levels joins (an
    incomplete block design).
    """
    reference, target = levels
    parts = _components(metadata, variable, block)
    if any({reference, target} <= part for part, _ in parts):
        return None
    only = [f"{level} occurs only with {block} {_where(metadata, variable, level, block)}" for level in levels]
    return (
        f"{variable} cannot be told from {block}: no {block} has both {reference} and {target} "
        f"({'; '.join(only)}), so either may explain a difference"
    )


def aliased(
    metadata: Metadata,
    factors: Sequence[str],
    columns: Sequence[tuple[str, str]],
    matrix: npt.NDArray[np.float64],
) -> str:
    """Which columns of a design that is not of full rank say the same, with their levels and samples.

    ``factors`` are the names of the sheet's columns; ``columns`` names the coefficients (factor, level) and
    ``matrix`` is samples x coefficients. Two factors are looked at first; what three of them say
    together is told by the coefficient that follows from others.
    """
    for one, other in combinations(factors, 2):
        parts = _components(metadata, one, other)
        if len(parts) > 1:
            return _apart(metadata, one, other, parts)
    for index in range(1, matrix.shape[1]):
        weights, *_ = np.linalg.lstsq(matrix[:, :index], matrix[:, index], rcond=None)
        if np.abs(matrix[:, :index] @ weights - matrix[:, index]).max() < _ZERO:
            others = np.flatnonzero(np.abs(weights) > _ZERO).tolist()
            names = [" ".join(columns[i]) for i in others if columns[i][0]]
            samples = [s for s, value in zip(metadata, matrix[:, index], strict=True) if value]
            factor, level = columns[index]
            return (
                f"{factor} {level} ({several(samples, _SAMPLES)}) cannot be told from {several(names) or 'the rest'}: "
                "together they fall on the same samples"
            )
    return f"the columns {', '.join(factors)} cannot be told apart"


def _components(metadata: Metadata, one: str, other: str) -> list[tuple[set[str], set[str]]]:
    """Levels of two columns that samples link, directly or through others; in the samples' order."""
    parts: list[tuple[set[str], set[str]]] = []
    for row in metadata.values():
        linked = [p for p in parts if row[one] in p[0] or row[other] in p[1]]
        joined = ({row[one]}.union(*(p[0] for p in linked)), {row[other]}.union(*(p[1] for p in linked)))
        parts = [p for p in parts if p not in linked] + [joined]
    seen = list(dict.fromkeys(row[one] for row in metadata.values()))
    return sorted(parts, key=lambda part: min(map(seen.index, part[0])))


def _apart(metadata: Metadata, one: str, other: str, parts: Sequence[tuple[set[str], set[str]]]) -> str:
    """What links no two of these groups of levels; ``one`` is blocking, ``other`` may be."""
    groups = []
    for firsts, seconds in parts:
        samples = several([s for s, row in metadata.items() if row[one] in firsts], _SAMPLES)
        here, there = (
            (f"{other} {several(sorted(seconds))}", f"{one} {several(sorted(firsts))}")
            if all(len(b) == 1 for _, b in parts) and not all(len(a) == 1 for a, _ in parts)
            else (f"{one} {several(sorted(firsts))}", f"{other} {several(sorted(seconds))}")
        )
        groups.append(f"{here} occurs only with {there} ({samples})")
    return f"{other} cannot be told from {one}: {'; '.join(groups[:_SHOWN])}"


def _where(metadata: Metadata, variable: str, level: str, block: str) -> str:
    """The blocks that a level occurs in, and its samples."""
    rows = {s: row[block] for s, row in metadata.items() if row[variable] == level}
    return f"{several(sorted(set(rows.values())))}: {several(list(rows), _SAMPLES)}"
