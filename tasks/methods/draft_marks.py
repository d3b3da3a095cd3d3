"""What ``init --from`` left for people to fill in."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.errors import Problem, Severity
from tasks.methods.problem_lists import shown

FILL_IN = "FILL IN"


def draft_problems(name: str, lines: Iterable[tuple[int, str]]) -> tuple[Problem, ...]:
    """One warning for a sheet whose ``lines`` (number, text) still bear the mark of a draft, at the first of them."""
    marked = [(line, text[text.index(FILL_IN) :]) for line, text in lines if FILL_IN in text]
    if not marked:
        return ()
    line, text = marked[0]
    more = f" (lines like it: {len(marked)})" if len(marked) > 1 else ""
    message = f"the draft still says '{shown(text)}'{more}"
    remedy = f"Fill in what is missing, then delete the words from {FILL_IN} on."
    return (Problem(Severity.WARNING, name, f"line {line}", shown(text), "draft_mark", message, remedy),)
