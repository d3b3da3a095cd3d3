"""Boxes of a blot's densitometry to lanes, targets and membranes, as layout and files.csv say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from schemas.errors import BadInputError, Problem, bad_input, warning
from schemas.sheets import LayoutLane
from tasks.contracts import Context, RawFile

TABLE = "core.blot_bands"
_LOADING = re.compile(
    r"gapdh|(?:β|b|beta)?[- ]?actin|actb|(?:[αβab]|alpha|beta)?[- ]?tubulin|tub[ab].*|vinculin|vcl|lamin ?[ab]\d?"
    r"|histone ?h3|h3|cofilin|hsp90|calnexin|loading(?: control)?",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"total ?protein|ponceau.*|stain[- ]?free.*|revert.*|coomassie.*|amido black|tps|memcode", re.IGNORECASE
)
_ROLES = {
    "target": "target", "loading": "loading", "loading_control": "loading", "loading control": "loading",
    "total_protein": "total_protein", "total protein": "total_protein", "marker": "marker",
}  # fmt: skip
_LANE_ROLES = ("sample", "control")
_REMEDY = "Correct the columns target and layout of files.csv, or measure every lane once per target."
_SHOWN = 8


@dataclass(frozen=True)
class Box:
    """One measured box, in the file's order. ``signal`` has ``background`` (integrated, null if unknown) taken off."""

    line: int
    lane: int | None = None
    target: str = ""
    area: float | None = None
    signal: float | None = None
    background: float | None = None
    mean: float | None = None
    max: float | None = None
    is_corrected: bool = False  # the program took a background off that it does not print
    flags: tuple[str, ...] = ()


def role_of(target: str, declared: str | None) -> str:
    """Role of a target: as files.csv says, else loading for the usual controls, total protein for stains."""
    if declared:
        return _ROLES.get(declared.strip().lower(), "target")
    bare = target.strip()
    return "total_protein" if _TOTAL.fullmatch(bare) else "loading" if _LOADING.fullmatch(bare) else "target"


def listed(text: str | None) -> list[str]:
    """A semicolon list of files.csv."""
    return [part.strip() for part in (text or "").split(";") if part.strip()]


def named_targets(context: Context, channels: Sequence[str] = ()) -> dict[str, str]:
    """Target by channel of files.csv: ``700:GAPDH;800:SOX9``, or in the order of the ``channels``; else empty."""
    parts = listed(context.row.target if context.row else None)
    if parts and all(":" in p for p in parts):
        return {k.strip(): v.strip() for k, _, v in (p.partition(":") for p in parts)}
    if len(parts) == len(channels):
        return dict(zip(channels, parts, strict=True))
    return {}


