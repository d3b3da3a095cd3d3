"""Marker panels: percent positive against control tubes, and median intensity with its ratio to the control.

Controls: Maecker & Trotter 2006, doi:10.1002/cyto.a.20333
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.methods.cell_gates import Mask, cell_gate, scatter_of
from tasks.methods.flow_population_rows import SINGLETS, cell_populations, intensity, joined, median, population
from tasks.methods.flow_thresholds import Threshold, control_threshold, data_threshold, scale_for
from tasks.methods.flow_tubes import Tube, control_column, marked_channels, rate_flag, shared_channels, stain_of

GATING = "marker_panel"
FEW_EVENTS, LEAST_EVENTS = 1_000, 100
KINDS = ("fmo", "isotype", "unstained")
Masks = Mapping[tuple[str, int], Mask]


@dataclass(frozen=True)
class Found:
    """Rows of the three tables, control flags by rule, and the tubes whose marker names no channel."""

    rows: list[dict[str, Any]]
    populations: list[dict[str, Any]]
    intensities: list[dict[str, Any]]
    control_flags: dict[str, str]
    unknown: list[Tube]


@dataclass(frozen=True)
class _Bound:
    threshold: Threshold
    kind: str | None
    control_median: float | None


def surface_markers(tubes: Sequence[Tube]) -> Found:
    """Percent positive and median intensity of every marker in every sample tube of a run.

    Debris and doublets are removed by bounds common to the run. The threshold of a channel is the 99.5th percentile
    of its FMO control, else isotype, else unstained (so that about 0.5 % of negative cells count as positive); without
    controls, the samples' own distribution, pooled. Dead cells are not removed. The ratio is median to the control's
    median, both of singlets; null unless both are positive.
    """
    gate = cell_gate([t.columns for t in tubes], scatter_of(shared_channels(tubes)))
    found = Found([], [], [], {}, [])
    masks: dict[tuple[str, int], Mask] = {}
    for tube in tubes:
        masks[tube.key], rows = cell_populations(tube, gate, GATING)
        found.populations.extend(rows)
    marked: list[tuple[Tube, str, str]] = []
    for tube in tubes:
        if tube.control is None:
            pairs = marked_channels(tube)
            if pairs is None:
                found.unknown.append(tube)
            marked += [(tube, marker, column) for marker, column in pairs or []]
    bounds = {
        (marker, column): _bound(tubes, masks, column, [t for t, m, c in marked if (m, c) == (marker, column)])
        for marker, column in {(m, c): None for _, m, c in marked}
    }
    for tube, marker, column in marked:
        _measure(found, tube, masks[tube.key], marker, column, bounds[marker, column])
    return found


def _bound(tubes: Sequence[Tube], masks: Masks, column: str, stained: Sequence[Tube]) -> _Bound | None:
    def pooled(chosen: Sequence[Tube]) -> list[npt.NDArray[np.float64]]:
        return [t.values(column)[masks[t.key]] for t in chosen if column in t.columns]

    with_channel = [t for t in tubes if column in t.columns]
    top = max((c["range"] or 0 for t in with_channel for c in t.channels if c["column"] == column), default=0)
    scale = scale_for(np.concatenate(pooled(with_channel)), top)
    for kind in KINDS:
        controls = [t for t in with_channel if t.control == kind and is_control(t, kind, column, stained)]
        values = np.concatenate(pooled(controls)) if controls else np.empty(0)
        threshold = control_threshold(values, kind, scale)
        if threshold:
            return _Bound(threshold, kind, median(values))
    threshold = data_threshold(pooled(stained), scale)
    return _Bound(threshold, None, None) if threshold else None


def is_control(tube: Tube, kind: str, column: str, stained: Sequence[Tube]) -> bool:
    """An FMO for the channel that it lacks; isotypes for the channel they name, or all where they name none."""
    own = control_column(tube, stained)
    return kind == "unstained" or own == column or (kind == "isotype" and own is None)


def _measure(found: Found, tube: Tube, mask: Mask, marker: str, column: str, bound: _Bound | None) -> None:
    values = tube.values(column)[mask]
    values = values[np.isfinite(values)]  # without a number, neither positive nor negative
    total = values.size
    is_enough = bound is not None and total >= LEAST_EVENTS
    positive = int((values >= bound.threshold.value).sum()) if bound else 0
    if bound:
        path = f"{SINGLETS}/{marker.replace('/', '_')}+"
        box = {column: {"min": bound.threshold.value}}
        found.populations.append(
            population(tube, GATING, path, positive, total, box, bound.threshold.method, marker=marker)
        )
    found.intensities.append(intensity(tube, GATING, SINGLETS, column, marker, values))
    mfi, control = median(values), bound.control_median if bound else None
    ratio = mfi / control if mfi is not None and control is not None and mfi > 0 and control > 0 else None
    rule = None
    if bound and bound.threshold.flag == "control_not_negative":
        rule = "high_death_in_unstained" if bound.kind == "unstained" else "control_not_negative"
        found.control_flags.setdefault(rule, column)
    is_alone = len({stain_of(c) for c in tube.channels if c["kind"] == "fluorescence"} - {None}) < 2  # noqa: PLR2004 -- pair
    found.rows.append(
        {
            **{k: tube.row[k] for k in ("object_id", "data_set", "sample_name", "sample_id", "material_id", "time_h")},
            "marker": marker,
            "channel": column,
            "singlet_count": total,
            "positive_count": positive if is_enough else None,
            "percent_positive": 100 * positive / total if is_enough else None,
            "control": bound.kind if bound else None,
            "threshold": bound.threshold.value if bound else None,
            "threshold_method": bound.threshold.method if bound else None,
            "median_intensity": mfi,
            "control_median": control,
            "median_ratio": ratio,
            "compensation": tube.compensation if tube.is_compensated else None,
            "flag": joined(
                [
                    "few_events" if total < FEW_EVENTS else None,
                    "control_missing" if bound is None or bound.kind is None else None,
                    bound.threshold.flag if bound and bound.threshold.flag == "no_separation" else None,
                    None if tube.is_compensated or is_alone else "compensation_missing",
                    rule,
                    rate_flag(tube),
                ]
            ),
            "is_excluded": bool(tube.row["is_excluded"]),
            "na_reason": None if is_enough else "too_few_events",
        }
    )
