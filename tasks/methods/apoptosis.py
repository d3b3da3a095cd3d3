"""Annexin V / PI: live, early apoptotic, late apoptotic and necrotic cells.

Vermes et al. 1995, doi:10.1016/0022-1759(95)00072-I; quadrants as Crowley et al. 2016, doi:10.1101/pdb.prot087288
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.methods.cell_gates import Mask, cell_gate, scatter_of
from tasks.methods.flow_population_rows import SINGLETS, cell_populations, joined, population
from tasks.methods.flow_thresholds import Threshold, control_threshold, data_threshold, scale_for
from tasks.methods.flow_tubes import ANNEXIN, DEAD_DYE, Tube, control_column, rate_flag, shared_channels

GATING = "annexin_pi"
FEW_EVENTS, LEAST_EVENTS = 1_000, 100
QUADRANTS = {"live": (False, False), "early_apoptotic": (True, False), "late_apoptotic": (True, True),
             "necrotic": (False, True)}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """Rows of result.apoptosis and core.flow_populations, and the flags of the controls by rule."""

    rows: list[dict[str, Any]]
    populations: list[dict[str, Any]]
    control_flags: dict[str, str]  # rule -> what was found


def apoptosis(tubes: Sequence[Tube], annexin: str, pi: str) -> Found:
    """Percentages of the four quadrants in every stained tube of a run.

    ``tubes``: samples and controls with both channels (``annexin``, ``pi``: columns). Debris and doublets are removed
    by bounds common to the run. A channel's threshold is that of the best controls that lack its stain: FMO; the single
    stain of the other dye, when compensated; isotype; unstained; without any, the samples' own distribution, pooled.
    Percentages are of singlets, add up to 100 and are null below 100 singlets (``too_few_events``).
    """
    gate = cell_gate([t.columns for t in tubes], scatter_of(shared_channels(tubes)))
    masks, populations = {}, []
    for tube in tubes:
        masks[tube.key], rows = cell_populations(tube, gate, GATING, (annexin, pi))
        populations += rows
    thresholds = {
        column: _threshold(tubes, masks, column, other, role)
        for column, other, role in ((annexin, pi, ANNEXIN), (pi, annexin, DEAD_DYE))
    }
    bounds = {column: found for column, found in thresholds.items() if found}
    control_flags = {
        "high_death_in_unstained" if t.method.startswith("unstained") else "control_not_negative": column
        for column, t in bounds.items()
        if t.flag == "control_not_negative"
    }
    result = []
    for tube in tubes:
        counts = _quadrants(tube, masks[tube.key], bounds) if len(bounds) == len(thresholds) else None
        total = int(masks[tube.key].sum())
        if counts is not None:
            how = f"{annexin} {bounds[annexin].method}; {pi} {bounds[pi].method}"
            for name, sides in QUADRANTS.items():
                box = {
                    column: {"min" if is_above else "max": bounds[column].value}
                    for column, is_above in zip((annexin, pi), sides, strict=True)
                }
                populations.append(population(tube, GATING, f"{SINGLETS}/{name}", counts[name], total, box, how))
        if tube.control is None:
            result.append(_row(tube, annexin, pi, bounds, counts, total, populations, joined(list(control_flags))))
    return Found(result, populations, control_flags)


def _threshold(
    tubes: Sequence[Tube], masks: dict[tuple[str, int], Mask], column: str, other: str, role: re.Pattern[str]
) -> Threshold | None:
    samples = [t for t in tubes if t.control is None]
    own = [t for t in tubes if t.control == "single_stain" and _stained(t, role) == column]

    def pooled(chosen: Sequence[Tube]) -> list[npt.NDArray[np.float64]]:
        return [t.values(column)[masks[t.key]] for t in chosen]

    everything = pooled(tubes)
    top = max((c["range"] or 0 for t in tubes for c in t.channels if c["column"] == column), default=0)
    scale = scale_for(np.concatenate(everything), top)
    for kind in ("fmo", "single_stain", "isotype", "unstained"):
        controls = [t for t in tubes if t.control == kind and _lacks(t, kind, column, other, role)]
        found = control_threshold(np.concatenate(pooled(controls)), kind, scale) if controls else None
        if found:
            return found
    return data_threshold(pooled([*samples, *own]), scale)


def _stained(tube: Tube, role: re.Pattern[str]) -> str | None:
    """The column that a control names; a stain named in words counts for the channel with that role."""
    said = tube.row["marker"] or ""
    column = control_column(tube)
    if column is None and role.search(said):
        named = [c["column"] for c in tube.channels if role.search(c["marker"] or "") or role.search(c["name"])]
        return named[0] if named else "*"
    return column


def _lacks(tube: Tube, kind: str, column: str, other: str, role: re.Pattern[str]) -> bool:
    """Whether the control has no stain in the channel."""
    said = tube.row["marker"] or ""
    is_own = _stained(tube, role) in {column, "*"}
    if kind == "fmo":
        return is_own
    if kind == "single_stain":
        other_role = DEAD_DYE if role is ANNEXIN else ANNEXIN
        return tube.is_compensated and not is_own and _stained(tube, other_role) in {other, "*"}
    return kind == "unstained" or is_own or not said


def _quadrants(tube: Tube, mask: Mask, bounds: dict[str, Threshold]) -> dict[str, int]:
    above = [(tube.values(column)[mask] >= threshold.value) for column, threshold in bounds.items()]
    return {
        name: int(((above[0] == first) & (above[1] == second)).sum()) for name, (first, second) in QUADRANTS.items()
    }


def _row(
    tube: Tube,
    annexin: str,
    pi: str,
    bounds: dict[str, Threshold],
    counts: dict[str, int] | None,
    total: int,
    populations: Sequence[dict[str, Any]],
    control_flag: str | None,
) -> dict[str, Any]:
    is_enough = counts is not None and total >= LEAST_EVENTS
    percent = {f"percent_{n}": 100 * c / total if is_enough else None for n, c in (counts or {}).items()}
    apoptotic = (
        100 * (counts["early_apoptotic"] + counts["late_apoptotic"]) / total
        if counts is not None and is_enough
        else None
    )
    n_cells = next(p["event_count"] for p in populations if (p["object_id"], p["data_set"]) == tube.key)
    methods = {c: t.method for c, t in bounds.items()}
    is_missing = any(m.startswith("data-driven") for m in methods.values())
    flag = joined(
        [
            "few_events" if total < FEW_EVENTS else None,
            "control_missing" if is_missing or not bounds else None,
            "no_separation" if any(t.flag == "no_separation" for t in bounds.values()) else None,
            None if tube.is_compensated else "compensation_missing",
            control_flag,
            rate_flag(tube),
        ]
    )
    return {
        **{k: tube.row[k] for k in ("object_id", "data_set", "sample_name", "sample_id", "material_id", "time_h")},
        "annexin_channel": annexin,
        "pi_channel": pi,
        "event_count": tube.events.height,
        "cell_count": n_cells,
        "singlet_count": total,
        "annexin_threshold": bounds[annexin].value if annexin in bounds else None,
        "annexin_method": methods.get(annexin),
        "pi_threshold": bounds[pi].value if pi in bounds else None,
        "pi_method": methods.get(pi),
        "compensation": tube.compensation if tube.is_compensated else None,
        **percent,
        "percent_apoptotic": apoptotic,
        "flag": flag,
        "is_excluded": bool(tube.row["is_excluded"]),
        "na_reason": None if is_enough else "too_few_events",
    }
