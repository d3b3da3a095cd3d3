"""Pictures of stained cells, of preparations and of the electron microscope, side by side with what they show."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import DOUBLE_MM, SINGLE_MM, SMALL_PT, TALLEST_MM, canvas, group_labels, plain

IMAGES, FILES = "core.images", "core.raw_objects"
READ = ("object_id", "sample_id", "material_id", "sample_name", "stain", "membrane")
ACROSS, MOST = 3, 15  # pictures side by side and on a page
TITLE_MM, LEAST_ASPECT = 8.0, 0.25
UNKNOWN = "no stain named"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per stain of cultures and one per material, a further one for each fifteen pictures; not of blots."""
    labels, order = group_labels(study), {c: i for i, c in enumerate(study.config.condition_ids)}
    conditions = {s.sample: s.condition for s in study.samples}
    files = slices[FILES].select("object_id", "file_name").unique()
    rows = slices[IMAGES].select(READ).unique().filter(pl.col("membrane").is_null())
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows.join(files, on="object_id", how="left").iter_rows(named=True):
        condition = conditions.get(row["sample_id"])
        stain = row["stain"] or UNKNOWN
        about = (
            row["sample_id"] or row["material_id"] or row["sample_name"] or row["file_name"] or row["object_id"][:12]
        )
        words = about if condition is None else f"{labels[condition]} ({about})"
        is_culture = row["material_id"] is None
        shown = {
            "object_id": row["object_id"],
            "file": row["file_name"] or row["object_id"][:12],
            "title": words if is_culture else stain,
            "place": order.get(condition or "", len(order)),
        }
        groups.setdefault(stain if is_culture else str(row["material_id"]), []).append(shown)
    found = []
    for name, members in sorted(groups.items()):
        ranked = sorted(members, key=lambda m: (m["place"], m["title"], m["file"]))
        for page, start in enumerate(range(0, len(ranked), MOST), start=1):
            chosen = ranked[start : start + MOST]
            where = {IMAGES: {"object_id": tuple(sorted({m["object_id"] for m in chosen}))}}
            key = name if page == 1 else f"{name}, {page}"
            found.append(Part(key, where, {"name": name, "pictures": chosen}, tables=(IMAGES,)))
    return found


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Previews as they were loaded, all of one height; nothing is cut and no contrast changed further."""
    from PIL import Image  # noqa: PLC0415 - slow to import

    given = part.parameters
    rows = {r["object_id"]: r for r in frames[IMAGES].iter_rows(named=True) if r["thumbnail"]}
    drawn = [p for p in given["pictures"] if p["object_id"] in rows]
    if not drawn:
        return f"no picture of {given['name']} has a preview"
    columns = min(ACROSS, len(drawn))
    lines = math.ceil(len(drawn) / columns)
    width = SINGLE_MM if columns < ACROSS else DOUBLE_MM
    tallest = max(rows[p["object_id"]]["height_px"] / rows[p["object_id"]]["width_px"] for p in drawn)
    height = min(max(tallest, LEAST_ASPECT) * width / columns + TITLE_MM, TALLEST_MM / lines)
    figure = canvas(width, lines * height)
    for index, picture in enumerate(drawn, start=1):
        axes = figure.add_subplot(lines, columns, index)
        pixels = np.asarray(Image.open(io.BytesIO(rows[picture["object_id"]]["thumbnail"])))
        axes.imshow(pixels, cmap="gray", interpolation="nearest")
        axes.set_title(plain(picture["title"]), fontsize=SMALL_PT)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
    source = pl.DataFrame(
        [
            {"title": p["title"], "file": p["file"], **{c: rows[p["object_id"]][c] for c in ("width_px", "height_px")}}
            for p in drawn
        ]
    )
    listed = "; ".join(f"{p['title']}: {p['file']}" for p in drawn)
    lost = len(given["pictures"]) - len(drawn)
    caption = (
        f"{given['name']}: {len(drawn)} {'picture' if len(drawn) == 1 else 'pictures'}, reduced for print; no scale "
    )
    caption += f"bar, as the files state no size of a pixel here. Originals: {listed}."
    caption += f" {lost} further ones have no preview." if lost else ""
    alt = f"Photographs, {given['name']}: {', '.join(p['title'] for p in drawn)}."
    title = f"{given['name'][:1].upper()}{given['name'][1:]}"
    return Drawing(figure, source, f"Pictures: {title}", caption, alt)


FIGURE = Figure(
    name="pictures",
    reads={IMAGES: READ, FILES: ("object_id", "file_name")},
    parts=parts,
    draw=draw,
    libraries=("pillow",),
)
