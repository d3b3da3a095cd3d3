"""Problems in the order that people should read them, and no more than a screen of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from schemas.errors import Problem, Severity

_SERIOUS = {Severity.FATAL: 0, Severity.LOCAL: 1, Severity.WARNING: 2}
_SHEETS = ("study.yaml", "samples.csv", "contrasts.csv", "comparisons.csv", "files.csv")
_NUMBER = re.compile(r"([0-9]+)")
_LONGEST_VALUE = 60
SCREEN = 20  # lines: what a terminal of 24 shows under a heading


def shown(value: object) -> str:
    """A value as it is quoted in a message: on one line, shortened."""
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def several(names: Sequence[str], most: int = 3) -> str:
    """Names in a message: the first ones, and how many more there are."""
    listed = ", ".join(map(shown, names[:most]))
    return f"{listed} and {len(names) - most} more" if len(names) > most else listed


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part[:9]), "") if part.isdecimal() else (-1, part) for part in _NUMBER.split(text)]


def rank(problems: Iterable[Problem]) -> list[Problem]:
    """Most serious first; among equals by sheet, then by place; the same problem once."""

    def order(problem: Problem) -> tuple[int, int, list[tuple[int, str]], list[tuple[int, str]]]:
        sheet = _SHEETS.index(problem.file) if problem.file in _SHEETS else len(_SHEETS)
        return _SERIOUS[problem.severity], sheet, _natural(problem.file), _natural(problem.place)

    return sorted(dict.fromkeys(problems), key=order)


def listed(problems: Sequence[Problem], *, study: str, limit: int | None = SCREEN) -> list[str]:
    """One line a problem, most serious first, at most ``limit`` lines (all where null).

    The last line of a shortened list says how many more there are and how to see them.
    """
    ranked = rank(problems)
    lines = [" ".join(f"{problem.severity}: {problem}".split()) for problem in ranked]
    if limit is None or len(lines) <= limit:
        return lines
    rest = Counter(problem.severity for problem in ranked[limit - 1 :])
    kinds = ", ".join(f"{rest[severity]} {severity}" for severity in _SERIOUS if rest[severity])
    more = f"… and {rest.total()} more ({kinds}); all of them: benchlake check {study} --all"
    return [*lines[: limit - 1], more]
