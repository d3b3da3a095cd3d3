"""A membrane: its picture, lane over bar where the picture tells the lanes, and the density of every band by lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.sheets import Layout
from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.blot_pictures import draw_strip, draw_whole, laid_over
from tasks.methods.blot_words import caption_of, span
from tasks.methods.figure_style import (
    DARK,
    GREY,
    SINGLE_MM,
    SMALL_PT,
    TALLEST_MM,
    TEXT_PT,
    UP,
    canvas,
    group_colours,
    group_labels,
    lightened,
    plain,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BANDS, IMAGES = "core.blot_bands", "core.images"
ROW_MM, PICTURE_MM, STRIP_MM, LETTER_MM, LEAST_MM = 17.0, 30.0, 6.0, 1.15, 32.0
ROLES = {"loading": "loading", "total_protein": "total protein", "marker": "marker"}
EMPTY = {"ladder": "ladder", "marker": "ladder", "empty": "empty", "background": "empty", "blank": "empty"}


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per membrane."""
    colours, labels = group_colours(study), group_labels(study)
    conditions = {s.sample: s.condition for s in study.samples}
    found = []
    for membrane in slices[BANDS]["membrane"].unique().sort():
        parameters = {"membrane": membrane, "conditions": conditions, "colours": colours, "labels": labels}
        parameters["lanes"] = _laid_out(study, str(membrane))
        keep = {"membrane": (membrane,)}
        found.append(Part(str(membrane), {BANDS: keep, IMAGES: keep}, parameters))
    return found


def _laid_out(study: Study, membrane: str) -> list[list[Any]]:
    """Number and content of every lane that layouts of the membrane's files name: a sample, or ladder, or empty."""
    named = {f.layout for f in study.files if (f.membrane or f.file) == membrane and f.layout}
    known: list[Layout] = [study.layouts[name] for name in sorted(named) if name in study.layouts]
    content = {x.lane: x.sample or EMPTY.get(x.role, x.role) for layout in known for x in layout.lanes}
    return [[lane, what] for lane, what in sorted(content.items())]


def lanes(bands: pl.DataFrame) -> pl.DataFrame:
    """One row per target and lane: the sum of its bands; null where one is null."""
    return (
        bands.group_by("target", "target_role", "lane")
        .agg(
            signal=pl.when(pl.col("signal").is_null().any()).then(None).otherwise(pl.col("signal").sum()),
            name=pl.coalesce("sample_id", "material_id", "sample_name").first(),
            sample_id=pl.col("sample_id").first(),
            flag=pl.col("flag").drop_nulls().unique().sort().str.join(";"),
            is_excluded=pl.col("is_excluded").any(),
        )
        .sort("target_role", "target", "lane")
    )


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """For each target its strip of the picture and its bars below, lane over bar.

    A picture in which the lanes could not be told, or of proteins whose strips another picture gave, stands whole
    above all bars.
    """
    given, found = part.parameters, lanes(frames[BANDS])
    if not found["signal"].count():
        return f"no band of membrane {given['membrane']} has a density"
    targets = found.sort(pl.col("target_role") != "target", "target_role", "target")
    rows = targets.select("target", "target_role").unique(maintain_order=True).rows()
    pictures = [i for i in frames[IMAGES].sort("object_id").iter_rows(named=True) if i["thumbnail"]]
    every = sorted({*found["lane"], *(lane for lane, _ in given["lanes"])})
    every = list(range(1, every[-1] + 1)) if given["lanes"] else every
    pictured = laid_over(pictures, found, rows, every[-1])
    cut, whole = pictured.cut, [*pictured.untold, *pictured.repeated]
    foot = max(len(str(n or "")) for n in found["name"]) * LETTER_MM * 0.75 + 4
    height = len(whole) * PICTURE_MM + len(rows) * ROW_MM + len(cut) * STRIP_MM + foot
    figure = canvas(SINGLE_MM, min(max(height, LEAST_MM), TALLEST_MM))
    kinds: list[tuple[float, Any]] = [(PICTURE_MM, picture) for picture in whole]
    for row in rows:
        kinds += [(STRIP_MM, cut[row])] if row in cut else []
        kinds.append((ROW_MM, row))
    grid = figure.add_gridspec(len(kinds), 1, height_ratios=[share for share, _ in kinds])
    for place, (_, shown) in enumerate(kinds):
        axes = figure.add_subplot(grid[place])
        if isinstance(shown, dict):
            draw_whole(axes, shown)
        elif isinstance(shown, np.ndarray):
            draw_strip(axes, shown, every[-1], _named(*kinds[place + 1][1]))
        else:
            _bars(axes, found.filter(target=shown[0], target_role=shown[1]), every, given)
            axes.set_ylabel("" if shown in cut else _named(*shown))
    _names(axes, found, given)
    figure.supylabel("density (%)", fontsize=TEXT_PT)
    counts = (len(cut), len(pictured.untold), len(pictured.repeated))
    caption = caption_of(found, frames[IMAGES], given, counts)
    over = "strips of its picture over " if cut else "its picture above " if whole else ""
    alt = f"Membrane {given['membrane']}: {over}bars of band densities by lane. "
    alt += "; ".join(span(found.filter(target=t, target_role=r), t) for t, r in rows) + "."
    return Drawing(figure, found, f"Blot {given['membrane']}", caption, alt)


def _named(target: str, role: str) -> str:
    return plain(target or "band") + (f"\n({ROLES[role]})" if role in ROLES else "")


def _bars(axes: Axes, mine: pl.DataFrame, every: Sequence[int], given: Mapping[str, Any]) -> None:
    """Percent of the densest lane of the target."""
    top = float(mine["signal"].max() or 0)  # type: ignore[arg-type]
    for row in mine.iter_rows(named=True):
        condition = given["conditions"].get(row["sample_id"])
        colour = given["colours"].get(condition, GREY)
        if row["signal"] is not None and top > 0:
            axes.bar(row["lane"], 100 * row["signal"] / top, width=0.7, color=lightened(colour, 0.5), edgecolor=colour,
                     linestyle=":" if row["is_excluded"] else "-")  # fmt: skip
        if row["flag"] or row["is_excluded"]:
            axes.annotate(row["flag"].replace("_", " ") or "excluded", (row["lane"], 4), rotation=90, ha="center",
                          va="bottom", color=UP, fontsize=SMALL_PT - 1,
                          bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
    axes.set_xlim(min(every) - 0.5, max(every) + 0.5)
    axes.set_ylim(0, 108)
    axes.set_yticks([0, 50, 100])
    axes.set_xticks(every, [])


def _names(axes: Axes, found: pl.DataFrame, given: Mapping[str, Any]) -> None:
    """What is in each lane, with its number; ladders and empty lanes in grey."""
    loaded = dict(found.select("lane", "name").unique("lane").sort("lane").iter_rows())
    said = dict(given["lanes"])
    names = said | {lane: name for lane, name in loaded.items() if name or lane not in said}
    order = sorted(names)
    labels = [plain(f"{names[lane]} ({lane})" if names[lane] else str(lane)) for lane in order]
    axes.set_xticks(order, labels, rotation=40, ha="right", rotation_mode="anchor", color=DARK)
    for lane, label in zip(order, axes.get_xticklabels(), strict=True):
        if lane not in loaded:
            label.set_color(GREY)


FIGURE = Figure(
    name="blots", reads={BANDS: ("membrane",), IMAGES: ("membrane",)}, parts=parts, draw=draw, libraries=("pillow",)
)
