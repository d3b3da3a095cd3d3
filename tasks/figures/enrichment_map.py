"""Map of the terms of a gene list: terms that share genes are joined, and groups of them have one colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import DARK, DOUBLE_MM, GREY, GROUPS, LIGHT_GREY, canvas, lightened
from tasks.methods.label_placement import label_points
from tasks.methods.network_centrality import modules
from tasks.methods.report_words import counted
from tasks.methods.term_clusters import KAPPA
from tasks.methods.term_figures import METHODS, SLICES, TERMS, against, families, family_key, wrapped
from tasks.methods.term_map import SIMILAR, layout, similarity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST, CLUSTERS, EACH = 3, 14, 5  # terms of a map; clusters at most, and terms of each
HALVES = ("up", "down")  # parts of the list `all`, whose map shows their terms
_COLOURS = GROUPS[1:]
_NODE_PRICE = 4  # places along lines that a term is worth, when names look for room
_WIDTH, _AREA, _BROAD, _TALL_MM, _FRAME_MM, _UNIT_MM = 26, 110.0, 13.0, 200.0, 14.0, 12.0


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per contrast, list, tier, collection and method; genes higher or lower are on the map of both."""
    found = []
    for given in families(study, slices):
        if given["gene_list"] not in HALVES:
            key = family_key(given)
            found.append(Part(key, {TERMS: {name: (given[name],) for name in SLICES}}, given))
    return found


