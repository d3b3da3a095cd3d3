"""Where labels of points go so that none covers another one: a deterministic greedy search over rings of places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tasks.methods.figure_style import DARK, GREY, SMALL_PT, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]
RINGS = (0.7, 1.4, 2.3, 3.4, 4.8, 6.5)  # of the label's height away from the point
ANGLES = np.deg2rad([45, 135, -45, -135, 0, 180, 90, -90, 20, 160, -20, -160, 70, 110, -70, -110])
LINE = {"arrowstyle": "-", "color": GREY, "linewidth": 0.5, "patchA": None, "shrinkB": 0}
SAME, NEARER = 1e-6, 1.5  # pixels within which points are one; of the own gap, how near another point misleads
COVERED, AWAY = 1.0, 0.6  # price of a point under a label, and of each height of distance


def places(anchors: Floats, sizes: Floats, obstacles: Floats, bounds: tuple[float, float, float, float]) -> Floats:
    """Lower left corner of each label's box, n x 2; NaN where no place within ``bounds`` is free.

    ``anchors``: n x 2, the points, the most important first; ``sizes``: n x 2, width and height of the boxes;
    ``obstacles``: m x 2, points better not covered; ``bounds``: left, bottom, right, top. Boxes never overlap
    each other; of the free places the one is taken that covers the fewest points and is nearest.
    """
    corners = np.full(anchors.shape, np.nan)
    taken = np.empty((0, 4))
    for index, (anchor, (width, height)) in enumerate(zip(anchors, sizes, strict=True)):
        boxes, away = _candidates(anchor, width, height)
        inside = (boxes[:, :2] >= bounds[:2]).all(axis=1) & (boxes[:, 2:] <= bounds[2:]).all(axis=1)
        free = inside & ~_overlaps(boxes, taken).any(axis=1)
        if not free.any():
            continue
        boxes, away = boxes[free], away[free]
        price = COVERED * _covered(boxes, obstacles) + AWAY * away
        best = boxes[int(np.argmin(price))]
        corners[index] = best[:2]
        taken = np.vstack([taken, best])
    return corners


def _candidates(anchor: Floats, width: float, height: float) -> tuple[Floats, Floats]:
    """Boxes (left, bottom, right, top) around a point, nearest first, and their distance in heights."""
    rings, angles = np.meshgrid(np.array(RINGS), ANGLES, indexing="ij")
    rings, angles = rings.ravel(), angles.ravel()
    x = anchor[0] + np.cos(angles) * (rings * height + width / 2) - width / 2
    y = anchor[1] + np.sin(angles) * (rings * height + height / 2) - height / 2
    return np.column_stack([x, y, x + width, y + height]), rings


def _overlaps(boxes: Floats, others: Floats) -> npt.NDArray[np.bool_]:
    one, other = boxes[:, None, :], others[None, :, :]
    return np.asarray((one[..., :2] < other[..., 2:]).all(axis=-1) & (other[..., :2] < one[..., 2:]).all(axis=-1))


def _covered(boxes: Floats, points: Floats) -> Floats:
    inside = (points[None] >= boxes[:, None, :2]).all(axis=-1) & (points[None] <= boxes[:, None, 2:]).all(axis=-1)
    return np.asarray(inside.sum(axis=1), dtype=np.float64)


def needs_line(corner: Floats, size: Floats, anchor: Floats, obstacles: Floats) -> bool:
    """Whether a label must be tied to its point: it is a line's height away, or another point is about as near.

    ``corner``, ``size``: lower left corner, and width and height, of the label's box; ``anchor``: its point;
    ``obstacles``: m x 2, all points, its own among them or not.
    """
    gap = float(_gaps(anchor[None], corner, size)[0])
    if gap >= size[1]:
        return True
    others = obstacles[(np.abs(obstacles - anchor) > SAME).any(axis=1)]
    return bool((_gaps(others, corner, size) < NEARER * gap).any())


def _gaps(points: Floats, corner: Floats, size: Floats) -> Floats:
    """Distance of each point from the edge of a box; 0 within."""
    beyond = np.maximum(np.abs(points - corner - size / 2) - size / 2, 0)
    return np.asarray(np.hypot(beyond[:, 0], beyond[:, 1]), dtype=np.float64)


def _inside(offset: Floats, size: Floats) -> float:
    """How much of the way from the middle of a box at ``offset`` to its point lies in the box."""
    reach = np.divide(size / 2, np.abs(offset), out=np.full(2, np.inf), where=offset != 0)
    return float(min(reach.min(), 1) * np.hypot(*offset))


def label_points(
    axes: Axes, points: Floats, texts: Sequence[str], obstacles: Floats, *, is_italic: bool = False
) -> list[str]:
    """Write texts beside points with a thin line to them; gives the texts that found room.

    ``points`` and ``obstacles``: n x 2 and m x 2 in data coordinates; the most important text first. Call it
    when all else is drawn: it settles the layout and leaves the axes' limits as they are.
    """
    figure = axes.figure.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())
    found = [
        axes.text(0, 0, plain(t), fontsize=SMALL_PT, fontstyle="italic" if is_italic else "normal", color=DARK)
        for t in texts
    ]
    boxes = [text.get_window_extent() for text in found]
    frame = axes.get_window_extent()
    at = np.asarray(axes.transData.transform(points), dtype=np.float64).reshape(-1, 2)
    near = np.asarray(axes.transData.transform(obstacles), dtype=np.float64).reshape(-1, 2)
    sizes = np.array([(b.width + 2, b.height + 1) for b in boxes], dtype=np.float64).reshape(-1, 2)
    corners = places(at, sizes, near, (frame.x0, frame.y0, frame.x1, frame.y1))
    shown = []
    for text, anchor, corner, size, point in zip(found, at, corners, sizes, points, strict=True):
        text.remove()
        if np.isnan(corner).any():
            continue
        points_per_pixel = 72 / figure.dpi
        offset = (corner + size / 2 - anchor) * points_per_pixel
        note = axes.annotate(
            text.get_text(),
            tuple(point),
            xytext=tuple(offset),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SMALL_PT,
            fontstyle=text.get_fontstyle(),
            color=DARK,
            arrowprops=LINE | {"shrinkA": _inside(offset, size * points_per_pixel)}
            if needs_line(corner, size, anchor, near)
            else None,
            zorder=10,
        )
        note.set_in_layout(False)
        _back(axes, point, offset, size * points_per_pixel)
        shown.append(text.get_text().replace(r"\$", "$"))
    return shown


def _back(axes: Axes, point: Floats, offset: Floats, size: Floats) -> None:
    """White behind a label, in points from its point: over threshold lines, below the marks, so that none is hidden."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - slow to import
    from matplotlib.transforms import Affine2D, ScaledTranslation  # noqa: PLC0415

    figure = axes.figure.get_figure(root=True)
    assert figure is not None
    at = ScaledTranslation(float(point[0]), float(point[1]), axes.transData)  # type: ignore[arg-type]  # takes any
    corner = offset - size / 2
    box = Rectangle(
        (float(corner[0]), float(corner[1])),
        float(size[0]),
        float(size[1]),
        transform=Affine2D().scale(1 / 72) + figure.dpi_scale_trans + at,
        facecolor="white",
        alpha=0.75,
        linewidth=0,
        zorder=1.5,
    )
    box.set_in_layout(False)
    axes.add_artist(box)
