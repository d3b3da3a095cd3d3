"""Compact letter display: groups that share a letter do not differ significantly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_lowercase


def letters(groups: Sequence[str], differs: Mapping[tuple[str, str], bool | None]) -> dict[str, str] | None:
    """Letters by group from all pairs of groups, by insertion and absorption.

    ``differs``: whether a pair (in either order) differs significantly; null where it could not be
    tested. Groups of such pairs get no letters as long as they are in any; null altogether where a
    pair of the remaining groups is missing, or fewer than two groups remain. The first letter goes to
    the first of ``groups``.

    Piepho 2004, doi:10.1198/1061860043515
    """
    known = {frozenset(pair): result for pair, result in differs.items()}
    tested = list(groups)
    while untested := {g: sum(known.get(frozenset((g, h)), False) is None for h in tested if h != g) for g in tested}:
        worst = max(tested, key=untested.__getitem__)
        if not untested[worst]:
            break
        tested.remove(worst)
    pairs = [frozenset((a, b)) for i, a in enumerate(tested) for b in tested[i + 1 :]]
    if not pairs or not all(pair in known for pair in pairs):
        return None
    columns: list[frozenset[str]] = [frozenset(tested)]
    for pair in pairs:
        if known[pair]:
            columns = _absorbed([part for column in columns for part in _split(column, pair)])
    order = {g: i for i, g in enumerate(tested)}
    columns.sort(key=lambda column: sorted(order[g] for g in column))
    return {g: "".join(_letter(i) for i, column in enumerate(columns) if g in column) for g in tested}


def _split(column: frozenset[str], pair: frozenset[str]) -> list[frozenset[str]]:
    return [column - {g} for g in pair] if pair <= column else [column]


def _absorbed(columns: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Columns that are part of no other."""
    distinct = list(dict.fromkeys(columns))
    return [c for c in distinct if not any(c < other for other in distinct)]


def _letter(index: int) -> str:
    """Letters a to z, then a2, b2 and so on."""
    turn, place = divmod(index, len(ascii_lowercase))
    return ascii_lowercase[place] + (str(turn + 1) if turn else "")
