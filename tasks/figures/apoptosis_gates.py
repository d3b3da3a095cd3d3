"""Annexin V against PI: every sample's cells as a density plot with the gates and the percentages in the quadrants."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.cell_gates import cell_gate, scatter_of, singlets
from tasks.methods.figure_style import DARK, DOUBLE_MM, SMALL_PT, canvas, plain
from tasks.methods.flow_pictures import limits, local_density, logicle_axis, subsample, tube_groups
from tasks.methods.flow_runs import (
    ACQUISITIONS,
    COMPENSATIONS,
    EVENTS,
    READS,
    annexin_stained,
    run_groups,
    where_objects,
)
from tasks.methods.flow_thresholds import scale_for
from tasks.methods.flow_tubes import Tube, shared_channels, tubes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RESULTS = "result.apoptosis"
ACROSS, MOST = 6, 36  # panels side by side and on a page
ROOM = 0.08  # of the scale, where the percentages stand
DOTS = 1_500  # of a panel
PANEL_MM, LETTERS = 29.0, 24
CORNERS = {
    "live": (0.03, 0.03),
    "early_apoptotic": (0.97, 0.03),
    "late_apoptotic": (0.97, 0.97),
    "necrotic": (0.03, 0.97),
}
WORDS = {"live": "live", "early_apoptotic": "early", "late_apoptotic": "late", "necrotic": "necrotic"}


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per run and pair of channels gated here, a further one for each three dozen of samples."""
    names = study.config.flow.apoptosis
    if study.config.flow.gating:
        return []
    done = set(slices[RESULTS]["object_id"].unique())
    order = {c: i for i, c in enumerate(study.config.condition_ids)}
    donors = {s.sample: (order.get(s.condition, 0), s.donor or "", s.sample) for s in study.samples}
    found = []
    for key, rows in run_groups(slices[ACQUISITIONS]):
        for (annexin, pi), tubes in sorted(annexin_stained(rows, names.annexin, names.pi).items()):
            samples = [t for t in tubes if t["control"] is None and t["object_id"] in done]
            across = sorted({donors[t["sample_id"]][1] for t in samples if t["sample_id"] in donors})
            objects = [t["object_id"] for t in sorted(samples, key=lambda t: _place(t, donors, across))]
            where = where_objects(tubes) | {RESULTS: {"object_id": tuple(sorted(set(objects)))}}
            given = {"run": key, "annexin": annexin, "pi": pi, **tube_groups(study)}
            for page, start in enumerate(range(0, len(objects), MOST), start=1):
                name = f"{key}, {annexin} and {pi}" + (f", {page}" if page > 1 else "")
                found.append(Part(name, where, {**given, "objects": objects[start : start + MOST]}))
    return found


