"""Acquisitions of a run as tubes: their events compensated, their controls told apart, their recording looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.methods.flow_channels import channel_named, detector_of, shape_of
from tasks.methods.spillover import Spillover, compensate

Array = npt.NDArray[np.float64]
Channel = Mapping[str, Any]
ANNEXIN = re.compile(r"annex|\banx[ -]?a?[5v]?\b|\bAV\b", re.IGNORECASE)
DEAD_DYE = re.compile(r"\bPI\b|propidium|7[- ]?AAD|sytox|\bdapi\b|live.?dead|viab|zombie|to-?pro", re.IGNORECASE)
_PANEL = re.compile(r"annex|apopt", re.IGNORECASE)
_GREEN = re.compile(r"^(?:FITC|FL1|BL1|B1|B5\d\d|GFP|Alexa ?Fluor ?488|AF488)\b", re.IGNORECASE)
_RED = re.compile(
    r"^(?:PI|PE|FL2|FL3|YL1|BL2|B2|PerCP\S*|7-?AAD|B5[6-9]\d|B6\d\d|Y5\d\d|ECD)(?![A-Za-z])", re.IGNORECASE
)
_MARKER_NAME = re.compile(r"^(?:CD ?\d+\w*|HLA[- ]?\w+|SSEA[- ]?\d|STRO[- ]?1|TRA[- ]?1\S*|Ki-?67)$", re.IGNORECASE)
_DETECTOR_NAME = re.compile(r"^(?!HLA).*[- ][AHW]$", re.IGNORECASE)
_RATE_BINS = 100
_RATE_FOLD = 4.0
_MOST_ODD_BINS = 0.1
_LEAST_TIMED = 1_000


@dataclass(frozen=True)
class Tube:
    """One acquisition: its row of core.flow_samples, events by column, and the matrix that counts for it."""

    row: Mapping[str, Any]
    events: pl.DataFrame
    spillover: Spillover | None
    compensation: str | None

    @property
    def key(self) -> tuple[str, int]:
        """Raw file and data set."""
        return self.row["object_id"], self.row["data_set"]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.row["sample_name"] or self.row["control"] or f"file {self.row['object_id'][:12]}"

    @property
    def control(self) -> str | None:
        """What it controls for; null for a sample."""
        found: str | None = self.row["control"]
        return found

    @cached_property
    def channels(self) -> list[Channel]:
        """Channels as core.flow_samples holds them."""
        found: list[Channel] = json.loads(self.row["channels"])
        return found

    @cached_property
    def columns(self) -> dict[str, npt.NDArray[np.floating]]:
        """Linear values by column, fluorescence compensated where there is a matrix."""
        found: dict[str, npt.NDArray[np.floating]] = {
            c["column"]: self.events[c["column"]].to_numpy()
            for c in self.channels
            if c["column"] in self.events.columns
        }
        if self.spillover and set(self.spillover.channels) <= set(found):
            stored = {c: found[c].dtype for c in self.spillover.channels}
            # as precise as they were stored: a run's tubes are in memory together
            with np.errstate(over="ignore", invalid="ignore"):  # damaged floats
                found |= {c: v.astype(stored[c], copy=False) for c, v in compensate(found, self.spillover).items()}
        return found

    @property
    def is_compensated(self) -> bool:
        """Whether a matrix was used."""
        return bool(self.spillover and set(self.spillover.channels) <= set(self.events.columns))

    def values(self, column: str) -> Array:
        """One channel's values as float64."""
        return np.asarray(self.columns[column], np.float64)


def tubes_of(acquisitions: pl.DataFrame, events: pl.DataFrame, compensations: pl.DataFrame) -> list[Tube]:
    """Tubes with events, in a fixed order; excluded files are left out as controls, kept as samples."""
    parts = _acquisitions(events)
    matrices = {(r["object_id"], r["data_set"]): r for r in compensations.iter_rows(named=True)}
    found = []
    for row in acquisitions.sort("object_id", "data_set").iter_rows(named=True):
        key = (row["object_id"], row["data_set"])
        if key not in parts or (row["is_excluded"] and row["control"]):
            continue
        matrix = matrices.get(key, {})
        text = matrix.get("spillover")
        found.append(Tube(row, parts[key], Spillover.from_json(text) if text else None, matrix.get("compensation")))
    return found


def without_events(row: Mapping[str, Any]) -> Tube:
    """The tube of a row of core.flow_samples with its channels, its own matrix and no event."""
    columns = [c["column"] for c in json.loads(row["channels"])]
    spillover = Spillover.from_json(row["spillover"]) if row["spillover"] else None
    return Tube(row, pl.DataFrame(schema=dict.fromkeys(columns, pl.Float64)), spillover, row["spillover_source"])


def _acquisitions(events: pl.DataFrame) -> dict[tuple[str, int], pl.DataFrame]:
    """Events by raw file and data set; slices, so that a run of many tubes is not held twice."""
    key = ("object_id", "data_set")
    if events.is_empty():
        return {}
    runs = (
        events.select(*key, at=pl.int_range(pl.len()), run=pl.struct(key).rle_id())
        .group_by("run", maintain_order=True)
        .agg(pl.col(*key).first(), pl.col("at").first(), pl.len().alias("n"))
    )
    found: dict[tuple[str, int], list[pl.DataFrame]] = {}
    for object_id, data_set, at, n in runs.select(*key, "at", "n").iter_rows():
        found.setdefault((object_id, data_set), []).append(events.slice(at, n))
    return {k: pieces[0] if len(pieces) == 1 else pl.concat(pieces) for k, pieces in found.items()}


