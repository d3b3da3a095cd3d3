"""A membrane's pictures over its bars: cut into each protein's strip where lanes can be told, else whole."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.methods.blot_strips import darkness, strips
from tasks.methods.figure_style import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Strips = dict[tuple[str, str], npt.NDArray[np.uint8]]  # a protein's rows of the picture, by target and role


@dataclass(frozen=True)
class Pictures:
    """Strips by target and role; pictures whose lanes could not be told; others of proteins that are cut already."""

    cut: Strips
    untold: Sequence[Mapping[str, Any]]
    repeated: Sequence[Mapping[str, Any]]


def laid_over(
    pictures: Sequence[Mapping[str, Any]], found: pl.DataFrame, rows: Sequence[tuple[str, str]], lane_count: int
) -> Pictures:
    """Each target's strip of the first picture that tells it; the pictures that stay whole, and why.

    ``found``: rows of target, target_role, lane and signal. ``rows``: target and role. A picture that is named for a
    target shows that one; any other shows all of them.
    """
    from PIL import Image  # noqa: PLC0415 - slow to import

    cut: Strips = {}
    untold, repeated = [], []
    measured = sorted(found["lane"].unique())
    signals = found.pivot(on="lane", index=["target", "target_role"], values="signal")
    by_row = {row[:2]: row[2:] for row in signals.select("target", "target_role", *map(str, measured)).rows()}
    for picture in pictures:
        stain = (picture["stain"] or "").casefold()
        mine = [row for row in rows if row[0].casefold() == stain] or list(rows)
        pixels = np.asarray(Image.open(io.BytesIO(picture["thumbnail"])).convert("L"))
        places = strips(darkness(pixels), lane_count, measured, np.array([by_row[r] for r in mine], dtype=np.float64))
        if places is None:
            untold.append(picture)
        elif all(row in cut for row in mine):
            repeated.append(picture)
        else:
            cut = {row: pixels[top:bottom] for row, (top, bottom) in zip(mine, places, strict=True)} | cut
    return Pictures(cut, untold, repeated)


def draw_strip(axes: Axes, pixels: npt.NDArray[np.uint8], lane_count: int, name: str) -> None:
    """A protein's strip, lanes 1 to ``lane_count`` at their numbers on the x axis."""
    place = (0.5, lane_count + 0.5, 0, 1)
    axes.imshow(pixels, cmap="gray", vmin=0, vmax=255, aspect="auto", interpolation="nearest", extent=place)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_ylabel(name, rotation=0, ha="right", va="center")
    for side in axes.spines.values():
        side.set_visible(True)


def draw_whole(axes: Axes, picture: Mapping[str, Any]) -> None:
    """A picture as it is, named for its stain."""
    from PIL import Image  # noqa: PLC0415 - slow to import

    axes.imshow(np.asarray(Image.open(io.BytesIO(picture["thumbnail"]))), cmap="gray", interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    if picture["stain"]:
        axes.set_ylabel(plain(picture["stain"]))
    for side in axes.spines.values():
        side.set_visible(True)
