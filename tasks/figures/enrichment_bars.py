"""Bars of the terms of genes that are higher and of those that are lower, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from math import log10
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import DARK, DOUBLE_MM, DOWN, GREY, SMALL_PT, UP, canvas, lightened
from tasks.methods.report_words import counted
from tasks.methods.term_clusters import KAPPA
from tasks.methods.term_figures import METHODS, SLICES, TERMS, against, families, representatives, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

SIDES = {"up": ("higher", UP, 1), "down": ("lower", DOWN, -1)}  # in the order from the top
MOST = 10  # terms of a side
_WORDS = {1: "right", -1: "left"}
_ROW_MM, _FRAME_MM, _WIDTH, _LEAST = 6.5, 18.0, 46, 1e-300
_PALE = 0.65  # of bars above the FDR
_TEXT = 0.75  # room for terms, as a share of that for bars, on a side without bars


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per contrast, collection and method in which genes that are higher or lower have terms."""
    found: dict[str, Part] = {}
    for given in families(study, slices):
        if given["gene_list"] in SIDES:
            names = ("contrast_id", "collection", "method")
            where = {**{name: (given[name],) for name in names}, "gene_list": tuple(SIDES)}
            key = ", ".join(given[name] for name in names)
            about = {name: value for name, value in given.items() if name not in ("gene_list", "tier", "words")}
            found[key] = Part(key, {TERMS: where}, about)
    return list(found.values())


def source(terms: pl.DataFrame, alpha: float) -> pl.DataFrame:
    """Terms of each side below ``alpha`` (nominal) that represent their cluster, the most significant of each first."""
    sides = [representatives(terms.filter(gene_list=side), alpha).head(MOST) for side in SIDES]
    columns = ("gene_list", "term_id", "term", "terms", "overlap", "list_size", "pvalue", "padj", "genes")
    return pl.concat(sides).select(columns)


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Bars of -log10 FDR: to the right terms of genes that are higher, to the left of those that are lower."""
    given = part.parameters
    shown = source(frames[TERMS], given["alpha"])
    if shown.is_empty():
        return f"no term of genes that are higher or lower in {given['collection']} has P < {given['alpha']:g}"
    figure = canvas(DOUBLE_MM, _FRAME_MM + _ROW_MM * max(shown.height, 4))
    axes = figure.add_subplot()
    lengths = (-shown["padj"].clip(lower_bound=_LEAST).log10()).to_list()
    for place, (row, length) in enumerate(zip(shown.iter_rows(named=True), lengths, strict=True)):
        _, colour, sign = SIDES[row["gene_list"]]
        shade = colour if row["padj"] < given["alpha"] else lightened(colour, _PALE)
        axes.barh(-place, sign * length, height=0.7, color=shade, linewidth=0)
        _beside(axes, (0, -place), -sign, wrapped(row["term"], _WIDTH), DARK)
        _beside(axes, (sign * length, -place), sign, str(row["overlap"]), GREY)
    _scale(axes, shown["gene_list"], max(lengths), given["alpha"])
    handles = _handles(shown, given["alpha"])
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    what = f"terms of genes that are {_sides(shown)} in {given['collection']}"
    title = f"{given['versus']}: {what}"
    return Drawing(figure, shown, title, _caption(given, shown, frames[TERMS]), _alt(shown, what))


def _beside(axes: Axes, point: tuple[float, float], sign: int, text: str, colour: str) -> None:
    """Text to the right (1) or left (-1) of a point."""
    side = "left" if sign > 0 else "right"
    axes.annotate(
        text, point, (3 * sign, 0), textcoords="offset points", ha=side, va="center", fontsize=SMALL_PT, color=colour
    )


def _handles(shown: pl.DataFrame, alpha: float) -> list[Patch]:
    """Legend: what each colour means, how many genes are in the list, and what is pale where anything is."""
    from matplotlib.patches import Patch  # noqa: PLC0415 - slow to import

    sizes = dict(shown.select("gene_list", "list_size").unique().iter_rows())
    found = [
        Patch(color=colour, label=f"{word} ({counted(sizes[side], 'gene')})")
        for side, (word, colour, _) in reversed(SIDES.items())
        if side in sizes
    ]
    if (shown["padj"] >= alpha).any():
        found.append(Patch(color=lightened(GREY, _PALE), label=f"pale: FDR ≥ {alpha:g} (nominal)"))
    return found


def _scale(axes: Axes, sides: pl.Series, longest: float, alpha: float) -> None:
    """One scale for both sides, room for terms on the side without bars, the threshold."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415 - slow to import

    threshold = -log10(alpha)
    reach = 1.12 * max(longest, 1.2 * threshold)
    rows = {side: [-place for place, found in enumerate(sides) if found == side] for side in SIDES}
    axes.set_xlim(*(sign * reach * (1 if rows[side] else _TEXT) for side, (_, _, sign) in reversed(SIDES.items())))
    for side, (_, _, sign) in SIDES.items():
        if rows[side]:  # beside its own bars only: terms stand on the other side
            ends = (min(rows[side]) - 0.5, max(rows[side]) + 0.5)
            axes.plot([sign * threshold] * 2, ends, color=DARK, linewidth=0.5, linestyle=(0, (3, 3)))
    axes.axvline(0, color=DARK, linewidth=0.6)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    axes.set_xlabel("−log₁₀ FDR")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(0.5 - len(sides), 0.5)


def _sides(shown: pl.DataFrame) -> str:
    given = set(shown["gene_list"])
    return " and ".join(f"{word} ({_WORDS[sign]})" for side, (word, _, sign) in SIDES.items() if side in given)


def _caption(given: Mapping[str, Any], shown: pl.DataFrame, terms: pl.DataFrame) -> str:
    sizes = dict(shown.select("gene_list", "list_size").unique().iter_rows())
    lists = " and ".join(f"{sizes[side]:,} {SIDES[side][0]}" for side in SIDES if side in sizes)
    passed = shown.filter(pl.col("padj") < given["alpha"]).height
    alpha = f"{given['alpha']:g}"
    return (
        f"{given['versus']}: terms of {given['collection']} for genes that are {lists}, at most {MOST} of each with "
        f"nominal P < {alpha}, each for all terms that rest on nearly the same genes (kappa ≥ {KAPPA:g}); "
        f"{METHODS[given['method']]}, one-sided. Bars: FDR (Benjamini-Hochberg over all terms of each list "
        f"within the size limits that are no headings); {passed} of {shown.height} {'is' if passed == 1 else 'are'} "
        f"below {alpha} (beyond the broken line; the others are pale). Numbers: genes of the list in the term. "
        f"{against(terms)}"
    )


def _alt(shown: pl.DataFrame, what: str) -> str:
    first = shown.sort("pvalue").row(0, named=True)
    return (
        f"Bars of {shown.height} {what}; the most significant is {first['term']} with {first['overlap']} of "
        f"{counted(first['list_size'], 'gene')}."
    )


FIGURE = Figure(name="enrichment_bars", reads={TERMS: SLICES}, parts=parts, draw=draw)
