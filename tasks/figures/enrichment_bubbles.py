"""Bubble plot of the terms of a gene list: share of the list, number of genes, significance."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import DARK, DOUBLE_MM, GREY, LIGHT_GREY, canvas, group_labels, plain

TERMS = "result.enrichment"
SLICES = ("contrast_id", "gene_list", "collection", "method")
MOST = 15  # terms
_ROW_MM, _FRAME_MM, _WIDTH, _AREA = 8.0, 24.0, 52, 130.0
LISTS = {
    "all": "changed genes",
    "up": "genes that are higher",
    "down": "genes that are lower",
    "hubs": "hub mRNAs of the ceRNA network",
    "cerna_mrnas": "mRNAs of the ceRNA network",
    "mirna_targets": "mRNAs that changed miRNAs target",
    "circrna_hosts": "host genes of changed circRNAs",
    "shared": "genes changed alike in several contrasts",
}
METHODS = {"ora": "hypergeometric test", "ease": "EASE score"}


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per contrast, list, collection and method; gsea has no list of its own (see running_scores)."""
    rows = {c.id: c for c in study.contrasts}
    found = []
    for row in (
        slices[TERMS].filter(pl.col("method") != "gsea").select(SLICES).unique().sort(SLICES).iter_rows(named=True)
    ):
        given: dict[str, Any] = {**row, "alpha": study.config.enrichment.pvalue, "versus": ""}
        if contrast := rows.get(row["contrast_id"] or ""):
            labels = group_labels(study) if contrast.variable == "condition" else {}
            target, reference = (labels.get(level, level) for level in (contrast.target, contrast.reference))
            given["versus"] = f"{target} against {reference}"
        elif row["contrast_id"]:
            continue
        key = ", ".join(row[name] or "" for name in SLICES).removeprefix(", ")
        found.append(Part(key, {TERMS: {name: (value,) for name, value in row.items()}}, given))
    return found


def source(terms: pl.DataFrame, alpha: float) -> pl.DataFrame:
    """Terms below ``alpha`` (nominal), the most significant first, no more than fit; with what is drawn of each."""
    found = terms.filter(pl.col("pvalue") < alpha).sort("pvalue", "term_id").head(MOST)
    return found.select("term_id", "term", "overlap", "list_size", "gene_ratio", "pvalue", "padj", "genes")


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """One list in one collection."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - slow to import

    given = part.parameters
    shown = source(frames[TERMS], given["alpha"])
    what = f"{LISTS[given['gene_list']]} in {given['collection']}"
    if shown.is_empty():
        return f"no term of {what} has P < {given['alpha']:g}"
    figure = canvas(DOUBLE_MM, _FRAME_MM + _ROW_MM * max(shown.height, 5))
    axes = figure.add_subplot()
    height = list(range(shown.height))[::-1]
    significance = (-shown["padj"].clip(lower_bound=1e-300).log10()).to_numpy()
    sizes = shown["overlap"] / shown["overlap"].max() * _AREA
    marks = axes.scatter(
        shown["gene_ratio"], height, s=sizes, c=significance, cmap="viridis_r", vmin=0, edgecolors=DARK, linewidths=0.4
    )
    names = [plain("\n".join(textwrap.wrap(term, _WIDTH, max_lines=2, placeholder=" …"))) for term in shown["term"]]
    axes.set_yticks(height, names)
    axes.set_ylim(-0.8, shown.height - 0.2)
    axes.margins(x=0.12)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlabel(f"GeneRatio (of {shown['list_size'][0]:,} genes)")
    axes.grid(color=LIGHT_GREY, linewidth=0.3)
    axes.set_axisbelow(True)
    figure.colorbar(marks, ax=axes, shrink=0.6, aspect=12, ticks=MaxNLocator(4), label="−log₁₀ FDR")
    steps = sorted({int(v) for v in (shown["overlap"].min(), shown["overlap"].median(), shown["overlap"].max())})  # type: ignore[arg-type]
    area = [axes.scatter([], [], s=step / steps[-1] * _AREA, color=GREY, label=f"{step}") for step in steps]
    figure.legend(handles=area, title="Count", loc="outside lower center", ncols=len(area))
    title = f"{given['versus']}: {what}" if given["versus"] else what
    return Drawing(figure, shown, title[0].upper() + title[1:], _caption(given, shown, what), _alt(shown, what))


def _caption(given: Mapping[str, Any], shown: pl.DataFrame, what: str) -> str:
    where = f"{given['versus']}: " if given["versus"] else ""
    passed = shown.filter(pl.col("padj") < given["alpha"]).height
    text = f"{where}{shown.height} most significant terms of {what} with nominal P < {given['alpha']:g} "
    text += f"({METHODS[given['method']]}, one-sided); {passed} of them have FDR < {given['alpha']:g} "
    text += (
        "(Benjamini-Hochberg over all terms within the size limits). GeneRatio: share of the list; Count: its genes "
    )
    return text + "in the term."


def _alt(shown: pl.DataFrame, what: str) -> str:
    first = shown.row(0, named=True)
    return (
        f"Bubbles of {shown.height} terms of {what}; the most significant is {first['term']} with {first['overlap']} "
        f"of {first['list_size']} genes."
    )


FIGURE = Figure(name="enrichment_bubbles", reads={TERMS: SLICES}, parts=parts, draw=draw)
