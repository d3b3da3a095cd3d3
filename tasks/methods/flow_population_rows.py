"""Rows of core.flow_populations and core.flow_intensities for gates that are built in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.methods.cell_gates import CellGate, cells, singlets
from tasks.methods.flow_tubes import Tube

Mask = npt.NDArray[np.bool_]
CELLS, SINGLETS = "cells", "cells/singlets"
Bounds = Mapping[str, Mapping[str, float]]


def population(
    tube: Tube,
    gating: str,
    path: str,
    count: int,
    parent_count: int,
    bounds: Bounds | None,
    how: str | None,
    marker: str | None = None,
) -> dict[str, Any]:
    """One population; ``bounds``: by column ``min`` and ``max`` on the linear scale, compensated."""
    row, total = tube.row, tube.events.height
    above, _, name = path.rpartition("/")
    return {
        **{k: row[k] for k in ("object_id", "data_set", "sample_name", "sample_id", "material_id", "time_h", "panel")},
        "gate_source": "builtin",
        "gating": gating,
        "gate_path": path,
        "population": name,
        "parent": above or None,
        "marker": marker,
        "event_count": count,
        "parent_count": parent_count,
        "percent_of_parent": 100 * count / parent_count if parent_count else None,
        "percent_of_total": 100 * count / total if total else None,
        "compensation": tube.compensation if tube.is_compensated else None,
        "thresholds": json.dumps({"scale": "linear", **bounds}, sort_keys=True) if bounds else None,
        "threshold_source": how,
        "na_reason": None if parent_count else "empty_parent",
    }


def cell_populations(
    tube: Tube, gate: CellGate, gating: str, measured: Sequence[str] = ()
) -> tuple[Mask, list[dict[str, Any]]]:
    """Singlets of a tube, and the rows of its cells and singlets.

    Events without a number in one of the columns ``measured`` are no singlets: they are neither positive nor negative.
    """
    is_cell, is_single = cells(tube.columns, gate), singlets(tube.columns, gate)
    for column in measured:
        is_single &= np.isfinite(tube.columns[column])
    scatter = gate.scatter
    debris: dict[str, dict[str, float]] = {}
    if scatter.forward and gate.least_forward is not None:
        debris[scatter.forward] = {"min": gate.least_forward}
    if scatter.side:
        debris[scatter.side] = {"min": 0.0}
    doublets = None
    if gate.most_ratio is not None:
        name = f"{scatter.forward}/{scatter.height}" if scatter.height else str(scatter.width)
        doublets = {name: {"max": gate.most_ratio}}
    n_cells, n_single = int(is_cell.sum()), int(is_single.sum())
    rows = [
        population(tube, gating, CELLS, n_cells, tube.events.height, debris, gate.debris_method),
        population(tube, gating, SINGLETS, n_single, n_cells, doublets, gate.doublet_method),
    ]
    return is_single, rows


def intensity(
    tube: Tube, gating: str, path: str, column: str, marker: str | None, values: npt.NDArray[np.float64]
) -> dict[str, Any]:
    """The median of a channel over a population."""
    return {
        **{k: tube.row[k] for k in ("object_id", "data_set", "sample_name", "sample_id")},
        "gating": gating,
        "gate_path": path,
        "channel": column,
        "marker": marker,
        "statistic": "median",
        "value": median(values),
        "is_compensated": tube.is_compensated,
        "na_reason": None if np.isfinite(values).any() else "no_events",
    }


def median(values: npt.NDArray[np.float64]) -> float | None:
    """Median of what is a number; null without."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else None


def joined(flags: Sequence[str | None]) -> str | None:
    """Flags once each, joined by ``;``; null when there is none."""
    return ";".join(dict.fromkeys(f for f in flags if f)) or None
