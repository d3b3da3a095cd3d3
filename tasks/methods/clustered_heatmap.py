"""How a clustered heatmap is laid out: matrix, trees, strips of groups above the columns, scale and legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tasks.methods.clustering import Tree
from tasks.methods.figure_style import DARK, DIVERGING, SMALL_PT, canvas, lightened, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

Floats = npt.NDArray[np.float64]
TREE_MM, STRIP_MM, FOOT_MM = 7.0, 2.6, 22.0
NAMED_COLUMNS = 40  # samples at most that are written out


@dataclass(frozen=True)
class Heatmap:
    """What is drawn; ``values`` is rows x columns in the order of the names, before clustering.

    ``strips``: by name the colour of each column. ``scale``: label, lowest and highest value of the colours.
    """

    values: Floats
    rows: Sequence[str]
    columns: Sequence[str]
    row_tree: Tree
    column_tree: Tree
    strips: Mapping[str, Sequence[str]]
    scale: tuple[str, float, float]
    is_diverging: bool
    is_italic: bool = False


def heatmap(wanted: Heatmap, width_mm: float, row_mm: float) -> Canvas:
    """Draw it; ``row_mm`` is the height of a row. A legend fits at the foot."""
    shows_columns = len(wanted.columns) <= NAMED_COLUMNS
    names_mm = 1.25 * max(map(len, wanted.columns)) + 2 if shows_columns else 2.0
    strips_mm = STRIP_MM * len(wanted.strips)
    body_mm = row_mm * len(wanted.rows)
    height_mm = TREE_MM + strips_mm + body_mm + names_mm + FOOT_MM
    figure = canvas(width_mm, height_mm)
    engine: Any = figure.get_layout_engine()
    engine.set(h_pad=0.025, w_pad=0.02, hspace=0, wspace=0)
    grid = figure.add_gridspec(
        2 + len(wanted.strips),
        2,
        width_ratios=[TREE_MM, width_mm - TREE_MM],
        height_ratios=[TREE_MM, *([STRIP_MM] * len(wanted.strips)), body_mm],
    )
    _tree(figure.add_subplot(grid[0, 1]), wanted.column_tree, len(wanted.columns))
    for place, (name, colours) in enumerate(wanted.strips.items(), start=1):
        _strip(figure.add_subplot(grid[place, 1]), name, [colours[i] for i in wanted.column_tree.order])
    _tree(figure.add_subplot(grid[-1, 0]), wanted.row_tree, len(wanted.rows), is_sideways=True)
    _matrix(figure, figure.add_subplot(grid[-1, 1]), wanted, shows_columns=shows_columns)
    return figure


def _bare(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _tree(axes: Axes, drawn: Tree, leaves: int, *, is_sideways: bool = False) -> None:
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - slow to import

    _bare(axes)
    lines = drawn.lines[..., ::-1] if is_sideways else drawn.lines
    axes.add_collection(LineCollection(list(lines), colors=DARK, linewidths=0.5))
    highest = float(drawn.heights.max()) if len(drawn.heights) else 0.0
    top = highest * 1.03 or 1.0
    if is_sideways:
        axes.set(xlim=(top, 0), ylim=(leaves - 0.5, -0.5))
    else:
        axes.set(xlim=(-0.5, leaves - 0.5), ylim=(0, top))


def _strip(axes: Axes, name: str, colours: Sequence[str]) -> None:
    from matplotlib.colors import to_rgb  # noqa: PLC0415 - slow to import

    axes.imshow([[to_rgb(c) for c in colours]], aspect="auto", interpolation="nearest")
    _bare(axes)
    axes.set_yticks([0], [name], fontsize=SMALL_PT)
    axes.yaxis.tick_right()
    axes.tick_params(length=0, pad=1.5)
    for border in range(1, len(colours)):
        axes.axvline(border - 0.5, color="white", linewidth=0.4)


def _matrix(figure: Canvas, axes: Axes, wanted: Heatmap, *, shows_columns: bool) -> None:
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415 - slow to import

    label, low, high = wanted.scale
    colours = list(DIVERGING) if wanted.is_diverging else [DIVERGING[0], lightened(DIVERGING[0], 0.6), "#FFFFFF"]
    ordered = wanted.values[np.ix_(wanted.row_tree.order, wanted.column_tree.order)]
    scale = LinearSegmentedColormap.from_list("benchlake", colours)
    image = axes.imshow(ordered, aspect="auto", interpolation="nearest", cmap=scale, vmin=low, vmax=high)
    axes.spines[:].set_visible(False)
    style = "italic" if wanted.is_italic else "normal"
    names = [plain(wanted.rows[i]) for i in wanted.row_tree.order]
    axes.set_yticks(range(len(names)), names, fontsize=SMALL_PT, fontstyle=style)
    axes.yaxis.tick_right()
    axes.set_xticks([])
    if shows_columns:
        samples = [plain(wanted.columns[i]) for i in wanted.column_tree.order]
        axes.set_xticks(range(len(samples)), samples, rotation=90, fontsize=SMALL_PT)
    axes.tick_params(length=0, pad=1.5)
    bar = figure.colorbar(image, ax=axes.figure.axes, location="bottom", shrink=0.35, aspect=14, pad=0.01)
    bar.set_label(label, fontsize=SMALL_PT)
    bar.ax.tick_params(length=1.5, width=0.4, labelsize=SMALL_PT)
    bar.outline.set_linewidth(0.4)
