"""Bench groups of one comparison: every unit, mean and SD, and which groups differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import DARK, DOUBLE_MM, GREY, SINGLE_MM, SMALL_PT, canvas, lightened, plain
from tasks.methods.fold_axis import fold_axis
from tasks.methods.group_pictures import (
    ASSAYS,
    GROUPS_OF,
    MEASUREMENTS,
    OMNIBUS,
    PAIRS,
    READMITTED,
    SUMMARIES,
    axis_of,
    family_parts,
    groups_drawn,
    left_out_words,
    of_comparison,
    one_panel,
    points_drawn,
    title_of,
    units_and_excluded,
)
from tasks.methods.group_significance import (
    PANEL_MM,
    bracketed,
    drawn_range,
    show_significance,
    significant,
    uses_marks,
)
from tasks.methods.group_test_words import STARS, n_words, omnibus_words, pair_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACROSS, MOST_PANELS = 3, 12  # panels side by side, and on a page
LETTER_MM = 1.15
SPREAD = 0.16  # how far points stand from the middle of their group, to either side
ASIDE = 0.26  # excluded values stand beside the others
Drawn = tuple[str, str, float | None, pl.DataFrame, pl.DataFrame, pl.DataFrame]


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> Sequence[Part]:
    """One part per comparison, assay and experiment; a further one for each dozen of panels."""
    found = []
    for part in family_parts(study, slices, with_times=False):
        panels = part.parameters["panels"]
        for page, start in enumerate(range(0, len(panels), MOST_PANELS), start=1):
            key = part.key if page == 1 else f"{part.key}, {page}"
            found.append(Part(key, part.where, {**part.parameters, "panels": panels[start : start + MOST_PANELS]}))
    return found


def panels_of(given: Mapping[str, Any], frames: Mapping[str, pl.DataFrame]) -> list[Drawn]:
    """Measure, target, time, groups, points and tested pairs of each panel that has a value."""
    units = units_and_excluded(frames)
    found = []
    for measure, target, (time,) in given["panels"]:
        at = pl.col("time_h").eq_missing(pl.lit(time, pl.Float64))
        groups = groups_drawn(one_panel(frames[SUMMARIES], measure, target).filter(at), given)
        points = points_drawn(one_panel(units, measure, target).filter(at), groups)
        if not points["is_excluded"].all():
            found.append((measure, target, time, groups, points, one_panel(frames[PAIRS], measure, target).filter(at)))
    return found


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """A panel for each quantity; bars of means from 0, on a fold-change axis lines of means about 1."""
    given = part.parameters
    drawn = panels_of(given, frames)
    if not drawn:
        return f"no group of {given['comparison']} has a value ({ASSAYS.get(given['assay'], given['assay'])})"
    units = dict(frames[MEASUREMENTS].select(pl.concat_str("measure", pl.lit("\0"), "target"), "unit").iter_rows())
    columns = min(ACROSS, len(drawn))
    rows = math.ceil(len(drawn) / columns)
    width = SINGLE_MM if len(drawn) == 1 else DOUBLE_MM
    labels = [c[1] for c in given["conditions"]]
    room = (width / columns - 12) / len(labels)
    is_turned = max(map(len, labels)) * LETTER_MM > room
    foot = max(map(len, labels)) * LETTER_MM * 0.62 if is_turned else 4.0
    figure = canvas(width, rows * (PANEL_MM + 6) + foot)
    for index, (measure, target, _, groups, points, pairs) in enumerate(drawn):
        axes = figure.add_subplot(rows, columns, index + 1)
        base = dict(map(_label, given["conditions"]))[given["calibrator"]] if groups["is_relative"].any() else None
        name = axis_of(measure, units[f"{measure}\0{target}"], base)
        _panel(axes, groups, points, given)
        show_significance(axes, groups, points, pairs, given)
        axes.set_title(plain(title_of(measure, target)), fontstyle="italic" if given["assay"] == "qpcr" else "normal")
        axes.set_ylabel(plain(name))
        axes.set_xticks(range(len(labels)), [])
        if index + columns >= len(drawn):
            _name_groups(axes, labels, is_turned=is_turned, is_last=index // columns == rows - 1)
    title = f"{ASSAYS.get(given['assay'], given['assay'])}: {_what(drawn)} ({of_comparison(given)})"
    return Drawing(figure, source(drawn), title, _caption(given, drawn, frames), _alt(given, drawn))


def _name_groups(axes: Axes, labels: Sequence[str], *, is_turned: bool, is_last: bool) -> None:
    """Names below a panel; over the empty place of a last row they take no room from the row below."""
    turned: dict[str, Any] = (
        {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if is_turned else {"ha": "center"}
    )
    if is_last:
        axes.set_xticks(range(len(labels)), [plain(text) for text in labels], **turned)
        return
    for place, text in enumerate(labels):
        note = axes.annotate(plain(text), (place, 0), xycoords=axes.get_xaxis_transform(), xytext=(1, -4.5),
                             textcoords="offset points", va="top", fontsize=SMALL_PT, **turned)  # fmt: skip
        note.set_in_layout(False)


def _label(condition: Sequence[str]) -> tuple[str, str]:
    return condition[0], condition[1]


def _what(drawn: Sequence[Drawn]) -> str:
    names = [title_of(measure, target) for measure, target, *_ in drawn]
    time = drawn[0][2]
    return (
        ", ".join(names[:ACROSS]) + (", …" if len(names) > ACROSS else "") + ("" if time is None else f" at {time:g} h")
    )


def _panel(axes: Axes, groups: pl.DataFrame, points: pl.DataFrame, given: Mapping[str, Any]) -> None:
    is_log = groups["scale"][0] == "log2"
    by_condition = {row["condition"]: row for row in groups.iter_rows(named=True)}
    for place, (name, _, colour) in enumerate(given["conditions"]):
        mine = points.filter(condition=name, is_excluded=False)["drawn"].to_numpy()
        out = points.filter(condition=name, is_excluded=True)["drawn"].to_numpy()
        if out.size:
            axes.scatter([place + ASIDE] * out.size, out, s=9, color=colour, marker="x", linewidths=0.7, zorder=7)
        row = by_condition.get(name)
        if row is None or not mine.size:
            axes.annotate("no value", (place, 0.03), xycoords=axes.get_xaxis_transform(), rotation=90, ha="center",
                          va="bottom", color=GREY, fontsize=SMALL_PT)  # fmt: skip
            continue
        if is_log:
            axes.hlines(row["centre"], place - 0.32, place + 0.32, color=colour, linewidth=1.2)
        else:
            axes.bar(place, row["centre"], width=0.66, color=lightened(colour, 0.72), edgecolor=colour, linewidth=0.7)
        if np.isfinite(row["low"]):
            error = [[row["centre"] - row["low"]], [row["high"] - row["centre"]]]
            axes.errorbar(
                place, row["centre"], yerr=error, color=DARK, capsize=2, linewidth=0.7, capthick=0.7, zorder=5
            )
        at = place + np.linspace(-SPREAD, SPREAD, mine.size) if mine.size > 1 else [place]
        axes.scatter(at, mine, s=7, color=colour, edgecolors="white", linewidths=0.3, zorder=6)  # over the error bar
    if is_log:
        if groups["is_relative"].any():
            axes.axhline(1, color=GREY, linewidth=0.5, linestyle=(0, (3, 2)), zorder=0)
        low, high = drawn_range(groups, points)
        fold_axis(axes, low, high)
    else:
        low, high = drawn_range(groups, points)
        axes.locator_params(axis="y", nbins=6)  # else it depends on the resolution
        axes.set_ylim(min(low * 1.05, 0), max(high, 0) or 1)
        if low < 0:
            axes.axhline(0, color=DARK, linewidth=0.5)
    axes.set_xlim(-0.6, len(given["conditions"]) - 0.4)


def source(drawn: Sequence[Drawn]) -> pl.DataFrame:
    """Points, means and pairs, one row per mark; ``value``, ``low`` and ``high`` are as drawn."""
    found = []
    for measure, target, time, groups, points, pairs in drawn:
        about = [
            pl.lit(measure).alias("measure"),
            pl.lit(target).alias("target"),
            pl.lit(time, pl.Float64).alias("time_h"),
        ]
        mark = pl.when("is_excluded").then(pl.lit("excluded")).otherwise(pl.lit("unit")).alias("mark")
        unit = points.select(mark, "condition", "unit", value="drawn", on_test_scale="value")
        mean = groups.select(pl.lit("mean").alias("mark"), "condition", "n", pl.col("low", "high").fill_nan(None),
                             value=pl.col("centre").fill_nan(None), on_test_scale="mean")  # fmt: skip
        pair = pairs.select(pl.lit("pair").alias("mark"), "group_a", "group_b", "pvalue", "padj", "stars")
        found.append(pl.concat([unit, mean, pair], how="diagonal").select(*about, pl.all()))
    return pl.concat(found, how="diagonal")


def _caption(given: Mapping[str, Any], drawn: Sequence[Drawn], frames: Mapping[str, pl.DataFrame]) -> str:
    groups, pairs = pl.concat([d[3] for d in drawn]), pl.concat([d[5] for d in drawn])
    is_log = (groups["scale"] == "log2").any()
    spread = "mean and SD of the log₂ values, taken back (geometric mean, and its SD factor)" if is_log else "mean ± SD"
    text = f"{_what(drawn)} ({of_comparison(given)}): {spread}; points: "
    text += f"{n_words(groups, given)}. "
    if any(d[4]["is_excluded"].any() for d in drawn):
        text += "Crosses: left out by exclusions.csv, in no mean and no test. "
    text += left_out_words(frames[READMITTED], drawn)
    if (groups["is_relative"]).any():
        base = dict(map(_label, given["conditions"]))[given["calibrator"]]
        text += f"Relative to the mean of {base}, which is 1; tests run on the log₂ values before that. "
    panels = [d[:2] for d in drawn]
    if words := omnibus_words(_at_their_times(frames[OMNIBUS], drawn), panels):
        text += f"{words[0].upper()}{words[1:]}. "
    text += f"{pair_words(pairs)} "
    if pairs.is_empty():
        return text.strip()
    if uses_marks(drawn[0][5], given):
        labels = dict(map(_label, given["conditions"]))
        return text + f"Against {labels[given['control']]}: {STARS}; # likewise against {labels[given['disease']]}."
    text += f"{STARS}; tested pairs without a bracket are not significant."
    hidden = sum(significant(d[5]).height - bracketed(d[5]).height for d in drawn)
    return text + (f" Brackets of {hidden} significant pairs with larger p-values found no room." if hidden else "")


def _at_their_times(omnibus: pl.DataFrame, drawn: Sequence[Drawn]) -> pl.DataFrame:
    keys = pl.DataFrame(
        [d[:3] for d in drawn], schema={"measure": pl.String, "target": pl.String, "time_h": pl.Float64}, orient="row"
    )
    return omnibus.join(keys, on=["measure", "target", "time_h"], how="semi", nulls_equal=True)


def _alt(given: Mapping[str, Any], drawn: Sequence[Drawn]) -> str:
    labels = dict(map(_label, given["conditions"]))
    texts = []
    for measure, target, _, groups, _, pairs in drawn[:ACROSS]:
        means = [f"{labels[r['condition']]} {r['centre']:.3g}" for r in groups.iter_rows(named=True) if r["n"]]
        count = significant(pairs).height
        texts.append(f"{title_of(measure, target)}: {', '.join(means)}; {count} of {pairs.height} pairs differ")
    more = f" And {len(drawn) - ACROSS} more panels." if len(drawn) > ACROSS else ""
    return f"Groups with single points, means and SD. {'. '.join(texts)}.{more}"


FIGURE = Figure(
    name="group_values",
    reads={table: (*GROUPS_OF[table],) for table in (MEASUREMENTS, SUMMARIES, PAIRS, OMNIBUS, READMITTED)},
    parts=parts,
    draw=draw,
)
