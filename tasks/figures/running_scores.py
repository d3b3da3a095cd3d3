"""Running enrichment scores of the sets that gather most surely at the ends of a contrast's ranking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.contrast_figures import METHOD_NAMES, contrast_names
from tasks.methods.figure_style import DARK, DOUBLE_MM, GREY, LIGHT_GREY, canvas, lightened, plain
from tasks.methods.gene_rankings import METHOD, NAMED, named_sets, ranking
from tasks.methods.gsea import running_sums
from tasks.methods.running_score_words import EACH, LISTED, alt, caption, label, nothing, numbers, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TERMS, TESTS, SETS = "result.enrichment", "result.differential_expression", "core.gene_sets"
LISTS, FEATURES, ALIASES = "core.gene_lists", "core.features", "core.gene_aliases"
_COLOURS = {"up": ("#D55E00", "#CC79A7", "#E69F00"), "down": ("#0072B2", "#009E73", "#56B4E9")}
_DASHES = ("-", "--", ":", "-.")  # of named lists beyond the colours of an end
_STEPS, _MANY = 400, 1000  # points of the metric's curve, marks of a vector picture


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per contrast and collection that preranked GSEA tested."""
    rows = {c.id: c for c in study.contrasts}
    primary = study.config.expression.primary
    tested = slices[TERMS].filter(method=METHOD).select("contrast_id", "collection").unique()
    found = []
    for name, collection in tested.sort("contrast_id", "collection").iter_rows():
        if name not in rows:
            continue
        given = {
            **contrast_names(study, rows[name]),
            "between": list(rows[name].between or ()),
            "collection": collection,
            "alpha": study.config.enrichment.pvalue,
            "statistic": METHOD_NAMES.get(primary, primary),
        }
        where: dict[str, dict[str, tuple[Any, ...]]] = {
            TERMS: {"contrast_id": (name,), "collection": (collection,), "method": (METHOD,)},
            TESTS: {"contrast_id": (name,), "library": ("gene",), "method": (primary,)},
            SETS: {"collection": (collection,)},
        }
        found.append(Part(f"{name}, {collection}", where, given))
    return found


def top_terms(terms: pl.DataFrame, alpha: float) -> pl.DataFrame:
    """The most significant terms of either direction below ``alpha`` (nominal); of equal FDR the larger NES first.

    Of terms whose leading edges are nearly the same only the representative. Named lists are there whatever their
    p-value, the first ``LISTED`` of both directions: that one is not shifted is an answer too.
    """
    is_list = pl.col("collection") == NAMED
    is_shown = (pl.col("pvalue") < alpha) & pl.col("is_representative") | is_list
    found = terms.filter(is_shown, pl.col("nes").is_not_null())
    found = found.sort("padj", pl.col("nes").abs(), "term_id", descending=[False, True, False])
    place = pl.int_range(pl.len())
    found = found.with_columns(direction=pl.when(pl.col("nes") > 0).then(pl.lit("up")).otherwise(pl.lit("down")))
    found = found.filter((is_list & (place < LISTED)) | (~is_list & (place.over("direction") < EACH)))
    return found.sort(pl.col("direction") == "down", maintain_order=True)


