"""What the channels of an acquisition measure, told from their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tasks.methods.fcs import Channel, DataSet

_SCATTER = re.compile(
    r"^(?:[FS]SC?|ALL|[FS]ALS|FS|SS|FSC|SSC|BSC|Forward|Side|HDR[- ]?(?:CE|SE|V))(?:\b|[-_ ])", re.IGNORECASE
)
_TIME = re.compile(r"^(?:time|hdr-t|clock)\b", re.IGNORECASE)
_OTHER = re.compile(r"^(?:event|width|sort|count|index|hdr|drop|tlsw|classifier|tof\b|object)", re.IGNORECASE)
_SHAPE = re.compile(r"[-_ .](?P<shape>[AHW]|Area|Height|Width|Log[HA]?|Lin[HA]?|INT|PEAK|TOF)$", re.IGNORECASE)
_NO_MARKER = re.compile(
    r"^(?:height|area|width|fl\d+[- ]?(?:height|area|width|[ahw])?|empty|none|-|na|n/a)$", re.IGNORECASE
)
_MAPPED = re.compile(
    r"\$P\d+[BRNSEG]|\$(?:BEGIN|END)(?:DATA|STEXT|ANALYSIS)|\$BYTEORD|\$DATATYPE|\$MODE|\$NEXTDATA|\$PAR|\$TOT|\$CYT|\$DATE"
    r"|\$BTIM|\$TIMESTEP|\$?SPILL(?:OVER)?|\$?COMP|SPILLOVERMATRIX|\$DFC\d+TO\d+|TRANSFORMATION"
)
_SHAPES = {"area": "A", "height": "H", "width": "W", "int": "A", "peak": "H", "tof": "W"}


def kind_of(channel: Channel) -> str:
    """Scatter, time, fluorescence, or other (counters and sorter's bits)."""
    for kind, pattern in (("time", _TIME), ("scatter", _SCATTER), ("other", _OTHER)):
        if pattern.search(channel.name):
            return kind
    return "fluorescence"


def shape_of(name: str) -> str:
    """A, H or W for area, height or width of a pulse; empty where the name does not say."""
    found = _SHAPE.search(name)
    if not found:
        return ""
    shape = found["shape"].lower()
    return _SHAPES.get(shape, shape[-1:].upper() if shape[-1:] in {"a", "h", "w"} else "")


def detector_of(name: str) -> str:
    """The channel's name without its shape: pulses of one detector share it."""
    return _SHAPE.sub("", name)


def describe(item: DataSet, columns: Sequence[str]) -> list[dict[str, Any]]:
    """One entry per channel, as ``core.flow_samples.channels`` holds them."""
    return [
        {
            "number": channel.number,
            "column": column,
            "name": channel.name,
            "marker": marker_of(channel),
            "range": channel.range,
            "decades": channel.decades,
            "gain": channel.gain,
            "kind": kind_of(channel),
        }
        for channel, column in zip(item.channels, columns, strict=True)
    ]


def marker_of(channel: Channel) -> str | None:
    """What the channel was stained for; null where ``$PnS`` is empty or repeats the detector's name."""
    stain = channel.stain
    if not stain or stain.casefold() == channel.name.casefold() or _NO_MARKER.match(stain):
        return None
    return stain


def panel_of(channels: Iterable[Mapping[str, Any]]) -> str:
    """A name for the panel where files.csv gives none: its fluorescence channels."""
    return "+".join(c["name"] for c in channels if c["kind"] == "fluorescence")


def unmapped(item: DataSet) -> list[str]:
    """Keywords and segments that nothing is read from; ``core.flow_samples.keywords`` keeps their text."""
    found = [name for name in item.keywords if not _MAPPED.fullmatch(name)]
    return [*found, "ANALYSIS segment"] if item.has_analysis else found


def channel_named(said: str, channels: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The fluorescence channel that a person means by its name, marker or detector; its area before its height.

    ``channels``: as ``core.flow_samples.channels`` holds them. Null when none or several detectors fit.
    """
    wanted = said.strip().casefold()
    stains = [c for c in channels if c["kind"] == "fluorescence"]
    ways = (
        [c for c in stains if wanted in {c["name"].casefold(), c["column"].casefold()}],
        [c for c in stains if (c["marker"] or "").casefold() == wanted],
        [c for c in stains if detector_of(c["name"]).casefold() == wanted],
        [c for c in stains if wanted in re.split(r"[\s/_-]+", (c["marker"] or "").casefold())],
    )
    for found in ways if wanted else ():
        if len({detector_of(c["name"]) for c in found}) == 1:
            return min(found, key=lambda c: "AHW".find(shape_of(c["name"]) or "?") % 4)
    return None
