"""A membrane: its picture, and the density of every band by lane."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
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
ROW_MM, PICTURE_MM, LETTER_MM, LEAST_MM = 17.0, 30.0, 1.15, 32.0
ROLES = {"loading": "loading", "total_protein": "total protein", "marker": "marker"}


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per membrane."""
    colours, labels = group_colours(study), group_labels(study)
    conditions = {s.sample: s.condition for s in study.samples}
    found = []
    for membrane in slices[BANDS]["membrane"].unique().sort():
        parameters = {"membrane": membrane, "conditions": conditions, "colours": colours, "labels": labels}
        keep = {"membrane": (membrane,)}
        found.append(Part(str(membrane), {BANDS: keep, IMAGES: keep}, parameters))
    return found


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
    """Pictures of the membrane above, then a row of bars for each target, in the order of the lanes."""
    given, found = part.parameters, lanes(frames[BANDS])
    if not found["signal"].count():
        return f"no band of membrane {given['membrane']} has a density"
    targets = found.sort(pl.col("target_role") != "target", "target_role", "target")
    rows = targets.select("target", "target_role").unique(maintain_order=True).rows()
    pictures = [i for i in frames[IMAGES].sort("object_id").iter_rows(named=True) if i["thumbnail"]]
    foot = max(len(str(n or "")) for n in found["name"]) * LETTER_MM * 0.75 + 4
    height = max(len(pictures) * PICTURE_MM + len(rows) * ROW_MM + foot, LEAST_MM)
    figure = canvas(SINGLE_MM, min(height, TALLEST_MM))
    ratios = [PICTURE_MM] * len(pictures) + [ROW_MM] * len(rows)
    grid = figure.add_gridspec(len(ratios), 1, height_ratios=ratios)
    for place, picture in enumerate(pictures):
        _picture(figure.add_subplot(grid[place]), picture)
    for place, (target, role) in enumerate(rows, start=len(pictures)):
        mine = found.filter(target=target, target_role=role)
        axes = figure.add_subplot(grid[place])
        _bars(axes, mine, found["lane"].unique().sort().to_list(), given)
        axes.set_ylabel(plain(target or "band") + (f"\n({ROLES[role]})" if role in ROLES else ""))
        if place == len(ratios) - 1:
            _names(axes, found)
    figure.supylabel("density (%)", fontsize=TEXT_PT)
    caption = _caption(found, frames[IMAGES], given, pictures)
    alt = f"Membrane {given['membrane']}: {'its picture above ' if pictures else ''}bars of band densities by lane. "
    alt += "; ".join(_span(found.filter(target=t, target_role=r), t) for t, r in rows) + "."
    return Drawing(figure, found, f"Blot {given['membrane']}", caption, alt)


def _picture(axes: Axes, picture: Mapping[str, Any]) -> None:
    from PIL import Image  # noqa: PLC0415 - slow to import

    axes.imshow(np.asarray(Image.open(io.BytesIO(picture["thumbnail"]))), cmap="gray", interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    if picture["stain"]:
        axes.set_ylabel(plain(picture["stain"]))
    for side in axes.spines.values():
        side.set_visible(True)


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
                          va="bottom", color=UP, fontsize=SMALL_PT - 1)  # fmt: skip
    axes.set_xlim(min(every) - 0.6, max(every) + 0.6)
    axes.set_ylim(0, 108)
    axes.set_yticks([0, 50, 100])
    axes.set_xticks(every, [])


def _names(axes: Axes, found: pl.DataFrame) -> None:
    names = dict(found.select("lane", "name").unique("lane").sort("lane").iter_rows())
    labels = [plain(f"{name} ({lane})" if name else str(lane)) for lane, name in names.items()]
    axes.set_xticks(list(names), labels, rotation=40, ha="right", rotation_mode="anchor", color=DARK)


def _span(mine: pl.DataFrame, target: str) -> str:
    known = mine.drop_nulls("signal").sort("signal")
    if not known.height:
        return f"{target} has no density"
    first, last = known.row(0, named=True), known.row(-1, named=True)
    return f"{target} is densest in lane {last['lane']} ({last['name']}), faintest in {first['lane']} ({first['name']})"


def _caption(
    found: pl.DataFrame, images: pl.DataFrame, given: Mapping[str, Any], pictures: Sequence[Mapping[str, Any]]
) -> str:
    present = {given["conditions"].get(s) for s in found["sample_id"].drop_nulls()}
    shown = [label for name, label in given["labels"].items() if name in present]
    text = (
        f"Membrane {given['membrane']}: density of each band, background taken off, in percent of the densest lane of "
    )
    text += "its target; not divided by the loading. "
    if shown:
        text += f"Colours: conditions ({', '.join(shown)}). "
    text += "Below, sample and number of the lane. "
    if pictures:
        sizes = ", ".join(f"{i['width_px']} x {i['height_px']} pixels" for i in pictures)
        text += f"Above, the membrane as pictured (reduced; the original has {sizes}). "
    else:
        text += "No picture of the membrane was loaded. "
    lost = images.height - len(pictures)
    text += f"{lost} pictures have no preview. " if lost else ""
    return text + "One band is one measurement: no statistics are shown."


FIGURE = Figure(
    name="blots", reads={BANDS: ("membrane",), IMAGES: ("membrane",)}, parts=parts, draw=draw, libraries=("pillow",)
)
