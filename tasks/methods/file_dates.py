"""Files that are older than the cultures they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

import polars as pl

from schemas.errors import Problem, warning
from schemas.study import Study
from tasks.contracts import RawFile
from tasks.methods.instrument_times import iso_times

_AHEAD = timedelta(hours=14)  # the earliest local time on earth: no zone of the lab makes a false alarm
_LISTED = 4


def before_culture(
    raw: RawFile, frames: Mapping[str, pl.DataFrame], matched: Mapping[str, str | None], study: Study
) -> Iterator[Problem]:
    """Warn when a file says it was measured, or was last written, before a culture in it was set up.

    ``matched``: names in the file to samples. What the instrument prints counts; a file written too early counts where
    the file says nothing. A day that may be a month is read in the culture's favour.
    """
    cultured = {s.sample: s.culture_date[:10] for s in study.samples if s.culture_date}
    names = {name: sample for name, sample in matched.items() if sample in cultured}
    if not names:
        return
    written = (raw.modified_at + _AHEAD).date()
    printed = _printed(frames, names)
    late: dict[str, tuple[date, str]] = {}
    for name, sample in names.items():
        start = _date(cultured[sample or ""])
        measured = printed.get(name, written)
        if start and measured < start:
            late.setdefault(str(sample), (measured, "was measured" if name in printed else "was last written"))
    if late:
        first, (measured, how) = next(iter(sorted(late.items())))
        listed = ", ".join(sorted(late)[:_LISTED]) + (f" and {len(late) - _LISTED} more" if len(late) > _LISTED else "")
        yield warning(
            raw.name,
            f"sample {listed}",
            "file_before_culture",
            f"the file {how} on {measured.isoformat()}, culture {first} was set up on {cultured[first]}",
            "Check whether this is another experiment's file, and the column culture_date of samples.csv.",
            first,
        )


def _printed(frames: Mapping[str, pl.DataFrame], names: Iterable[str]) -> dict[str, date]:
    """The latest day on which each name may have been measured, by the instruments' own words."""
    found: dict[str, date] = {}
    for frame in frames.values():
        if "run_at" in frame.columns:  # one line a run, whichever samples were in it
            days = [day for text in iso_times(frame["run_at"].to_list()) if text and (day := _date(text[:10]))]
            whole = len(days) == frame.height and days
            found |= dict.fromkeys(names, max(max(d, _swapped(d)) for d in days)) if whole else {}
        if not {"measured_on", "sample_name"} <= set(frame.columns):
            continue
        for name, text in frame.select("sample_name", "measured_on").unique().drop_nulls().iter_rows():
            if name in names and (day := _date(text[:10])):
                found[name] = max(found.get(name, day), day, _swapped(day))
    return found


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _swapped(day: date) -> date:
    """The same digits with month and day exchanged, where that is a day."""
    try:
        return datetime(day.year, day.day, day.month).date()  # noqa: DTZ001 -- a calendar day
    except ValueError:
        return day