def source(terms: pl.DataFrame, alpha: float) -> tuple[pl.DataFrame, sparse.csr_array]:
    """Terms with their module and place, and the weight of the lines between them.

    The most significant terms below ``alpha`` (nominal) of the most significant clusters. ``module`` is 1 for the
    largest group of terms that are joined, null for a term that is joined to none.
    """
    columns = ("term_id", "term", "cluster", "is_representative", "overlap", "list_size", "pvalue", "padj", "genes")
    below = terms.filter(pl.col("pvalue") < alpha, pl.col("cluster") <= CLUSTERS).sort("cluster", "pvalue", "term_id")
    nodes = below.group_by("cluster", maintain_order=True).head(EACH).select(columns)
    if nodes.is_empty():
        return nodes, sparse.csr_array((0, 0))
    weights = similarity(nodes["genes"])
    joined = sparse.csr_array(np.where(weights >= SIMILAR, weights, 0))
    module = pl.Series("module", modules(joined), dtype=pl.Int64)
    is_alone = pl.Series(np.diff(joined.indptr) == 0)
    places = layout(joined, _BROAD)
    nodes = nodes.with_columns(module, x=pl.Series(places[:, 0]), y=pl.Series(places[:, 1]))
    return nodes.with_columns(module=pl.when(~is_alone).then("module")), joined


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Terms of one list in one collection."""
    given = part.parameters
    nodes, joined = source(frames[TERMS], given["alpha"])
    what = f"{given['words']} in {given['collection']}"
    if nodes.height < FEWEST:
        return f"fewer than {FEWEST} terms of {what} have P < {given['alpha']:g}: too few for a map"
    if not joined.nnz:
        return f"no two terms of {what} with P < {given['alpha']:g} share enough genes for a map"
    right, low, high = nodes.select(pl.max("x").alias("x"), pl.min("y").alias("low"), pl.max("y").alias("high")).row(0)
    figure = canvas(DOUBLE_MM, _FRAME_MM + min(_UNIT_MM * (high - low + 2), _TALL_MM))
    axes = figure.add_subplot()
    _lines(axes, nodes, joined)
    sizes = nodes["overlap"] / nodes["overlap"].max() * _AREA
    colours = [_colour(module) for module in nodes["module"]]
    axes.scatter(nodes["x"], nodes["y"], s=sizes, c=colours, edgecolors=DARK, linewidths=0.4, zorder=3)
    axes.set_xlim(-0.3, max(right + 1.5, _BROAD / 2))
    axes.set_ylim(low - 0.7, high + 0.9)
    axes.set(xticks=[], yticks=[])
    axes.set_axis_off()
    _size_legend(figure, axes, nodes["overlap"])
    named = nodes.filter("is_representative")
    texts = [wrapped(term, _WIDTH, 3) for term in named["term"]]
    label_points(axes, named.select("x", "y").to_numpy(), texts, _obstacles(nodes, joined))
    title = f"{given['versus']}: {what}" if given["versus"] else what
    caption = _caption(given, nodes, joined, what, frames[TERMS])
    return Drawing(figure, nodes, f"{title[0].upper()}{title[1:]}, as a map", caption, _alt(nodes, joined, what))


def _lines(axes: Axes, nodes: pl.DataFrame, joined: sparse.csr_array) -> None:
    """A line for each two terms that share genes, wider where they share more."""
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - slow to import

    points = nodes.select("x", "y").to_numpy()
    upper = sparse.triu(joined).tocoo()
    ends = np.stack([points[upper.row], points[upper.col]], axis=1)
    widths = 0.3 + 1.7 * (upper.data - SIMILAR) / (1 - SIMILAR)
    axes.add_collection(LineCollection(list(ends), linewidths=widths, colors=LIGHT_GREY, zorder=1))


def _obstacles(nodes: pl.DataFrame, joined: sparse.csr_array) -> npt.NDArray[np.float64]:
    """Points that names had better not cover: terms, each several times, and places along the lines."""
    points = nodes.select("x", "y").to_numpy()
    upper = sparse.triu(joined).tocoo()
    along = [points[upper.row] * (1 - share) + points[upper.col] * share for share in (0.2, 0.4, 0.6, 0.8)]
    return np.concatenate([*[points] * _NODE_PRICE, *along])


def _colour(module: int | None) -> str:
    """Colour of a module; of a term without lines a light grey, of modules beyond the eighth lighter colours."""
    if module is None:
        return LIGHT_GREY
    turn, place = divmod(module - 1, len(_COLOURS))
    return lightened(_COLOURS[place], min(turn * 0.45, 0.8))


def _size_legend(figure: Any, axes: Axes, overlap: pl.Series) -> None:  # noqa: ANN401 - matplotlib comes late
    steps = sorted({int(v) for v in (overlap.min(), overlap.median(), overlap.max())})  # type: ignore[arg-type]
    area = [axes.scatter([], [], s=step / steps[-1] * _AREA, color=GREY, label=f"{step}") for step in steps]
    figure.legend(handles=area, title="Count", loc="outside lower center", ncols=len(area))


def _caption(
    given: Mapping[str, Any], nodes: pl.DataFrame, joined: sparse.csr_array, what: str, terms: pl.DataFrame
) -> str:
    where = f"{given['versus']}: " if given["versus"] else ""
    passed = nodes.filter(pl.col("padj") < given["alpha"]).height
    alpha, alone = f"{given['alpha']:g}", nodes["module"].null_count()
    clusters, lines = counted(nodes["cluster"].n_unique(), "most significant cluster"), joined.nnz // 2
    return (
        f"{where}terms of {what} with nominal P < {alpha} ({METHODS[given['method']]}, one-sided): of the {clusters} "
        f"of terms that rest on nearly the same genes (kappa ≥ {KAPPA:g}) at most {EACH} each, the first with its "
        f"name. {passed} of {nodes.height} {'has' if passed == 1 else 'have'} FDR < {alpha} (Benjamini-Hochberg over "
        "all terms within the size limits that are no headings). Count: genes of the list in the term. "
        f"{counted(lines, 'line joins', 'lines join')} terms that share genes (mean of Jaccard and overlap coefficient "
        f"≥ {SIMILAR:g}), wider where they share more; colours: groups of joined terms (Louvain), grey: joined to none"
        f"{_alone(alone, nodes.height)}. {against(terms)}"
    )


def _alone(alone: int, count: int) -> str:
    """What a map is worth that has hardly a line."""
    if not alone:
        return ""
    if alone * 2 < count:
        return f" ({alone} of {count})"
    return f" ({alone} of {count}: these terms have little to do with each other, and where they stand means nothing)"


def _alt(nodes: pl.DataFrame, joined: sparse.csr_array, what: str) -> str:
    groups = nodes["module"].drop_nulls().n_unique()
    first = nodes.row(0, named=True)
    return (
        f"Network of {nodes.height} terms of {what} with {counted(joined.nnz // 2, 'line')} in "
        f"{counted(groups, 'group')}; the most "
        f"significant is {first['term']}."
    )


FIGURE = Figure(name="enrichment_map", reads={TERMS: SLICES}, parts=parts, draw=draw, libraries=("networkx", "scipy"))
