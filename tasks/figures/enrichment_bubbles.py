"""Bubble plot of the terms of a gene list: share of the list, number of genes, significance."""

from __future__ import annotations

from collections.abc import Mapping
from math import log10
from typing import Any

import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import DARK, DOUBLE_MM, GREY, LIGHT_GREY, canvas
from tasks.methods.report_words import counted
from tasks.methods.term_clusters import KAPPA
from tasks.methods.term_figures import METHODS, SLICES, TERMS, against, families, family_key, representatives, wrapped

MOST = 15  # terms
_ROW_MM, _FRAME_MM, _WIDTH, _AREA = 8.0, 24.0, 52, 130.0
_NOMINAL = "white"  # bubbles that only the nominal p-value has below alpha


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per contrast, list, tier, collection and method."""
    found = []
    for given in families(study, slices):
        key = family_key(given)
        found.append(Part(key, {TERMS: {name: (given[name],) for name in SLICES}}, given))
    return found


def source(terms: pl.DataFrame, alpha: float) -> pl.DataFrame:
    """Terms below ``alpha`` (nominal) that represent their cluster, the most significant first, no more than fit."""
    columns = ("term_id", "term", "terms", "overlap", "list_size", "gene_ratio", "pvalue", "padj", "genes")
    return representatives(terms, alpha).head(MOST).select(columns)


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """One list in one collection."""
    from matplotlib import colormaps  # noqa: PLC0415 - slow to import
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - slow to import

    given = part.parameters
    shown = source(frames[TERMS], given["alpha"])
    what = f"{given['words']} in {given['collection']}"
    if shown.is_empty():
        return f"no term of {what} has P < {given['alpha']:g}"
    figure = canvas(DOUBLE_MM, _FRAME_MM + _ROW_MM * max(shown.height, 5))
    axes = figure.add_subplot()
    height = list(range(shown.height))[::-1]
    significance = (-shown["padj"].clip(lower_bound=1e-300).log10()).to_numpy()
    sizes = shown["overlap"] / shown["overlap"].max() * _AREA
    threshold = -log10(given["alpha"])
    colours = colormaps["viridis_r"].with_extremes(under=_NOMINAL)
    marks = axes.scatter(
        shown["gene_ratio"], height, s=sizes, c=significance, cmap=colours, vmin=threshold,
        vmax=max(threshold + 1, significance.max()), edgecolors=DARK, linewidths=0.4,
    )  # fmt: skip
    axes.set_yticks(height, [wrapped(term, _WIDTH) for term in shown["term"]])
    axes.set_ylim(-0.8, shown.height - 0.2)
    axes.margins(x=0.12)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlabel(f"GeneRatio (of {counted(shown['list_size'][0], 'gene')})")
    axes.grid(color=LIGHT_GREY, linewidth=0.3)
    axes.set_axisbelow(True)
    figure.colorbar(
        marks,
        ax=axes,
        shrink=0.6,
        aspect=12,
        ticks=MaxNLocator(4),
        label=f"−log₁₀ FDR (white: FDR ≥ {given['alpha']:g})",
        extend="min",
    )
    steps = sorted({int(v) for v in (shown["overlap"].min(), shown["overlap"].median(), shown["overlap"].max())})  # type: ignore[arg-type]
    area = [axes.scatter([], [], s=step / steps[-1] * _AREA, color=GREY, label=f"{step}") for step in steps]
    figure.legend(handles=area, title="Count", loc="outside lower center", ncols=len(area))
    title = f"{given['versus']}: {what}" if given["versus"] else what
    return Drawing(
        figure, shown, title[0].upper() + title[1:], _caption(given, shown, what, frames[TERMS]), _alt(shown, what)
    )


def _caption(given: Mapping[str, Any], shown: pl.DataFrame, what: str, terms: pl.DataFrame) -> str:
    where = f"{given['versus']}: " if given["versus"] else ""
    passed = shown.filter(pl.col("padj") < given["alpha"]).height
    text = f"{where}{counted(shown.height, 'most significant term')} of {what} with nominal P < {given['alpha']:g}, "
    text += f"each for all terms that rest on nearly the same genes (kappa ≥ {KAPPA:g}) "
    text += f"({METHODS[given['method']]}, one-sided); {passed} of them {'has' if passed == 1 else 'have'} "
    text += (
        f"FDR < {given['alpha']:g} (Benjamini-Hochberg over all terms within the size limits that are no headings), "
    )
    text += "the others are white. "
    return f"{text}GeneRatio: share of the list; Count: its genes in the term. {against(terms)}"


def _alt(shown: pl.DataFrame, what: str) -> str:
    first = shown.row(0, named=True)
    return (
        f"Bubbles of {counted(shown.height, 'term')} of {what}; the most significant is {first['term']} with "
        f"{first['overlap']} of {counted(first['list_size'], 'gene')}."
    )


FIGURE = Figure(name="enrichment_bubbles", reads={TERMS: SLICES}, parts=parts, draw=draw)
