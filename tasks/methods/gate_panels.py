"""A population on paper with the edges of the gates that are drawn on it: dots on two scales, a histogram on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from tasks.methods.figure_style import DARK, GREY, GROUPS, LIGHT_GREY, SMALL_PT, plain
from tasks.methods.flow_gates import Boolean, Gate, Path
from tasks.methods.flow_pictures import local_density, profile, subsample
from tasks.methods.flow_thresholds import scale_for
from tasks.methods.flow_tubes import Tube
from tasks.methods.gate_axes import scale_axis
from tasks.methods.gate_outlines import AXES, Axis, Plot, View, outline, share_words, span, view_of
from tasks.methods.gating import Gating

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray[Any, np.dtype[np.float64]]
DOTS, LETTERS = 2_000, 22
ACROSS_LETTERS, FEWEST_LETTERS = 34, 15  # of the smallest type across a plot
TYPE: Mapping[str, Any] = {"fontsize": SMALL_PT - 1, "linespacing": 0.9, "color": DARK}
BAR_ROOM = 26.0  # of a histogram's axis, for each gate above it
WHITE = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.6}


def panel(axes: Axes, plot: Plot, tube: Tube, gating: Gating, percents: Mapping[Path, float | None]) -> pl.DataFrame:
    """The population above as dots (a histogram in one dimension) with the edges of its gates; what was drawn."""
    inside = gating.mask(plot.parent) if plot.parent else np.ones(tube.events.height, np.bool_)
    raw = [p[inside] for p in gating.positions(plot.gates[0])[:AXES]]
    scales = tuple(_axis(plot, i, tube, values) for i, values in enumerate(raw))
    places = [scale.at(values) for scale, values in zip(scales, raw, strict=True)]
    above = plot.parent[-1] if plot.parent else "all events"
    axes.set_title(plain(f"{_short(above)} ({int(inside.sum()):,})"), fontsize=SMALL_PT, color=DARK)
    axes.set_xlabel(plain(_words(plot, 0, tube)), fontsize=SMALL_PT)
    if len(scales) == AXES:
        source = _dots(axes, plot, (scales[0], scales[1]), places, percents)
        axes.set_ylabel(plain(_words(plot, 1, tube)), fontsize=SMALL_PT)
    else:
        source = _histogram(axes, plot, scales[0], places[0], percents)
    channels = ", ".join(_words(plot, i, tube) for i in range(len(scales)))
    return source.select(
        pl.lit("/".join(plot.parent or ())).alias("population"), pl.lit(channels).alias("channels"), pl.all()
    )


def _axis(plot: Plot, which: int, tube: Tube, values: Array) -> Axis:
    """The gate's own scale; linear bounds on fluorescence are drawn as FlowJo showed them, else on a logicle scale."""
    dimension = plot.dimensions[which]
    if dimension.transform is not None or dimension.ratio is not None:
        return Axis(dimension.transform, None)
    kinds = {c["name"]: c for c in tube.channels} | {c["marker"]: c for c in tube.channels if c["marker"]}
    channel = kinds.get(dimension.channel)
    if dimension.drawn_on is not None or channel is None or channel["kind"] != "fluorescence":
        return Axis(None, dimension.drawn_on)
    return Axis(None, scale_for(values, channel["range"] or 0))


def _words(plot: Plot, which: int, tube: Tube) -> str:
    """Stain and channel, as people know them."""
    dimension = plot.dimensions[which]
    if dimension.ratio is not None:
        return f"{dimension.ratio.numerator} / {dimension.ratio.denominator}"
    channel = next((c for c in tube.channels if dimension.channel in {c["name"], c["marker"]}), None)
    name = dimension.channel if channel is None else channel["name"]
    marker = channel["marker"] if channel else None
    return _short(f"{marker} ({name})" if marker and marker != name else name)


def _short(name: str, most: int = LETTERS) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _dots(
    axes: Axes, plot: Plot, scales: tuple[Axis, Axis], places: Sequence[Array], percents: Mapping[Path, float | None]
) -> pl.DataFrame:
    """Crowded places are drawn last; events beyond the axes stand at their edges, those without a place go."""
    nowhere = ((np.nan, np.nan), (np.nan, np.nan))
    bare = [outline(gate, scales, nowhere) for gate in plot.gates]  # open sides have no place yet
    view = (view_of(places[0], [b[:, 0] for b in bare]), view_of(places[1], [b[:, 1] for b in bare]))
    has_place = ~(np.isnan(places[0]) | np.isnan(places[1]))
    x, y = (np.clip(p[has_place], *ends) for p, ends in zip(places, view, strict=True))
    chosen = subsample(x.size, DOTS)
    if chosen.size:
        crowd = local_density(x, y)[chosen]
        order = np.argsort(crowd, kind="stable")
        axes.scatter(
            x[chosen][order], y[chosen][order], c=crowd[order], s=0.7, cmap="viridis", linewidths=0, rasterized=True
        )
    schema = {"mark": pl.String, "x": pl.Float64, "y": pl.Float64}
    found = [pl.DataFrame({"mark": ["event"] * chosen.size, "x": x[chosen], "y": y[chosen]}, schema=schema)]
    for gate in plot.gates:
        edge = outline(gate, scales, view)
        axes.plot(edge[:, 0], edge[:, 1], color=GROUPS[1], linewidth=0.8)
        found.append(_edge(gate, edge[:, 0], edge[:, 1], percents))
        _name(axes, gate, edge, view, percents)
    for which, scale, ends in zip("xy", scales, view, strict=True):
        scale_axis(axes, which, scale, ends)
    return pl.concat(found, how="diagonal")


