"""A plate as it was read: every well's value at its place, what it holds, and what is wrong with it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import (
    DOUBLE_MM,
    SINGLE_MM,
    SMALL_PT,
    UP,
    canvas,
    group_colours,
    group_labels,
    legend_columns,
    plain,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WELLS, FILES = "core.plate_wells", "core.raw_objects"
READ = ("object_id", "plate", "measure", "wavelength_nm", "time_h")
SHAPES = ((8, 12), (16, 24), (32, 48))  # rows and columns of plates
ROLES = {"blank": "B", "control": "C", "empty": "E"}
MOST_TIMES = 8  # of one read, that all are drawn
SMALL = 12  # columns up to which a plate fits one column and its wells have room for text
FRAME_MM, LINE_MM = 14.0, 3.6  # around the wells, and of a line of the legend
MAP = "cividis"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> Sequence[Part]:
    """One part per read (file, plate, measure, wavelength, time); of a read repeated over many times first and last."""
    conditions = {s.sample: s.condition for s in study.samples}
    colours, labels = group_colours(study), group_labels(study)
    found = []
    files = slices[FILES].select("object_id", "file_name").unique()
    reads = slices[WELLS].select(READ).unique().join(files, on="object_id", how="left")
    at, read = pl.col("time_h"), READ[:-1]
    kept = reads.with_columns(times=at.n_unique().over(read)).filter(
        (pl.col("times") <= MOST_TIMES) | (at == at.min().over(read)) | (at == at.max().over(read))
    )
    for row in kept.sort("file_name", *READ).iter_rows(named=True):
        name = row["file_name"] or row["object_id"][:12]
        wave = f"{row['wavelength_nm']:g} nm" if row["wavelength_nm"] else ""
        time = f"{row['time_h']:g} h" if row["time_h"] is not None else ""
        words = [w for w in (name, str(row["plate"]), row["measure"], wave, time) if w]
        parameters = {
            "file": name, "plate": row["plate"], "read": " ".join(w for w in (row["measure"], wave) if w), "time": time,
            "times": row["times"], "conditions": conditions, "colours": colours, "labels": labels,
        }  # fmt: skip
        found.append(Part(", ".join(words), {WELLS: {c: (row[c],) for c in READ}}, parameters, tables=(WELLS,)))
    return found


def placed(wells: pl.DataFrame) -> pl.DataFrame:
    """Wells with ``row`` and ``column`` from 0."""
    letters = pl.col("well").str.extract(r"^([A-Z]+)")
    first, second = (letters.str.slice(i, 1).map_elements(_letter, return_dtype=pl.Int64) for i in (0, 1))
    return wells.with_columns(
        row=pl.when(letters.str.len_chars() > 1).then(first * 26 + second).otherwise(first) - 1,
        column=pl.col("well").str.extract(r"(\d+)$").cast(pl.Int64) - 1,
    ).sort("row", "column")


def _letter(text: str) -> int:
    return ord(text) - ord("A") + 1 if text else 0


def shape(wells: pl.DataFrame) -> tuple[int, int]:
    """Rows and columns of the smallest plate of 96, 384 or 1,536 wells that has these; their own beyond that."""
    rows, columns = int(wells["row"].max() or 0) + 1, int(wells["column"].max() or 0) + 1  # type: ignore[arg-type]
    fitting = [s for s in SHAPES if s[0] >= rows and s[1] >= columns]
    return fitting[0] if fitting else (rows, columns)


def row_name(index: int) -> str:
    """Letters of a row: A to Z, then AA."""
    return (chr(64 + index // 26) if index >= 26 else "") + chr(65 + index % 26)  # noqa: PLR2004 - letters


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Colour says the reading, the letter the role, an outline a flag, a dot below the condition."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - slow to import

    given = part.parameters
    wells = placed(frames[WELLS])
    values = wells["value"].drop_nulls()
    if not values.len():
        return f"no well of {given['file']} has a reading"
    rows, columns = shape(wells)
    width = SINGLE_MM if columns <= SMALL else DOUBLE_MM
    cell = (width - 22) / columns
    handles = _handles(wells, given)
    across = legend_columns([str(h.get_label()) for h in handles], width)
    figure = canvas(width, rows * cell + FRAME_MM + LINE_MM * math.ceil(len(handles) / across))
    axes = figure.add_subplot()
    grid = np.full((rows, columns), np.nan)
    grid[wells["row"].to_numpy(), wells["column"].to_numpy()] = wells["value"].cast(pl.Float64).to_numpy()
    mesh = axes.pcolormesh(np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5, grid, cmap=MAP, edgecolors="white",
                           linewidth=0.3)  # fmt: skip
    bar = figure.colorbar(mesh, ax=axes, shrink=0.75, aspect=18, pad=0.02, ticks=MaxNLocator(6))
    bar.set_label(plain(f"{given['read']} ({wells['unit'][0]})"))
    bar.outline.set_visible(False)
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_aspect("equal")
    _axes(axes, rows, columns)
    _wells(axes, wells, mesh, given, cell)
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=across, columnspacing=1.0)
    at = f" at {given['time']}" if given["time"] else ""
    title = f"Plate {given['plate']}: {given['read']}{at}"
    kept = wells.select("well", "sample_name", "sample_id", "role", "value", "unit", "flag")
    return Drawing(figure, kept, title, _caption(wells, given, at), _alt(wells, given, at))


def _axes(axes: Axes, rows: int, columns: int) -> None:
    every = 1 if columns <= SMALL * 2 else 2
    axes.set_xticks(range(0, columns, every), [str(c + 1) for c in range(0, columns, every)])
    axes.set_yticks(range(0, rows, every), [row_name(r) for r in range(0, rows, every)])
    axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
    for side in axes.spines.values():
        side.set_visible(False)


def _wells(axes: Axes, wells: pl.DataFrame, mesh: Any, given: Mapping[str, Any], cell: float) -> None:  # noqa: ANN401 - matplotlib's mesh
    """Letters of roles, dots of conditions, outlines of flags."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - slow to import

    size = min(SMALL_PT, cell * 1.3)
    for row in wells.iter_rows(named=True):
        at, condition = (row["column"], row["row"]), given["conditions"].get(row["sample_id"])
        is_bright = row["value"] is None or mesh.norm(row["value"]) > 0.5  # noqa: PLR2004 - halfway
        ink = "black" if is_bright else "white"
        if row["role"] in ROLES:
            axes.text(*at, ROLES[row["role"]], ha="center", va="center", color=ink, fontsize=size)
        if condition in given["colours"]:
            axes.plot(*at, marker="o", markersize=cell * 0.95, color=given["colours"][condition],
                      markeredgecolor="white", markeredgewidth=0.4)  # fmt: skip
        if row["flag"] or row["is_excluded"]:
            style = "-" if row["flag"] else ":"
            axes.add_patch(Rectangle((at[0] - 0.44, at[1] - 0.44), 0.88, 0.88, fill=False, edgecolor=UP, linewidth=1.1,
                                     linestyle=style, zorder=4))  # fmt: skip


