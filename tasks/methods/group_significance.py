"""Which groups of a panel differ, drawn above them: brackets, or marks against control and disease."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from tasks.methods.figure_style import SMALL_PT
from tasks.methods.significance_brackets import NOT_SIGNIFICANT, draw_brackets, levels, marks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL_MM, MARK_MM = 42.0, 3.2  # heights of a panel and of a line of marks
HEADROOM = 1.06  # above the highest mark
MOST_BRACKETS = 6  # pairs tested beyond which marks stand for them
MARK_TEXT: Mapping[str, Any] = {
    "textcoords": "offset points",
    "ha": "center",
    "fontsize": SMALL_PT,
    "linespacing": 0.9,
}


def uses_marks(pairs: pl.DataFrame, given: Mapping[str, Any]) -> bool:
    """Whether marks against control and disease stand for brackets: study.yaml asks, or pairs are too many."""
    is_possible = given["control"] is not None and given["disease"] is not None
    return is_possible and (bool(given["is_asked"]) or pairs.height > MOST_BRACKETS)


def significant(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs that differ."""
    return pairs.filter(pl.col("stars").is_not_null() & (pl.col("stars") != NOT_SIGNIFICANT))


def bracketed(pairs: pl.DataFrame) -> pl.DataFrame:
    """Significant pairs that get a bracket: where they are many, those with the smallest p-values."""
    return significant(pairs).sort("padj", "group_a", "group_b").head(2 * MOST_BRACKETS)


def show_significance(
    axes: Axes, groups: pl.DataFrame, points: pl.DataFrame, pairs: pl.DataFrame, given: Mapping[str, Any]
) -> None:
    """Brackets or marks above the groups, and the room for them."""
    names = [c[0] for c in given["conditions"]]
    low, high = axes.get_ylim()
    to_axis = np.log10 if axes.get_yscale() == "log" else np.asarray
    bottom, top = float(to_axis(low)), float(to_axis(high))
    best = {n: max([low, *points.filter(condition=n)["drawn"].to_list(), _top(groups, n, low)]) for n in names}
    tops = [(float(to_axis(max(best[n], low))) - bottom) / (top - bottom) for n in names]
    if uses_marks(pairs, given):
        texts = marks(pairs.to_dicts(), names, given["control"], given["disease"])
        lines = max((len(t) for t in texts.values()), default=0)
        share = 1 / (1 + lines * MARK_MM / PANEL_MM * 1.3)
        for place, name in enumerate(names):
            above = "\n".join(reversed(texts[name]))
            at = (place, tops[place] * share)
            axes.annotate(above, at, xycoords=axes.get_xaxis_transform(), xytext=(0, 1.5), va="bottom", **MARK_TEXT)
    else:
        kept = bracketed(pairs).to_dicts()
        spans = [(names.index(r["group_a"]), names.index(r["group_b"])) for r in kept]
        step = MARK_MM / PANEL_MM * (1 + len(kept) * MARK_MM / PANEL_MM)
        heights = levels(spans, tops, step)
        share = 1 / max([HEADROOM, *(h + step for h in heights)])
        draw_brackets(axes, spans, [h * share for h in heights], [r["stars"] for r in kept])
    upper = bottom + (top - bottom) / share
    axes.set_ylim(low, float(10**upper) if axes.get_yscale() == "log" else upper)


def _top(groups: pl.DataFrame, name: str, low: float) -> float:
    found = groups.filter(condition=name)["high"].fill_nan(None).drop_nulls()
    return float(found[0]) if found.len() else low


def drawn_range(groups: pl.DataFrame, points: pl.DataFrame) -> tuple[float, float]:
    """Lowest and highest of points and error bars."""
    seen = np.concatenate([groups["low"].to_numpy(), groups["high"].to_numpy(), points["drawn"].to_numpy()])
    return float(np.nanmin(seen)), float(np.nanmax(seen))