def _name(axes: Axes, gate: Gate, edge: Array, view: View, percents: Mapping[Path, float | None]) -> None:
    """Name and percentage inside the gate, at the side that is nearer to the plot's rim."""
    (left, right), (low, high) = view
    x0, x1 = np.clip([np.nanmin(edge[:, 0]), np.nanmax(edge[:, 0])], left, right)
    y0, y1 = np.clip([np.nanmin(edge[:, 1]), np.nanmax(edge[:, 1])], low, high)
    is_below = (y0 + y1) / 2 < (low + high) / 2
    margin, share = 0.015 * (high - low), ((x0 + x1) / 2 - left) / (right - left)
    side = "left" if share < 1 / 4 else "right" if share > 3 / 4 else "center"
    at = {"left": x0 + 0.015 * (right - left), "right": x1 - 0.015 * (right - left), "center": (x0 + x1) / 2}[side]
    room = max(int(ACROSS_LETTERS * (x1 - x0) / (right - left)), FEWEST_LETTERS)
    words = plain(_label(gate, percents, room))
    height, anchor = (y0 + margin, "bottom") if is_below else (y1 - margin, "top")
    axes.text(at, height, words, ha=side, va=anchor, bbox=WHITE, **TYPE)


def _label(gate: Gate, percents: Mapping[Path, float | None], most: int = LETTERS) -> str:
    name, number = share_words(percents, gate).rsplit("\n", 1)
    outside = not isinstance(gate.shape, Boolean) and gate.shape.is_complement
    return f"{_short(name, most)}{' (outside)' if outside else ''}\n{number}"


def _histogram(
    axes: Axes, plot: Plot, scale: Axis, places: Array, percents: Mapping[Path, float | None]
) -> pl.DataFrame:
    """Events on one scale; bars below the names of the gates span them."""
    nowhere = (np.nan, np.nan)
    ranges = [gate.shape for gate in plot.gates if not isinstance(gate.shape, Boolean)]
    bounds: list[Array] = [np.array(span(r.dimensions[0], scale, nowhere), np.float64) for r in ranges]
    view = view_of(places, bounds)
    at, height = profile(places[~np.isnan(places)], *view)
    axes.fill_between(at, height, color=LIGHT_GREY, edgecolor=GREY, linewidth=0.6)
    axes.set_ylim(0, 104 + BAR_ROOM * len(plot.gates))
    axes.set_yticks([0, 50, 100])
    axes.set_ylabel("% of highest", fontsize=SMALL_PT)
    found = [pl.DataFrame({"mark": "profile", "x": at, "y": height})]
    for index, (gate, ends) in enumerate(zip(plot.gates, bounds, strict=True)):
        low, high = (e if np.isfinite(e) else v for e, v in zip(ends.tolist(), view, strict=True))
        y = 106 + BAR_ROOM * index
        axes.plot([low, high], [y, y], color=GROUPS[1], linewidth=1.2)
        for end in ends[np.isfinite(ends)]:
            axes.plot([end, end], [0, y], color=GROUPS[1], linewidth=0.6)
        room = 0.3 * (view[1] - view[0])
        middle = float(np.clip((low + high) / 2, view[0] + room, view[1] - room))
        axes.text(middle, y + 1, plain(_label(gate, percents)), ha="center", va="bottom", **TYPE)
        found.append(_edge(gate, np.array([low, high]), np.array([y, y]), percents))
    scale_axis(axes, "x", scale, view)
    return pl.concat(found, how="diagonal")


def _edge(gate: Gate, x: Array, y: Array, percents: Mapping[Path, float | None]) -> pl.DataFrame:
    share = pl.lit(percents[gate.path], pl.Float64).alias("percent_of_parent")
    return pl.DataFrame({"mark": "edge", "gate": "/".join(gate.path), "x": x, "y": y}).with_columns(share)