def source(terms: pl.DataFrame, ranked: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Each term's genes by rank with the running sum right before and after them; then the ranking's metric.

    ``terms``: of ``top_terms``; ``ranked``: of ``ranking``; ``named``: of ``named_sets``. The metric is given at
    evenly spaced ranks, the first and last among them.
    """
    numbered = ranked.with_row_index("rank", offset=1).select("rank", "gene", "stat")
    weights = ranked["stat"].abs().to_numpy()
    frames = []
    for row in terms.iter_rows(named=True):
        members = named.filter(set_id=row["term_id"])
        hits = numbered.join(members, on="gene", how="semi", maintain_order="left")
        after, before = running_sums(hits["rank"].to_numpy().astype(np.int64)[None, :] - 1, weights)
        edge = row["genes"].split(";")
        about = {name: pl.lit(row[name]) for name in ("term_id", "term", "direction", "nes", "padj")}
        frames.append(
            hits.with_columns(
                **about, before=pl.Series(before[0]), after=pl.Series(after[0]), is_leading=pl.col("gene").is_in(edge)
            )
        )
    steps = np.unique(np.linspace(0, ranked.height - 1, _STEPS).round().astype(np.int64))
    return pl.concat([*frames, numbered[steps]], how="diagonal")


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """One contrast in one collection: running sums above, the sets' genes below them, the ranking's metric."""
    given = part.parameters
    shown = top_terms(frames[TERMS], given["alpha"])
    if shown.is_empty():
        return nothing(given, frames[TERMS], frames[LISTS])
    ranked = ranking(frames[TESTS], frames[FEATURES])
    named = named_sets(frames[SETS], frames[LISTS], frames[FEATURES], frames[ALIASES])
    marks = source(shown, ranked, named.filter(collection=given["collection"]))
    count = ranked.height
    figure = canvas(DOUBLE_MM, 84.0 + 4.0 * shown.height)
    curves, hits, metric = figure.subplots(3, 1, sharex=True, height_ratios=(42, 3.2 * shown.height, 16))
    _draw_terms(curves, hits, shown, marks, count)
    _draw_metric(metric, marks.filter(pl.col("term_id").is_null()), given)
    for axes in (curves, hits):
        axes.tick_params(axis="x", length=0)
        axes.spines["bottom"].set_visible(False)
    curves.locator_params(axis="y", nbins=5)  # the same steps in print and on a page
    curves.set_ylabel("running\nenrichment score")
    metric.set_ylabel(f"{given['statistic']}\nstatistic")
    metric.set_xlabel(f"rank of {count:,} genes")
    metric.set_xlim(0, count + 1)
    metric.xaxis.set_major_formatter("{x:,.0f}")
    figure.align_ylabels([curves, metric])
    lines = [line for line in curves.get_lines() if not str(line.get_label()).startswith("_")]
    ups = sum(shown["direction"] == "up")
    is_wide = 0 < ups < shown.height or shown.height > EACH
    figure.legend(handles=lines, loc="outside lower center", ncols=2 if is_wide else 1)
    return Drawing(figure, marks, title(given), caption(given, shown, frames[TERMS], frames[LISTS]), alt(given, shown))


def _draw_terms(curves: Axes, hits: Axes, shown: pl.DataFrame, marks: pl.DataFrame, count: int) -> None:
    """A curve and a row of marks for each term; the leading edge in full colour."""
    curves.axhline(0, color=GREY, linewidth=0.5, zorder=0)
    is_many = marks["term_id"].count() > _MANY
    taken, names = dict.fromkeys(_COLOURS, 0), numbers(shown)
    for row, term in enumerate(shown.iter_rows(named=True)):
        turn, place = divmod(taken[term["direction"]], len(_COLOURS[term["direction"]]))
        colour = _COLOURS[term["direction"]][place]
        taken[term["direction"]] += 1
        own = marks.filter(term_id=term["term_id"])
        x = np.repeat(own["rank"].to_numpy(), 2)
        y = np.column_stack([own["before"], own["after"]]).ravel()
        curves.plot([0, *x, count], [0, *y, 0], color=colour, linestyle=_DASHES[turn], label=label(term, names[row]))
        for is_leading, shade in ((False, lightened(colour, 0.6)), (True, colour)):
            ranks = own.filter(is_leading=is_leading)["rank"].to_numpy()
            hits.vlines(ranks, -row - 0.85, -row - 0.15, color=shade, linewidth=0.5, rasterized=is_many)
    hits.set_ylim(-shown.height, 0)
    hits.set_yticks([-row - 0.5 for row in range(shown.height)], names)
    hits.tick_params(axis="y", length=0)
    hits.spines["left"].set_visible(False)


def _draw_metric(axes: Axes, points: pl.DataFrame, given: Mapping[str, Any]) -> None:
    """The statistic by rank, and what its ends mean."""
    axes.fill_between(points["rank"].to_numpy(), points["stat"].to_numpy(), color=LIGHT_GREY, linewidth=0)
    axes.axhline(0, color=GREY, linewidth=0.5)
    where, words = given["target"], ("higher", "lower")
    if given["between"]:
        column, _, second = given["between"]
        where, words = f"{column} {second}", ("larger", "smaller")
    ends = (("left", 0.01, f"{words[0]} in {where}"), ("right", 0.99, f"{words[1]} in {where}"))
    for side, x, text in ends:
        axes.annotate(
            plain(text), (x, 0.06 if side == "left" else 0.94), xycoords="axes fraction", ha=side, color=DARK,
            va="bottom" if side == "left" else "top", fontsize="small",
        )  # fmt: skip


FIGURE = Figure(
    name="running_scores",
    reads={
        TERMS: ("contrast_id", "collection", "method"),
        TESTS: ("contrast_id", "library", "method"),
        SETS: ("collection",),
        LISTS: ("role",),
        FEATURES: (),
        ALIASES: (),
    },
    parts=parts,
    draw=draw,
    libraries=("scipy",),
)
