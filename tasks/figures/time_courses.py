"""Bench groups over time: mean ± SD of each condition, and at which times it differs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import DOUBLE_MM, GREY, MARKERS, SINGLE_MM, SMALL_PT, canvas, plain
from tasks.methods.fold_axis import fold_axis
from tasks.methods.group_pictures import (
    ASSAYS,
    GROUPS_OF,
    MEASUREMENTS,
    PAIRS,
    READMITTED,
    SUMMARIES,
    axis_of,
    family_parts,
    groups_drawn,
    left_out_words,
    of_comparison,
    one_panel,
    title_of,
)
from tasks.methods.group_test_words import STARS, course_words, n_words, pair_words
from tasks.methods.significance_brackets import marks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACROSS, MOST_PANELS = 2, 6  # panels side by side, and on a page
PANEL_MM, LINE_MM = 45.0, 5.0
MARK: Mapping[str, Any] = {"fontsize": SMALL_PT - 1, "linespacing": 1.0}
DODGE = 0.012  # of the range of times, between conditions: their error bars do not cover each other
READS, COURSES = (MEASUREMENTS, SUMMARIES, PAIRS, READMITTED), "result.time_course_tests"
Drawn = tuple[str, str, pl.DataFrame, pl.DataFrame]


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> Sequence[Part]:
    """One part per comparison, assay and experiment measured at two times or more."""
    found = []
    for part in family_parts(study, slices, with_times=True):
        panels = part.parameters["panels"]
        where = {table: part.where[table] for table in READS}
        where[COURSES] = {c: v for c, v in part.where[PAIRS].items() if c != "time_h"}
        for page, start in enumerate(range(0, len(panels), MOST_PANELS), start=1):
            key = part.key if page == 1 else f"{part.key}, {page}"
            given = {**part.parameters, "panels": panels[start : start + MOST_PANELS]}
            found.append(Part(key, where, given))
    return found


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """A panel for each quantity; above it a line for each condition with its marks at every time."""
    given = part.parameters
    drawn: list[Drawn] = []
    for measure, target, _ in given["panels"]:
        groups = groups_drawn(one_panel(frames[SUMMARIES], measure, target), given)
        if groups.filter(pl.col("n") > 0)["time_h"].n_unique() > 1:
            drawn.append((measure, target, groups, one_panel(frames[PAIRS], measure, target)))
    if not drawn:
        return f"no quantity of {given['comparison']} has values at two times"
    units = dict(frames[MEASUREMENTS].select(pl.concat_str("measure", pl.lit("\0"), "target"), "unit").iter_rows())
    columns = min(ACROSS, len(drawn))
    rows = math.ceil(len(drawn) / columns)
    strip = LINE_MM * len(given["conditions"])
    figure = canvas(SINGLE_MM if len(drawn) == 1 else DOUBLE_MM, rows * (PANEL_MM + strip + 12))
    grid = figure.add_gridspec(rows, columns)
    for index, (measure, target, groups, pairs) in enumerate(drawn):
        cell = grid[divmod(index, columns)].subgridspec(2, 1, height_ratios=[strip, PANEL_MM], hspace=0.02)
        axes = figure.add_subplot(cell[1])
        above = figure.add_subplot(cell[0], sharex=axes)
        _course(axes, groups, given)
        _marks(above, groups, pairs, given)
        base = _labels(given)[given["calibrator"]] if groups["is_relative"].any() else None
        axes.set_ylabel(plain(axis_of(measure, units[f"{measure}\0{target}"], base)))
        axes.set_xlabel("time (h)")
        above.set_title(plain(title_of(measure, target)), fontstyle="italic" if given["assay"] == "qpcr" else "normal")
    title = f"{ASSAYS.get(given['assay'], given['assay'])} over time: {', '.join(title_of(d[0], d[1]) for d in drawn)}"
    title += f" ({of_comparison(given)})"
    out = left_out_words(frames[READMITTED], drawn)
    caption = _caption(given, drawn, out + course_words(frames[COURSES], drawn))
    return Drawing(figure, source(drawn), title, caption, _alt(given, drawn))


def _labels(given: Mapping[str, Any]) -> dict[str, str]:
    return {c[0]: c[1] for c in given["conditions"]}


def _course(axes: Axes, groups: pl.DataFrame, given: Mapping[str, Any]) -> None:
    times = groups["time_h"].to_numpy()
    shift = DODGE * float(times.max() - times.min())
    middle = (len(given["conditions"]) - 1) / 2
    for place, (name, label, colour) in enumerate(given["conditions"]):
        mine = groups.filter(pl.col("condition") == name, pl.col("centre").is_finite()).sort("time_h")
        centre, low, high = (mine[c].to_numpy() for c in ("centre", "low", "high"))
        error = np.nan_to_num(np.vstack([centre - low, high - centre]))
        axes.errorbar(
            mine["time_h"].to_numpy() + (place - middle) * shift,
            centre,
            yerr=error,
            color=colour,
            marker=MARKERS[place % len(MARKERS)],
            markersize=3,
            capsize=1.5,
            capthick=0.6,
            elinewidth=0.6,
            linewidth=0.9,
            label=plain(label),
        )
    seen = groups.select("centre", "low", "high").to_numpy()
    least, most = float(np.nanmin(seen)), float(np.nanmax(seen))
    if groups["scale"][0] == "log2":
        fold_axis(axes, least, most)
    else:
        axes.locator_params(axis="y", nbins=6)  # else it depends on the resolution
        axes.set_ylim(min(0.0, least * 1.05), most * 1.04 if most > 0 else 1)
    axes.set_xticks(sorted(set(times)), [f"{t:g}" for t in sorted(set(times))])
    if given["primary_time_h"] in set(times):
        axes.axvline(given["primary_time_h"], color=GREY, linewidth=0.5, linestyle=(0, (2, 2)), zorder=0)


def _marks(axes: Axes, groups: pl.DataFrame, pairs: pl.DataFrame, given: Mapping[str, Any]) -> None:
    """A line for each condition: its name in its colour, then its marks at the times."""
    names = [c[0] for c in given["conditions"]]
    axes.set_ylim(-0.5, len(names) - 0.5)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(left=False, bottom=False, labelbottom=False, labelleft=False)
    for place, (name, label, colour) in enumerate(given["conditions"]):
        y = len(names) - 1 - place
        axes.annotate(
            plain(label),
            (1, y),
            xycoords=axes.get_yaxis_transform(),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL_PT,
        )
        axes.plot(
            [1.04],
            [y],
            transform=axes.get_yaxis_transform(),
            color=colour,
            marker=MARKERS[place % len(MARKERS)],
            markersize=3,
            clip_on=False,
            linestyle="",
        )
        for time in groups["time_h"].unique().sort():
            at = marks(pairs.filter(time_h=time).to_dicts(), names, given["control"], given["disease"])
            if at[name]:
                axes.text(time, y, "\n".join(at[name]), ha="center", va="center", **MARK)


def source(drawn: Sequence[Drawn]) -> pl.DataFrame:
    """One row per mean: ``value, low, high`` as drawn; then the pairs of every time."""
    found = []
    for measure, target, groups, pairs in drawn:
        about = [pl.lit(measure).alias("measure"), pl.lit(target).alias("target")]
        mean = groups.select(
            pl.lit("mean").alias("mark"), "condition", "time_h", "n", value="centre", low="low", high="high"
        )
        pair = pairs.select(pl.lit("pair").alias("mark"), "time_h", "group_a", "group_b", "pvalue", "padj", "stars")
        both = pl.concat([mean, pair], how="diagonal").with_columns(pl.col("value", "low", "high").fill_nan(None))
        found.append(both.select(*about, pl.all()))
    return pl.concat(found, how="diagonal")


def _caption(given: Mapping[str, Any], drawn: Sequence[Drawn], about: str) -> str:
    groups, pairs = pl.concat([d[2] for d in drawn]), pl.concat([d[3] for d in drawn])
    what = ", ".join(title_of(d[0], d[1]) for d in drawn)
    spread = "means and SD of the log₂ values, taken back" if (groups["scale"] == "log2").any() else "mean ± SD"
    text = f"{what} over time ({of_comparison(given)}): {spread}; "
    text += f"{n_words(groups, given)} and time; conditions are set apart sideways for legibility. "
    if groups["is_relative"].any():
        text += f"Relative to the mean of {_labels(given)[given['calibrator']]} at the same time, which is 1. "
    text += f"{about.strip()} " if about else ""
    text += f"{pair_words(pairs)} "
    labels = _labels(given)
    if given["control"] and pairs.height:
        text += f"Marks above: against {labels[given['control']]}, {STARS}"
        text += f"; # likewise against {labels[given['disease']]}. " if given["disease"] else ". "
    if given["primary_time_h"] is not None:
        text += (
            f"Dashed line: {given['primary_time_h']:g} h, the primary time; tests at other times are exploratory, "
            "and not corrected for the number of times."
        )
    return text.strip()


def _alt(given: Mapping[str, Any], drawn: Sequence[Drawn]) -> str:
    labels = _labels(given)
    texts = []
    for measure, target, groups, _ in drawn:
        known = groups.filter(pl.col("centre").is_finite()).sort("time_h")
        ends = [
            f"{labels[c]} {mine['centre'][0]:.3g} to {mine['centre'][-1]:.3g}"
            for c in labels
            if (mine := known.filter(condition=c)).height
        ]
        span = f"from {known['time_h'][0]:g} to {known['time_h'][-1]:g} h"
        texts.append(f"{title_of(measure, target)} {span}: {', '.join(ends)}")
    return f"Lines of means with error bars. {'. '.join(texts)}."


_COURSE = tuple(column for column in GROUPS_OF[PAIRS] if column != "time_h")  # of all times at once
FIGURE = Figure(
    name="time_courses",
    reads={**{table: GROUPS_OF[table] for table in READS}, COURSES: _COURSE},
    parts=parts,
    draw=draw,
)