def shared_channels(tubes: Sequence[Tube]) -> list[Channel]:
    """Channels that every tube has: bounds common to a run can be drawn on these alone."""
    return [c for c in tubes[0].channels if all(c["column"] in t.columns for t in tubes)]


def annexin_and_pi(
    channels: Sequence[Channel], panel: str | None, annexin: str | None, pi: str | None
) -> tuple[str, str] | None:
    """Columns of annexin V and of PI (or another dye of dead cells); null when the acquisition has no such pair.

    Study.yaml's names go first; else stains and channels that are called so; where files.csv's ``panel`` says annexin
    or apoptosis, the green and the orange or red channel that no other stain is named for.
    """
    first = _meant(annexin, channels) if annexin else _called(ANNEXIN, channels)
    second = _meant(pi, channels) if pi else _called(DEAD_DYE, channels)
    if _PANEL.search(panel or ""):
        first = first or _by_name(_GREEN, channels)
        second = second or _by_name(_RED, channels)
    if not first or not second or first["column"] == second["column"]:
        return None
    return first["column"], second["column"]


def _meant(said: str, channels: Sequence[Channel]) -> Channel | None:
    return channel_named(said, channels)


def _called(pattern: re.Pattern[str], channels: Sequence[Channel]) -> Channel | None:
    stained = [c for c in _fluorescence(channels) if pattern.search(c["marker"] or "")]
    return _area(stained or [c for c in _fluorescence(channels) if pattern.search(c["name"])])


def _by_name(pattern: re.Pattern[str], channels: Sequence[Channel]) -> Channel | None:
    return _area([c for c in _fluorescence(channels) if pattern.search(c["name"]) and not stain_of(c)])


def _fluorescence(channels: Iterable[Channel]) -> list[Channel]:
    return [c for c in channels if c["kind"] == "fluorescence"]


def _area(channels: Sequence[Channel]) -> Channel | None:
    """The first detector's area, else its height."""
    if not channels:
        return None
    own = [c for c in channels if detector_of(c["name"]) == detector_of(channels[0]["name"])]
    return min(own, key=lambda c: "AHW".find(shape_of(c["name"]) or "?") % 4)


def stain_of(channel: Channel) -> str | None:
    """The marker that a channel shows: its stain, else its name where that is a marker's; null for a mere detector."""
    marker: str | None = channel["marker"]
    if marker:
        return None if _DETECTOR_NAME.match(marker) else marker
    name = detector_of(channel["name"])
    return name if _MARKER_NAME.match(name) else None


def marked_channels(tube: Tube) -> list[tuple[str, str]] | None:
    """Markers and their columns: files.csv's marker alone where it names one, else every stained channel.

    Dyes of dead cells and annexin are no markers. Null when files.csv names a marker and no one channel can be its.
    """
    stains = _fluorescence(tube.channels)
    said = tube.row["marker"]
    if said:
        detectors = {detector_of(c["name"]) for c in stains}
        channel = channel_named(said, tube.channels) or (_area(stains) if len(detectors) == 1 else None)
        words = {w.casefold() for w in re.split(r"[\s_/-]+", said)}
        if channel is None:
            channel = _area([c for c in stains if detector_of(c["name"]).casefold() in words])
        if channel is None:
            return None
        is_name = said.casefold() in {channel["name"].casefold(), detector_of(channel["name"]).casefold()}
        return [((channel["marker"] or said) if is_name else said, channel["column"])]
    found: dict[str, tuple[str, str]] = {}
    for channel in stains:
        marker, detector = stain_of(channel), detector_of(channel["name"])
        if not marker or ANNEXIN.search(marker) or DEAD_DYE.search(marker) or detector in found:
            continue
        best = _area([c for c in stains if detector_of(c["name"]) == detector and stain_of(c)])
        assert best
        found[detector] = (stain_of(best) or marker, best["column"])
    names = [marker for marker, _ in found.values()]
    return [(m if names.count(m) == 1 else f"{m} ({column})", column) for m, column in found.values()]


def control_column(tube: Tube, others: Iterable[Tube] = ()) -> str | None:
    """The channel that a control's marker names; null when it names none (it controls for all then).

    Controls are often recorded without names of stains: those of ``others``, tubes of its run, count then.
    """
    said = tube.row["marker"] or ""
    named = (channel_named(said, t.channels) for t in (tube, *others))
    channel = next(filter(None, named), None)
    return channel["column"] if channel else None


def rate_flag(tube: Tube) -> str | None:
    """``flow_rate_unstable`` when over a tenth of 100 slices of time have a quarter or four times the usual events.

    A clog, a bubble or a tube run dry looks like this. Null without a time channel or with fewer than 1,000 events.
    """
    column = next((c["column"] for c in tube.channels if c["kind"] == "time" and c["column"] in tube.columns), None)
    if column is None or tube.events.height < _LEAST_TIMED:
        return None
    time = tube.values(column)
    time = time[np.isfinite(time)]
    if time.size < _LEAST_TIMED or len(np.unique(time)) < _RATE_BINS:
        return None
    counts = np.histogram(time, _RATE_BINS)[0][1:-1]
    usual = float(np.median(counts))
    odd = (counts < usual / _RATE_FOLD) | (counts > usual * _RATE_FOLD)
    return "flow_rate_unstable" if float(odd.mean()) > _MOST_ODD_BINS else None
