"""Where the brackets of compared groups stand above their bars: stacked, none across another one.

Also the marks of two series of comparisons: ``*`` against one group, ``#`` against another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tasks.methods.figure_style import DARK, SMALL_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOT_SIGNIFICANT = "ns"
INSET = 0.08  # of the distance between groups, that brackets side by side do not touch
LINE_WIDTH = 0.6


def levels(spans: Sequence[tuple[int, int]], tops: Sequence[float], step: float) -> list[float]:
    """Height of each bracket: above all that stands between its groups, and a step above every bracket there.

    ``spans``: places of the two groups (0, 1, …); ``tops``: height of what is drawn at each place. The narrow ones
    are laid first, so that wide ones go over them. Heights are in the units of ``tops``.
    """
    occupied = list(tops)
    found = [0.0] * len(spans)
    for index in sorted(range(len(spans)), key=lambda i: (abs(spans[i][1] - spans[i][0]), min(spans[i]))):
        left, right = sorted(spans[index])
        found[index] = max(occupied[left : right + 1]) + step
        occupied[left : right + 1] = [found[index]] * (right - left + 1)
    return found


def draw_brackets(axes: Axes, spans: Sequence[tuple[int, int]], heights: Sequence[float], texts: Sequence[str]) -> None:
    """Draw brackets with their stars; ``heights`` in axes fractions (they may pass 1, above the panel)."""
    across = axes.get_xaxis_transform()
    for (left, right), height, text in zip(spans, heights, texts, strict=True):
        start, end = min(left, right) + INSET, max(left, right) - INSET
        tip = height - 0.02
        axes.plot(
            [start, start, end, end],
            [tip, height, height, tip],
            color=DARK,
            linewidth=LINE_WIDTH,
            transform=across,
            clip_on=False,
            label=f"bracket {left}-{right}",
        )
        axes.annotate(
            text,
            ((start + end) / 2, height),
            xycoords=across,
            xytext=(0, -1.2 if text.startswith("*") else 0.5),  # asterisks hang high in their line
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=SMALL_PT,
        )


def marks(
    pairs: Sequence[Mapping[str, Any]], conditions: Sequence[str], control: str | None, disease: str | None
) -> dict[str, list[str]]:
    """Marks of each condition: stars where it differs from ``control``, as many ``#`` where from ``disease``.

    ``pairs``: rows with ``group_a, group_b, stars``. Conditions without a significant difference have none.
    """
    found: dict[str, list[str]] = {c: [] for c in conditions}
    for against, sign in ((control, "*"), (disease, "#")):
        for row in pairs:
            groups = (row["group_a"], row["group_b"])
            other = groups[1] if groups[0] == against else groups[0]
            is_asked = against in groups and other in found and (sign == "*" or other != control)
            if is_asked and row["stars"] and row["stars"] != NOT_SIGNIFICANT:
                found[other].append(row["stars"].replace("*", sign))
    return found
