"""Numbers in attributes of instruments' XML."""

from __future__ import annotations

import math

from schemas.errors import bad_input

MOST_COUNT = 10**12


def finite_number(text: str | None) -> float | None:
    """A number; null for what is missing, no number, not a number or infinite."""
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def whole_count(text: str | None, file: str, place: str) -> int | None:
    """A count; null where there is none. Raises ``BadInputError`` for anything else."""
    if not (text or "").strip():
        return None
    found = finite_number(text)
    if found is None or found != int(found) or not 0 <= found <= MOST_COUNT:
        if found == -1:
            return None  # FlowJo's sign for a population that is not counted yet
        message = f"{text!r} is no number of events; a whole number from 0 up was expected"
        raise bad_input(file, place, "not_a_count", message, "Export the file again from its program.", str(text))
    return int(found)