def in_blocks(boxes: Sequence[Box], raw: RawFile, context: Context) -> list[Box]:
    """Give boxes without lanes their lane and target: in the order of measurement, target after target.

    The layout says how many lanes were measured (its ladders and empty lanes too, unless the boxes fit without them);
    without a layout, ``target`` of files.csv says into how many equal blocks the boxes fall. Raises ``BadInputError``
    when they do not.
    """
    targets = listed(context.row.target if context.row else None) or [""]
    lanes = sorted(context.layout.lanes, key=lambda x: x.lane) if context.layout else []
    options = [[x.lane for x in lanes], [x.lane for x in lanes if x.role in _LANE_ROLES or x.role == "background"]]
    options.append([x.lane for x in lanes if x.role in _LANE_ROLES])
    if not lanes:
        options = [list(range(1, len(boxes) // len(targets) + 1))]
    fitting = [o for o in options if o and len(o) * len(targets) == len(boxes)]
    if not fitting:
        raise _unfitting(raw, context, len(boxes), len(options[0]), targets)
    order = fitting[0]
    return [replace(box, lane=order[i % len(order)], target=targets[i // len(order)]) for i, box in enumerate(boxes)]


def _unfitting(raw: RawFile, context: Context, boxes: int, lanes: int, targets: list[str]) -> BadInputError:
    layout = f"layouts/{context.layout.name}.csv has {lanes} lanes" if context.layout else "files.csv names no layout"
    named = (
        f"files.csv names {len(targets)} targets ({', '.join(targets)})" if targets != [""] else "no target is named"
    )
    message = f"{boxes} boxes were measured; {layout} and {named}, which does not fit"
    return bad_input(raw.name, f"{boxes} rows", "boxes_do_not_fit", message, _REMEDY)


def without_background_lanes(boxes: Sequence[Box], context: Context) -> list[Box]:
    """Take the mean grey value of background boxes (role ``background`` in the layout) off the others, by area."""
    roles = _lanes(context)
    empty: dict[str, list[float]] = {}
    for box in boxes:
        if box.lane in roles and roles[box.lane].role == "background" and box.mean is not None:
            empty.setdefault(box.target, []).append(box.mean)
    found = []
    for box in boxes:
        if box.lane in roles and roles[box.lane].role == "background":
            continue
        if box.background is None and box.target in empty and box.area is not None and box.signal is not None:
            level = sum(empty[box.target]) / len(empty[box.target]) * box.area
            found.append(replace(box, signal=box.signal - level, background=level))
        else:
            found.append(box)
    return found


def _lanes(context: Context) -> dict[int | None, LayoutLane]:
    return {x.lane: x for x in context.layout.lanes} if context.layout else {}


def band_frame(boxes: Sequence[Box], raw: RawFile, context: Context) -> pl.DataFrame:
    """Rows of ``core.blot_bands``: samples from the layout's lanes, membrane and roles from files.csv.

    Boxes of ladders and empty lanes are kept without a sample. The membrane is the file where files.csv names none.
    A signal that is not above its background is null, flagged ``below_background``.
    """
    row = context.row
    roles = dict(zip(listed(row.target), listed(row.target_role), strict=False)) if row and row.target_role else {}
    declared = row.target_role if row and row.target_role and ";" not in row.target_role else None
    lanes, seen = _lanes(context), dict[tuple[int, str], int]()
    rows = []
    for box in boxes:
        lane = box.lane or 1
        seen[lane, box.target] = seen.get((lane, box.target), 0) + 1
        said = lanes.get(lane)
        sample = said.sample if said and said.role in _LANE_ROLES else None
        if not lanes and row and row.sample:
            sample = row.sample
        is_raw = box.background is None and box.signal is not None and not box.is_corrected
        flags = [*box.flags, *(["no_background"] if is_raw else [])]
        signal = box.signal
        if signal is not None and signal <= 0:
            signal, flags = None, [*flags, "below_background"]
        target_role = role_of(box.target, roles.get(box.target) or declared)
        rows.append(
            (row.membrane if row and row.membrane else raw.name, bool(row and row.membrane), lane,
             seen[lane, box.target], sample, row.time_h if row else None, box.target, target_role, box.area, signal,
             box.background, box.mean, box.max, ";".join(flags) or None)
        )  # fmt: skip
    return pl.DataFrame(rows, schema=_TYPES, orient="row")


_TYPES: dict[str, pl.DataType] = {
    "membrane": pl.String(), "membrane_is_explicit": pl.Boolean(), "lane": pl.Int64(), "band": pl.Int64(),
    "sample_name": pl.String(), "time_h": pl.Float64(), "target": pl.String(), "target_role": pl.String(),
    "area": pl.Float64(), "signal": pl.Float64(), "background": pl.Float64(), "mean_intensity": pl.Float64(),
    "max_intensity": pl.Float64(), "flag": pl.String(),
}  # fmt: skip


def band_problems(bands: pl.DataFrame, raw: RawFile, context: Context) -> Iterator[Problem]:
    """Warn of what a blot's rows lack: a layout, a target, lanes, unsaturated bands."""
    if not context.layout and bands["sample_name"].is_null().all():
        yield warning(
            raw.name, "", "no_layout", "nothing says which sample is in which lane",
            "Write layouts/NAME.csv (lane,sample,role) and its NAME in the column layout of files.csv.",
        )  # fmt: skip
    if (bands["target"] == "").any():
        yield warning(
            raw.name, "", "no_target", "nothing says which protein these bands are",
            "Write it in the column target of files.csv (several as a list: SOX9;GAPDH).",
        )  # fmt: skip
    if context.layout:
        known = {x.lane for x in context.layout.lanes}
        extra = sorted(set(bands["lane"]) - known)
        needed = {x.lane for x in context.layout.lanes if x.role in _LANE_ROLES and x.sample}
        missing = sorted(needed - set(bands["lane"]))
        for lanes, rule, message in (
            (extra, "lanes_not_in_layout", f"layout {context.layout.name!r} does not say what these lanes hold"),
            (missing, "lanes_not_in_file", f"no band was measured in lanes that layout {context.layout.name!r} names"),
        ):
            if lanes:
                remedy = "Check that the layout belongs to this blot and that every lane was measured."
                yield warning(raw.name, _place(lanes), rule, message, remedy)
    saturated = bands.filter(pl.col("flag").fill_null("").str.contains("saturated"))
    if saturated.height:
        yield warning(
            raw.name, _place(sorted(set(saturated["lane"]))), "saturated",
            f"{saturated.height} of {bands.height} bands reach the brightest grey value: their signal is cut off",
            "Measure a shorter exposure; these bands are left out.",
        )  # fmt: skip


def _place(lanes: Sequence[int]) -> str:
    shown = ", ".join(map(str, lanes[:_SHOWN]))
    return f"lane {shown}" + (", …" if len(lanes) > _SHOWN else "")
