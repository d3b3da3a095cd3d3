"""Which acquisitions are analysed together: those of one panel and run, with the matrices that count for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from schemas.errors import Problem, Severity, warning
from tasks.methods.flow_channels import channel_named
from tasks.methods.flow_tubes import Tube, annexin_and_pi, stain_of
from tasks.methods.problem_lists import several, shown

ACQUISITIONS, EVENTS, COMPENSATIONS = "core.flow_samples", "core.flow_events", "result.flow_compensations"
POPULATIONS, INTENSITIES = "core.flow_populations", "core.flow_intensities"
READS: Mapping[str, tuple[str, ...]] = {
    ACQUISITIONS: ("object_id", "sample_name", "run", "panel", "control", "marker", "channels", "event_count"),
    EVENTS: (),
    COMPENSATIONS: ("object_id",),
}
_LISTED = 5
_CHANNELS = 20
_SAID = {
    "few_events": ("fewer than 1,000 singlets", "Record more events; the percentages are uncertain."),
    "too_few_events": ("fewer than 100 singlets: no percentages", "Record more events."),
    "control_missing": (
        "no control that counts to set thresholds by; they are from the samples' own distribution",
        "Declare unstained, fmo, isotype or single_stain tubes (with `marker`) of their run and panel in files.csv.",
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


def annexin_stained(
    rows: list[dict[str, Any]], annexin: str | None, pi: str | None
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Acquisitions of a run that have events, by their columns of annexin V and PI; pairs of no sample are left out.

    Controls are often recorded without names of stains: one that names no pair goes with every pair of the samples
    whose columns it has.
    """
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    nameless = []
    for row in rows:
        pair = annexin_and_pi(channels_of(row), row["panel"], annexin, pi)
        if not row["event_count"] or (pair is None and row["control"] is None):
            continue
        if pair is None:
            nameless.append(row)
        else:
            found.setdefault(pair, []).append(row)
    stained = {pair: own for pair, own in found.items() if any(row["control"] is None for row in own)}
    for pair, own in stained.items():
        own += [row for row in nameless if set(pair) <= {c["column"] for c in channels_of(row)}]
    return stained


def lost_channels(acquisitions: pl.DataFrame, named: Sequence[str]) -> dict[str, list[str]] | None:
    """Those of the named channels that no acquisition has, and all that there are; null when none is lost."""
    panels = [json.loads(text) for text in acquisitions["channels"].unique().sort()]
    lost = [name for name in named if not any(channel_named(name, panel) for panel in panels)]
    if not lost and not any(all(channel_named(name, panel) for name in named) for panel in panels):
        lost = [" together with ".join(named)]
    if not lost or not panels:
        return None
    return {"lost": lost, "channels": sorted({c["name"] for p in panels for c in p if c["kind"] == "fluorescence"})}


def lost_channel(lost: Sequence[str], channels: Sequence[str]) -> Problem:
    """The problem for channels of flow.apoptosis that no file has."""
    message = f"no file has a channel {' or '.join(map(shown, lost))}; they have {several(channels, _CHANNELS)}"
    remedy = (
        "Name channels or stains as the files do, or leave flow.apoptosis out: stains called annexin and PI are found."
    )
    return Problem(Severity.LOCAL, "study.yaml", "flow.apoptosis", ", ".join(lost), "unknown_channel", message, remedy)


def names_a_stain(row: Mapping[str, Any]) -> bool:
    """Whether files.csv or the file tells what some channel was stained for."""
    return bool(row["marker"] or any(c["kind"] == "fluorescence" and stain_of(c) for c in channels_of(row)))


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
            yield warning("files.csv", place, rule, f"{_listed(hit)}: {message}", remedy)


def uncontrolled(acquisitions: pl.DataFrame, place: str) -> Iterator[Problem]:
    """The warning for a run without a control, as ``flag_problems`` gives it once events are read."""
    rows = acquisitions.sort("object_id", "data_set").to_dicts()
    if all(row["control"] is None or row["is_excluded"] for row in rows):
        samples = [row | {"flag": "control_missing", "na_reason": None} for row in rows if row["control"] is None]
        yield from flag_problems(samples, place)


def _listed(rows: Iterable[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(str(r["sample_name"] or r["object_id"][:12]) for r in rows))
    return f"{len(names)} tubes ({', '.join(names[:_LISTED])}{', …' if len(names) > _LISTED else ''})"


def nameless_reason(rows: Iterable[Mapping[str, Any]]) -> str:
    """Why acquisitions whose stains nobody names are not gated."""
    return (
        f"{_listed(rows)} name no stain, so they are not gated: say it in files.csv (marker, or panel annexin) "
        "or in study.yaml (flow.apoptosis, flow.gating)"
    )


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
