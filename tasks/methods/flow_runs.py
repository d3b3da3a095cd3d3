"""Which acquisitions are analysed together: those of one panel and run, with the matrices that count for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from schemas.errors import Problem, warning
from tasks.methods.flow_tubes import Tube

ACQUISITIONS, EVENTS, COMPENSATIONS = "core.flow_samples", "core.flow_events", "result.flow_compensations"
POPULATIONS, INTENSITIES = "core.flow_populations", "core.flow_intensities"
READS: Mapping[str, tuple[str, ...]] = {
    ACQUISITIONS: ("object_id", "run", "panel", "control", "marker", "channels", "event_count"),
    EVENTS: (),
    COMPENSATIONS: ("object_id",),
}
_LISTED = 5
_SAID = {
    "few_events": ("fewer than 1,000 singlets", "Record more events; the percentages are uncertain."),
    "too_few_events": ("fewer than 100 singlets: no percentages", "Record more events."),
    "control_missing": (
        "no control to set thresholds by; they are from the samples' own distribution",
        "Declare unstained, fmo, isotype or single_stain tubes of the same run and panel in files.csv `control`.",
    ),
    "no_separation": (
        "no two populations can be told apart; the threshold is the main one's median + 3 robust SD",
        "Look at the plots, and record controls.",
    ),
    "flow_rate_unstable": (
        "the flow rate jumped while recording (clog, air or an empty tube)",
        "Look at events over time; record it again if the plots change.",
    ),
}


def run_groups(acquisitions: pl.DataFrame) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Acquisitions by run and panel, with a key for people."""
    found = acquisitions.unique().sort("object_id").partition_by("run", "panel", as_dict=True)
    for (run, panel), rows in sorted(found.items(), key=lambda item: [str(k) for k in item[0]]):
        yield f"{run or ''}/{panel}", rows.to_dicts()


def where_objects(rows: list[dict[str, Any]]) -> dict[str, dict[str, tuple[Any, ...]]]:
    """What a part reads to see these acquisitions."""
    objects = tuple(sorted({row["object_id"] for row in rows}))
    return {table: {"object_id": objects} for table in READS}


def channels_of(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Channels of a row of core.flow_samples."""
    found: list[dict[str, Any]] = json.loads(row["channels"])
    return found


def flag_problems(rows: list[dict[str, Any]], place: str) -> Iterator[Problem]:
    """One warning per kind of flag, with the tubes that have it; that compensation is missing is said elsewhere."""
    for rule, (message, remedy) in _SAID.items():
        hit = [r for r in rows if rule in (r["flag"] or "").split(";") or rule == r["na_reason"]]
        if hit:
            names = list(dict.fromkeys(str(r["sample_name"] or r["object_id"][:12]) for r in hit))
            listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
            yield warning("files.csv", place, rule, f"{len(names)} tubes ({listed}): {message}", remedy)


def control_problems(flags: Mapping[str, str], place: str) -> Iterator[Problem]:
    """What is wrong with the controls themselves."""
    for rule, column in flags.items():
        kind = "unstained control" if rule == "high_death_in_unstained" else "control"
        message = f"more than 3 % of the {kind} are bright in {column}: dead or stained cells are in it"
        yield warning("files.csv", place, rule, message, "Check that the tube is what files.csv says; record it fresh.")


def unknown_marker(tube: Tube, place: str) -> Problem:
    """The warning for a marker that names no channel."""
    names = ", ".join(c["name"] for c in tube.channels if c["kind"] == "fluorescence")
    message = f"{tube.name}: files.csv's marker {tube.row['marker']!r} names none of the channels {names}"
    return warning("files.csv", place, "unknown_marker", message, "Write it as the file's stain, or add the channel.")