def _handles(wells: pl.DataFrame, given: Mapping[str, Any]) -> list[Any]:
    """Entries of the legend: conditions, roles, and the flags that there are."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - slow to import
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - slow to import

    present = {given["conditions"].get(s) for s in wells["sample_id"].drop_nulls().unique()}
    handles: list[Any] = [
        Line2D([], [], linestyle="", marker="o", markersize=3.5, color=colour, label=plain(given["labels"][name]))
        for name, colour in given["colours"].items()
        if name in present
    ]
    roles = set(wells["role"].drop_nulls())
    handles += [
        Line2D([], [], linestyle="", marker=f"${letter}$", markersize=4, color="black", markeredgewidth=0, label=role)
        for role, letter in ROLES.items()
        if role in roles
    ]
    excluded = ["excluded"] if wells.filter(pl.col("is_excluded") & pl.col("flag").is_null()).height else []
    flags = wells["flag"].drop_nulls().unique().sort().to_list() + excluded
    if flags:
        words = flags[0].replace("_", " ") if len(flags) == 1 else f"flagged ({len(flags)} reasons)"
        handles.append(Rectangle((0, 0), 1, 1, fill=False, edgecolor=UP, linewidth=1.1, label=words))
    return handles


def _caption(wells: pl.DataFrame, given: Mapping[str, Any], at: str) -> str:
    roles = wells.group_by("role").len().sort("role")
    held = ", ".join(f"{n} {role or 'without a layout'}" for role, n in roles.iter_rows())
    text = (
        f"{given['file']}, plate {given['plate']}: {given['read']}{at} of {wells.height} wells ({held}), as read, "
        "blank not subtracted. Dots: condition of the sample; B blank, C control, E empty; white: no reading."
    )
    if given["times"] > MOST_TIMES:
        text += f" First or last of {given['times']} times."
    flags = wells.filter(pl.col("flag").is_not_null()).group_by("flag").agg("well").sort("flag")
    for flag, names in flags.iter_rows():
        text += f" {_capital(flag)}: {', '.join(names)}."
    if (out := wells.filter("is_excluded")).height:
        text += f" Excluded (exclusions.csv): {', '.join(out['well'])}."
    return text


def _capital(flag: str) -> str:
    return re.sub(r"_", " ", flag).capitalize()


def _alt(wells: pl.DataFrame, given: Mapping[str, Any], at: str) -> str:
    used = wells.filter(pl.col("value").is_not_null())
    parts_of = [
        f"{role or 'wells without a layout'} {mean:.3g}"
        for role, mean in used.group_by("role").agg(pl.col("value").mean()).sort("role").iter_rows()
    ]
    count = wells.filter(pl.col("flag").is_not_null()).height
    flagged = f"{count} {'well is' if count == 1 else 'wells are'} flagged"
    return f"Map of plate {given['plate']}{at}, mean readings: {', '.join(parts_of)}; {flagged}."


FIGURE = Figure(
    name="plate_maps",
    reads={WELLS: READ, FILES: ("object_id", "file_name")},
    parts=parts,
    draw=draw,
)
