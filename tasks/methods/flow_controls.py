"""Controls of flow cytometry whose marker names no channel: they set no threshold and compensate nothing."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from schemas.errors import Problem, warning
from tasks.methods.flow_channels import channel_named, detector_of
from tasks.methods.id_matching import KnownIds
from tasks.methods.problem_lists import shown

_NAMES_A_STAIN = ("single_stain", "fmo", "isotype")


def lost_controls(rows: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Controls of one run and panel whose marker no acquisition of it has, by raw file.

    ``rows``: ``object_id, control, marker, channels`` of core.flow_samples. A single stain must name its stain; an FMO
    or an isotype without a marker controls for all. Each comes with its ``control``, ``marker`` and the ``channels``
    of the run as ``name (stain)``.
    """
    panels = [json.loads(text) for text in rows["channels"].unique().sort()]
    stains: dict[str, str | None] = {}
    for channel in (c for panel in panels for c in panel if c["kind"] == "fluorescence"):
        stains[channel["name"]] = stains.get(channel["name"]) or channel["marker"]
    channels = [[name, stain] for name, stain in stains.items()]
    found = {}
    for row in rows.sort("object_id").iter_rows(named=True):
        said = (row["marker"] or "").strip()
        if row["control"] not in _NAMES_A_STAIN or not (said or row["control"] == "single_stain"):
            continue
        if not any(channel_named(said, panel) for panel in panels):
            found[row["object_id"]] = {"control": row["control"], "marker": said, "channels": channels}
    return found


def lost_problem(file: str, line: int, control: str, marker: str, channels: list[tuple[str, str | None]]) -> Problem:
    """The warning for such a control; ``line``: of files.csv."""
    listed = ", ".join(f"{name} ({stain})" if stain else name for name, stain in channels)
    what = (
        f"marker {shown(marker)!r} names none of its run's channels"
        if marker
        else "marker is empty; it may name one of"
    )
    message = f"{file} is declared {control} and its {what} {listed}, so it counts for no stain"
    names = [n for name, stain in channels for n in (stain, name, detector_of(name)) if n]
    remedy = KnownIds(names).suggestion(marker, "Write the stain or the channel of this control there.")
    return warning("files.csv", f"line {line}, column marker", "unknown_marker", message, remedy, marker)
