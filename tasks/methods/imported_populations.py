"""Populations that a cytometer's program has counted, to rows of ``core.flow_populations`` and ``flow_intensities``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

import polars as pl

from schemas.base import tables
from schemas.errors import Problem, warning
from schemas.polars_schema import schema
from tasks.contracts import Context, RawFile
from tasks.methods.file_samples import named_in

POPULATIONS, INTENSITIES = "core.flow_populations", "core.flow_intensities"
ROOTS = frozenset({"all events", "all", "ungated", "root", "total", ""})
STATISTICS = {
    "median": "median", "mfi": "median", "mean": "mean", "average": "mean", "geometric mean": "geometric_mean",
    "geo mean": "geometric_mean", "geo. mean": "geometric_mean", "geomean": "geometric_mean", "mode": "mode",
    "sd": "sd", "std dev": "sd", "standard deviation": "sd", "robust sd": "robust_sd", "rsd": "robust_sd", "cv": "cv",
    "%cv": "cv", "robust cv": "robust_cv", "rcv": "robust_cv", "%rcv": "robust_cv", "min": "minimum", "max": "maximum",
}  # fmt: skip
MOST_POPULATIONS = 1_000_000
_DRIFT = 0.6  # percentage points that a printed percentage, rounded to whole ones, may lie off its counts
_CHANNEL_STAIN = re.compile(r"^(?P<channel>.+?)\s*::\s*(?P<marker>.+)$")


@dataclass
class Counted:
    """One population: names from below the root down to it (none: all events), and what was exported of it."""

    path: tuple[str, ...]
    place: str  # where in the file
    event_count: int | None = None
    percent_of_parent: float | None = None
    percent_of_total: float | None = None
    is_flat: bool = False  # the table does not say from which population it was gated
    gate: str | None = None  # JSON of the gate's bounds
    intensities: list[tuple[str, str, float | None]] = field(default_factory=list)  # channel, statistic, value


@dataclass
class Tube:
    """One acquisition: names that may be its sample's, best first, and its populations, parents first."""

    names: tuple[str, ...]
    populations: list[Counted] = field(default_factory=list)


def statistic_of(said: str) -> str | None:
    """The statistic that a title means; null for none of intensities."""
    return STATISTICS.get(" ".join(said.casefold().replace("_", " ").split()))


def path_of(names: Sequence[str]) -> tuple[str, ...]:
    """Names of gates without the root and without what would part a path."""
    cleaned = [" ".join(n.replace("/", "|").split()) for n in names]
    if cleaned and cleaned[0].casefold() in ROOTS:
        cleaned = cleaned[1:]
    return tuple(n for n in cleaned if n)


def imported_frames(
    tubes: Sequence[Tube], gating: str, raw: RawFile, context: Context
) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    """Rows of all tubes, counts and percentages filled in from each other where the counts allow it.

    A table of one tube is about the sample of files.csv. Warns where a printed percentage is not that of the printed
    counts: then both stay as printed. Siblings of one name are numbered.
    """
    rows, statistics, problems = [], [], []
    row_panel, time_h = (context.row.panel, context.row.time_h) if context.row else (None, None)
    for number, tube in enumerate(tubes, 1):
        sample = _sample(tube, context, is_only=len(tubes) == 1)
        shared = {"data_set": number, "sample_name": sample, "gating": gating}
        counts: dict[str, int | None] = {}
        repeats: Counter[str] = Counter()
        for item in tube.populations:
            path, parent = _free(item.path, counts, repeats)
            total = counts.get("")
            counts[path] = item.event_count
            above = counts.get(parent) if parent is not None and not item.is_flat else None
            gate_path = path or "All Events"
            about = {"gate_source": "imported", "gate_path": gate_path, "parent": parent or None, "parent_count": above}
            named = {"population": item.path[-1] if item.path else gate_path, "panel": row_panel, "time_h": time_h}
            rows.append({**shared, **_row(item, above, total if path else item.event_count), **about, **named})
            problems += _drift(raw, item, above)
            statistics += [shared | s | {"gate_path": gate_path} for s in _statistics(item)]
    kept = {k: v for k, v in schema(tables()[POPULATIONS]).items() if rows and k in rows[0]}
    found = {POPULATIONS: pl.DataFrame(rows, schema=kept)}
    if statistics:
        kept = {k: v for k, v in schema(tables()[INTENSITIES]).items() if k in statistics[0]}
        frame = pl.DataFrame(statistics, schema=kept)
        found[INTENSITIES] = frame.unique(["data_set", "gate_path", "channel", "statistic"], maintain_order=True)
    return found, problems[:20]


def _sample(tube: Tube, context: Context, *, is_only: bool) -> str | None:
    if is_only and context.row and context.row.sample:
        return context.row.sample
    for known in (context.study.sample_ids, context.study.material_ids):
        for name in tube.names:
            if name and (found := named_in(name, known)):
                return found
    return next((n for n in tube.names if n), None)


def _free(path: tuple[str, ...], taken: Container[str], repeats: Counter[str]) -> tuple[str, str | None]:
    """The path as text, numbered where a sibling has it already, and the parent's; null for the root's parent."""
    wanted = found = "/".join(path)
    while found in taken:
        repeats[wanted] += 1
        found = f"{wanted} ({repeats[wanted] + 1})"
    return found, ("/".join(path[:-1]) if path else None)


def _row(item: Counted, above: int | None, total: int | None) -> dict[str, object]:
    of_parent, of_total = item.percent_of_parent, item.percent_of_total
    if item.path and item.event_count is not None:
        if of_parent is None and above and item.event_count <= above:
            of_parent = 100 * item.event_count / above
        if of_total is None and total and item.event_count <= total:
            of_total = 100 * item.event_count / total
    missing = item.event_count is None and of_parent is None and of_total is None
    return {
        "event_count": item.event_count,
        "percent_of_parent": of_parent,
        "percent_of_total": 100.0 if not item.path and item.event_count else of_total,
        "thresholds": item.gate,
        "na_reason": "neither a count nor a percentage was exported" if missing else None,
    }


def _drift(raw: RawFile, item: Counted, above: int | None) -> list[Problem]:
    printed = item.percent_of_parent
    if printed is None or item.event_count is None or not above:
        return []
    counted = 100 * item.event_count / above
    if abs(counted - printed) <= _DRIFT:
        return []
    share = f"{item.event_count:,} of {above:,} are {counted:.1f} %"
    message = f"{'/'.join(item.path)} is {printed:g} % of its parent, but {share}"
    return [warning(raw.name, item.place, "other_percentage", message, "Export the table again after the last change.")]


def _statistics(item: Counted) -> list[dict[str, object]]:
    found = []
    for said, statistic, value in item.intensities:
        named = _CHANNEL_STAIN.match(said)
        channel = (named["channel"] if named else said).strip()
        is_compensated = True if channel.startswith("Comp-") else None
        reason = None if value is not None else "the program gave no number"
        found.append(
            {"channel": channel.removeprefix("Comp-"), "marker": named["marker"].strip() if named else None,
             "statistic": statistic, "value": value, "is_compensated": is_compensated, "na_reason": reason}
        )  # fmt: skip
    return found
