"""Times as instruments print them, to ISO text on the instrument's own clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

_DATE = re.compile(
    r"(?:(?P<y>\d{4})[-/.]?(?P<m>\d{1,2})[-/.]?(?P<d>\d{1,2})|(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<z>\d{4}))"
)
_NAMED = re.compile(  # 29 Sep 2023, 29-Sep-2023 and Sep 29, 2023
    r"\b(?:(?P<d>\d{1,2})[ -](?P<n>[A-Za-z]{3})[a-z]{0,6}\.?[ -](?P<y>\d{4})"
    r"|(?P<n2>[A-Za-z]{3})[a-z]{0,6}\.? (?P<d2>\d{1,2}),? (?P<y2>\d{4}))\b"
)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?(?:[.,]\d+)?\s*(?P<half>[AP]M)?", re.IGNORECASE)
_COMPACT = re.compile(r"(?P<date>\d{8})\s+(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2})")
_MONTHS = 12
_NOON = 12


def iso_times(texts: Sequence[str | None], *, is_day_first: bool = False) -> list[str | None]:
    """ISO date and time of each text, null where it is none; one program wrote all of them.

    ``3/5/2020`` is read month first, unless a text of the list proves the other order or ``is_day_first`` says so.
    Zones are dropped: the time is that of the instrument's clock.
    """
    written = [_numbered(text or "") for text in texts]
    found = [_DATE.search(text) for text in written]
    slashed = [(int(f["a"]), int(f["b"])) for f in found if f and f["a"]]
    day_first = is_day_first
    if any(a > _MONTHS for a, _ in slashed):
        day_first = True
    elif any(b > _MONTHS for _, b in slashed):
        day_first = False
    return [_iso(text, match, day_first=day_first) for text, match in zip(written, found, strict=True)]


def _numbered(text: str) -> str:
    """Write a date whose month is named in numbers."""
    match = _NAMED.search(text)
    name = (match["n"] or match["n2"]).lower() if match else ""
    if not match or name not in _MONTH_NAMES:
        return text
    month = _MONTH_NAMES.index(name) + 1
    written = f"{match['y'] or match['y2']}-{month:02d}-{int(match['d'] or match['d2']):02d}"
    return text[: match.start()] + written + text[match.end() :]


def _iso(text: str, found: re.Match[str] | None, *, day_first: bool) -> str | None:
    if not found:
        return None
    if found["y"]:
        year, month, day = int(found["y"]), int(found["m"]), int(found["d"])
    else:
        year, first, second = int(found["z"]), int(found["a"]), int(found["b"])
        month, day = (second, first) if day_first else (first, second)
    rest = text[: found.start()] + " " + text[found.end() :]
    clock = _TIME.search(rest)
    hour, minute, second = 0, 0, 0
    if compact := _COMPACT.search(text):
        hour, minute, second = int(compact["h"]), int(compact["m"]), int(compact["s"])
    elif clock:
        hour, minute, second = int(clock["h"]), int(clock["m"]), int(clock["s"] or 0)
        if clock["half"]:
            hour = hour % _NOON + (_NOON if clock["half"].upper() == "PM" else 0)
    try:
        moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 -- the instrument names no zone
    except ValueError:
        return None
    return moment.isoformat() if clock or compact else date(year, month, day).isoformat()
