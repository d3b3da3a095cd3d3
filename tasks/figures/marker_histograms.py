"""Surface markers: the fluorescence of every sample of a run over that of its control, a panel for each marker."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.cell_gates import cell_gate, scatter_of, singlets
from tasks.methods.figure_style import (
    DARK,
    DOUBLE_MM,
    GREY,
    GROUPS,
    LIGHT_GREY,
    SMALL_PT,
    canvas,
    legend_columns,
    plain,
)
from tasks.methods.flow_pictures import limits, logicle_axis, profile, tube_groups
from tasks.methods.flow_runs import ACQUISITIONS, COMPENSATIONS, EVENTS, READS, channels_of, run_groups, where_objects
from tasks.methods.flow_thresholds import scale_for
from tasks.methods.flow_tubes import Tube, annexin_and_pi, shared_channels, tubes_of
from tasks.methods.surface_markers import is_control

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

Array = np.ndarray[Any, np.dtype[np.float64]]
RESULTS = "result.surface_markers"
ACROSS, MOST_MARKERS, MOST_SAMPLES = 4, 20, 6  # panels side by side and on a page, samples of a panel
PANEL_MM = 30.0


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per run of a marker panel; a further one for each six of its samples."""
    if study.config.flow.gating:
        return []
    names, done = study.config.flow.apoptosis, set(slices[RESULTS]["object_id"].unique())
    found = []
    for key, rows in run_groups(slices[ACQUISITIONS]):
        tubes = [
            r
            for r in rows
            if r["event_count"] and not annexin_and_pi(channels_of(r), r["panel"], names.annexin, names.pi)
        ]
        samples = [r for r in tubes if r["control"] is None and r["object_id"] in done]
        objects = [r["object_id"] for r in sorted(samples, key=lambda r: (str(r["sample_name"]), r["object_id"]))]
        where = where_objects(tubes) | {RESULTS: {"object_id": tuple(sorted(set(objects)))}}
        for page, start in enumerate(range(0, len(objects), MOST_SAMPLES), start=1):
            given = {"run": key, **tube_groups(study), "objects": objects[start : start + MOST_SAMPLES]}
            found.append(Part(key if page == 1 else f"{key}, {page}", where, given))
    return found


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Filled grey: the control; lines: samples; the threshold is where positive begins."""
    given = part.parameters
    tubes = tubes_of(frames[ACQUISITIONS], frames[EVENTS], frames[COMPENSATIONS])
    results = frames[RESULTS].filter(pl.col("object_id").is_in(given["objects"]))
    drawn = {t.key: t for t in tubes if t.control is None and t.key[0] in set(given["objects"])}
    markers = results.select("marker", "channel").unique().sort("marker", "channel").rows()[:MOST_MARKERS]
    if not drawn or not markers:
        return f"no sample of run {given['run']} has events of a marker"
    gate = cell_gate([t.columns for t in tubes], scatter_of(shared_channels(tubes)))
    masks = {t.key: singlets(t.columns, gate) for t in tubes}
    colours = _colours(list(drawn.values()), given)
    columns = min(ACROSS, len(markers))
    lines = math.ceil(len(markers) / columns)
    figure = canvas(DOUBLE_MM, lines * (PANEL_MM + 9) + 10)
    source: list[pl.DataFrame] = []
    for index, (marker, channel) in enumerate(markers):
        axes = figure.add_subplot(lines, columns, index + 1)
        mine = results.filter(marker=marker, channel=channel).sort("sample_name", "object_id", "data_set")
        values = {k: _values(t, masks[k], channel) for k, t in drawn.items() if channel in t.columns}
        stained = [drawn[k] for k in values]
        kind = mine["control"][0]
        pool = [t for t in tubes if kind and t.control == kind and channel in t.columns]
        controls = [_values(t, masks[t.key], channel) for t in pool if is_control(t, kind, channel, stained)]
        source += _panel(axes, mine, values, controls, colours, _top(tubes, channel), marker)
        axes.set_title(plain(f"{marker}"))
        if index % columns == 0:
            axes.set_ylabel("cells (% of highest)")
        axes.set_xlabel(plain(channel), fontsize=SMALL_PT)
    _legend(figure, drawn, colours, results["control"].drop_nulls().unique().sort().to_list())
    title = f"Surface markers: run {given['run']}"
    return Drawing(figure, pl.concat(source), title, _caption(results, given, len(drawn)), _alt(results, markers))


def _colours(tubes: Sequence[Tube], given: Mapping[str, Any]) -> dict[tuple[str, int], str]:
    """Those of conditions where every tube has its own, else one after another."""
    own = [given["colours"].get(given["conditions"].get(t.row["sample_id"])) for t in tubes]
    if None in own or len(set(own)) < len(own):
        own = [GROUPS[(5 + i) % len(GROUPS)] for i in range(len(tubes))]
    return {t.key: str(c) for t, c in zip(tubes, own, strict=True)}


def _values(tube: Tube, mask: Any, channel: str) -> Array:  # noqa: ANN401 - an array of booleans
    values = tube.values(channel)[mask]
    return np.asarray(values[np.isfinite(values)], dtype=np.float64)


def _top(tubes: Sequence[Tube], channel: str) -> float:
    return max((c["range"] or 0 for t in tubes for c in t.channels if c["column"] == channel), default=0)


def _panel(
    axes: Axes, mine: pl.DataFrame, values: Mapping[tuple[str, int], Array], controls: Sequence[Array],
    colours: Mapping[tuple[str, int], str], top: float, marker: str,
) -> list[pl.DataFrame]:  # fmt: skip
    scale = scale_for(np.concatenate([*values.values(), *controls]), top)
    at = {k: scale.apply(v) for k, v in values.items()}
    control = scale.apply(np.concatenate(controls)) if controls else np.empty(0)
    low, high = limits([*at.values(), control])
    source = []
    if control.size:
        centres, heights = profile(control, low, high)
        axes.fill_between(centres, 0, heights, color=LIGHT_GREY, edgecolor=GREY, linewidth=0.5)
        source.append(_rows(marker, "control", scale.inverse(centres), heights))
    texts = []
    for row in mine.iter_rows(named=True):
        key = (row["object_id"], row["data_set"])
        if key not in at or not at[key].size:
            continue
        centres, heights = profile(at[key], low, high)
        axes.plot(centres, heights, color=colours[key], linewidth=0.9)
        source.append(_rows(marker, row["sample_name"] or row["object_id"][:12], scale.inverse(centres), heights))
        if row["percent_positive"] is not None:
            texts.append((f"{row['percent_positive']:.1f} %", colours[key]))
    if mine["threshold"][0] is not None:
        axes.axvline(float(scale.apply(np.array([mine["threshold"][0]]))[0]), color=DARK, linewidth=0.6, linestyle="--")
    for place, (text, colour) in enumerate(texts):
        axes.text(0.98, 0.98 - 0.1 * place, text, transform=axes.transAxes, ha="right", va="top", fontsize=SMALL_PT,
                  color=colour if len(texts) > 1 else DARK)  # fmt: skip
    logicle_axis(axes, "x", scale, (low, high))
    axes.set_ylim(0, 128)
    axes.set_yticks([0, 50, 100])
    return source


def _rows(marker: str, sample: str, fluorescence: Array, heights: Array) -> pl.DataFrame:
    return pl.DataFrame(
        {"marker": marker, "sample": sample, "fluorescence": fluorescence, "percent_of_highest": heights}
    ).with_columns(pl.col("percent_of_highest").round(3))


def _legend(
    figure: Canvas, drawn: Mapping[tuple[str, int], Tube], colours: Mapping[tuple[str, int], str], kinds: Sequence[str]
) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415 - slow to import
    from matplotlib.patches import Patch  # noqa: PLC0415 - slow to import

    handles: list[Any] = [Line2D([], [], color=colours[k], label=plain(t.name)) for k, t in drawn.items()]
    if kinds:
        handles.append(Patch(facecolor=LIGHT_GREY, edgecolor=GREY, label=f"control ({', '.join(kinds)})"))
    columns = legend_columns([str(h.get_label()) for h in handles], DOUBLE_MM)
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)


def _caption(results: pl.DataFrame, given: Mapping[str, Any], count: int) -> str:
    kinds = results["control"].drop_nulls().unique().sort().to_list()
    cells = results["singlet_count"].to_list()
    text = (
        f"Surface markers of {count} {'sample' if count == 1 else 'samples'} of run {given['run']}: fluorescence of "
        f"single cells without debris ({min(cells):,} to {max(cells):,} a sample), smoothed, in percent of the highest "
        "bin; logicle scales. "
    )
    if kinds:
        text += f"Grey: control ({', '.join(kinds)}); dashed: its 99.5th percentile, where positive begins. "
    if results["control"].null_count():
        lost = results.filter(pl.col("control").is_null())["marker"].unique().sort().to_list()
        text += f"No control: {', '.join(lost)}; dashed there: a threshold from the samples' own distribution. "
    flags = sorted({f for text in results["flag"].drop_nulls() for f in text.split(";")})
    text += f"Flags: {', '.join(f.replace('_', ' ') for f in flags)}. " if flags else ""
    hidden = results.select("marker", "channel").unique().height - MOST_MARKERS
    text += f"{hidden} further markers are not drawn. " if hidden > 0 else ""
    return f"{text}Percentages: positive single cells."


def _alt(results: pl.DataFrame, markers: Sequence[tuple[str, str]]) -> str:
    found = []
    for marker, channel in markers:
        percent = results.filter(marker=marker, channel=channel)["percent_positive"].drop_nulls()
        if percent.len():
            low, high = float(min(percent)), float(max(percent))
            found.append(f"{marker} {low:.1f} %" if low == high else f"{marker} {low:.1f} to {high:.1f} %")
    return f"Histograms of {len(markers)} markers over their control; positive: {', '.join(found) or 'not known'}."


FIGURE = Figure(
    name="marker_histograms",
    reads={**READS, RESULTS: ("object_id",)},
    parts=parts,
    draw=draw,
    libraries=("scipy",),
)