def _place(
    tube: Mapping[str, Any], donors: Mapping[str, tuple[int, str, str]], across: Sequence[str]
) -> tuple[Any, ...]:
    """By donor, then condition; tubes of no sample last."""
    condition, donor, sample = donors.get(tube["sample_id"], (math.inf, "", str(tube["sample_name"])))
    return (across.index(donor) if donor in across else len(across), condition, sample, tube["object_id"])


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """One panel for each sample; scales and gates are those of the run."""
    given = part.parameters
    annexin, pi = given["annexin"], given["pi"]
    tubes = tubes_of(frames[ACQUISITIONS], frames[EVENTS], frames[COMPENSATIONS])
    tubes = [t for t in tubes if {annexin, pi} <= set(t.columns)]
    rows = {(r["object_id"], r["data_set"]): r for r in frames[RESULTS].iter_rows(named=True)}
    rows = {k: r for k, r in rows.items() if (r["annexin_channel"], r["pi_channel"]) == (annexin, pi)}
    order = {object_id: i for i, object_id in enumerate(given["objects"])}
    drawn = sorted((t for t in tubes if t.key in rows and t.key[0] in order), key=lambda t: (order[t.key[0]], t.key[1]))
    if not drawn:
        return f"no sample of run {given['run']} has events"
    gate = cell_gate([t.columns for t in tubes], scatter_of(shared_channels(tubes)))
    scales = {c: _scale(tubes, c) for c in (annexin, pi)}
    at = {t.key: [scales[c].apply(t.values(c)[singlets(t.columns, gate)]) for c in (annexin, pi)] for t in drawn}
    ends = [limits([at[t.key][i] for t in drawn], ROOM) for i in (0, 1)]
    columns = min(ACROSS, len(drawn))
    lines = math.ceil(len(drawn) / columns)
    figure = canvas(DOUBLE_MM, lines * (PANEL_MM + 5) + 12)
    source = []
    for index, tube in enumerate(drawn):
        axes = figure.add_subplot(lines, ACROSS, index // columns * ACROSS + index % columns + 1)
        source.append(_dots(axes, tube, at[tube.key], ends))
        for which, column, end in zip("xy", (annexin, pi), ends, strict=True):
            logicle_axis(axes, which, scales[column], end)
        _gates(axes, rows[tube.key], [scales[annexin], scales[pi]])
        if index % columns:
            axes.set_yticklabels([])
        if index + columns < len(drawn):
            axes.set_xticklabels([])
        axes.set_title(plain(_short(tube.name)), fontsize=SMALL_PT, color=DARK)
    figure.supxlabel(plain(_stain(drawn[0], annexin, "annexin V")), fontsize=SMALL_PT + 1)
    figure.supylabel(plain(_stain(drawn[0], pi, "PI")), fontsize=SMALL_PT + 1)
    title = f"Annexin V and PI: run {given['run']}"
    return Drawing(figure, pl.concat(source), title, _caption(drawn, rows, given), _alt(drawn, rows))


def _scale(tubes: Sequence[Tube], column: str) -> Any:  # noqa: ANN401 - one of the scales
    top = max((c["range"] or 0 for t in tubes for c in t.channels if c["column"] == column), default=0)
    return scale_for(np.concatenate([t.values(column) for t in tubes]), top)


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"


def _stain(tube: Tube, column: str, role: str) -> str:
    channel = next(c for c in tube.channels if c["column"] == column)
    return f"{channel['marker'] or role} ({channel['name']}{', compensated' if tube.is_compensated else ''})"


def _dots(
    axes: Axes,
    tube: Tube,
    positions: Sequence[np.ndarray[Any, np.dtype[np.float64]]],
    ends: Sequence[tuple[float, float]],
) -> pl.DataFrame:
    """Crowded places are drawn last; events beyond the axes stand at their edges."""
    x, y = (np.clip(p, *end) for p, end in zip(positions, ends, strict=True))
    chosen = subsample(x.size, DOTS)
    if chosen.size:
        crowd = local_density(x, y)[chosen]
        order = np.argsort(crowd, kind="stable")
        axes.scatter(
            x[chosen][order], y[chosen][order], c=crowd[order], s=0.8, cmap="viridis", linewidths=0, rasterized=True
        )
    return pl.DataFrame(
        {"sample": tube.name, "annexin_position": x[chosen], "pi_position": y[chosen]},
        schema={"sample": pl.String, "annexin_position": pl.Float64, "pi_position": pl.Float64},
    ).with_columns(pl.col("annexin_position", "pi_position").round(4))


def _gates(axes: Axes, row: Mapping[str, Any], scales: Sequence[Any]) -> None:
    bounds = (row["annexin_threshold"], row["pi_threshold"])
    for bound, scale, line in zip(bounds, scales, (axes.axvline, axes.axhline), strict=True):
        if bound is not None:
            line(float(scale.apply(np.array([bound]))[0]), color=DARK, linewidth=0.6)
    for quadrant, (x, y) in CORNERS.items():
        percent = row[f"percent_{quadrant}"]
        if percent is not None:
            axes.text(x, y, f"{percent:.1f}", transform=axes.transAxes, fontsize=SMALL_PT - 1,
                      ha="left" if x < 0.5 else "right", va="bottom" if y < 0.5 else "top",  # noqa: PLR2004 - halves
                      bbox={"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0.6})  # fmt: skip


def _caption(drawn: Sequence[Tube], rows: Mapping[tuple[str, int], Mapping[str, Any]], given: Mapping[str, Any]) -> str:
    first = rows[drawn[0].key]
    counts = [rows[t.key]["singlet_count"] for t in drawn]
    text = (
        f"Annexin V and PI of {len(drawn)} samples of run {given['run']}, one acquisition each: single cells without "
        f"debris ({min(counts):,} to {max(counts):,}), {DOTS:,} of them drawn, chosen by a fixed seed, coloured by "
        "local density; logicle scales. Lines: thresholds of the run "
        f"({first['annexin_method']}; {first['pi_method']}). Numbers: percent of single cells: live below left, early "
        "apoptotic below right, late apoptotic above right, necrotic above left. "
    )
    text += "Compensated. " if first["compensation"] else "Not compensated. "
    flags = sorted({f for t in drawn for f in (rows[t.key]["flag"] or "").split(";") if f})
    text += f"Flags: {', '.join(f.replace('_', ' ') for f in flags)}. " if flags else ""
    lost = [t.name for t in drawn if rows[t.key]["percent_live"] is None]
    text += f"Too few events for percentages: {', '.join(lost)}. " if lost else ""
    return text.strip()


def _alt(drawn: Sequence[Tube], rows: Mapping[tuple[str, int], Mapping[str, Any]]) -> str:
    known = [(t.name, rows[t.key]["percent_apoptotic"]) for t in drawn if rows[t.key]["percent_apoptotic"] is not None]
    if not known:
        return f"Density plots of {len(drawn)} samples without percentages."
    most, least = max(known, key=lambda k: k[1]), min(known, key=lambda k: k[1])
    return (
        f"Density plots of annexin V against PI for {len(drawn)} samples; apoptotic cells range from {least[1]:.1f} % "
        f"({least[0]}) to {most[1]:.1f} % ({most[0]})."
    )


FIGURE = Figure(
    name="apoptosis_gates",
    reads={**READS, ACQUISITIONS: (*READS[ACQUISITIONS], "sample_id"), RESULTS: ("object_id",)},
    parts=parts,
    draw=draw,
    libraries=("scipy",),
)
