"""The ceRNA network of a contrast between its hubs: ceRNAs, miRNAs and mRNAs side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.cerna_network import network_edges
from tasks.methods.contrast_figures import WORDS, versus
from tasks.methods.figure_style import DARK, DOUBLE_MM, DOWN, GREY, SMALL_PT, UP, group_labels, panel, plain
from tasks.methods.report_words import counted
from tasks.methods.rna_classes import CLASS

TRIPLETS, NODES = "result.cerna_triplets", "result.cerna_nodes"
COLOURS = {"up": UP, "down": DOWN}
MARKS = {"circrna": ("o", 0.0), "lncrna": ("s", 0.0), "mirna": ("^", 1.0), "mrna": ("D", 2.0)}  # marker, column
SIDES = {0.0: ("right", -0.06), 1.0: ("center", 0.0), 2.0: ("left", 0.06)}
ROW_MM, MARGIN_MM = 5.0, 22.0
SHOWN = 20  # hubs of a class that a page has room for
LONGEST = 24  # letters of a name
HALO = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5}


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per contrast with a network."""
    rows = {c.id: c for c in study.contrasts}
    found = []
    for name in slices[NODES]["contrast_id"].unique().sort():
        if name in rows:
            contrast = rows[name]
            labels = group_labels(study) if contrast.variable == "condition" else {}
            said = {
                side: labels.get(getattr(contrast, side), getattr(contrast, side)) for side in ("reference", "target")
            }
            keep = {"contrast_id": (name,)}
            found.append(Part(name, {TRIPLETS: keep, NODES: keep}, {"contrast": name, **said}))
    return found


def source(triplets: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Edges between hubs: first, second, kind, tier, triplet_count, with symbol, class and direction of both ends."""
    hubs = nodes.filter("is_hub", pl.col("hub_rank") <= SHOWN).select(
        "feature_id", pl.coalesce("symbol", "feature_id").alias("symbol"), "rna_class", "direction"
    )
    return (
        network_edges(triplets)
        .join(hubs, left_on="first", right_on="feature_id", maintain_order="left")
        .join(hubs, left_on="second", right_on="feature_id", suffix="_second", maintain_order="left")
    )


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Hubs that share an edge, in a column for each kind; colour tells the direction, line width the triplets."""
    given = part.parameters
    edges = source(frames[TRIPLETS], frames[NODES])
    if edges.is_empty():
        return f"no two hubs of {given['contrast']} are joined by a consistent triplet"
    ranks = frames[NODES].select("feature_id", "hub_rank")
    places = _places(edges, ranks)
    tallest = max(sum(x == column for x, _ in places.values()) for column in SIDES)
    figure, axes = panel(DOUBLE_MM, MARGIN_MM + ROW_MM * tallest)
    most = int(edges["triplet_count"].max())  # type: ignore[arg-type]
    for first, second, count in edges.select("first", "second", "triplet_count").iter_rows():
        (x0, y0), (x1, y1) = places[first], places[second]
        axes.plot([x0, x1], [y0, y1], color=GREY, linewidth=0.4 + 1.4 * count / most, alpha=0.7, zorder=1)
    for name, symbol, kind, direction in _ends(edges).iter_rows():
        x, y = places[name]
        axes.scatter([x], [y], s=26, marker=MARKS[kind][0], color=COLOURS[direction], linewidths=0, zorder=3)
        align, shift = SIDES[x]
        text = {"ha": align, "va": "center" if shift else "bottom", "fontsize": SMALL_PT, "zorder": 4}
        axes.text(x + shift, y + (0 if shift else 0.3), plain(_short(symbol)), bbox=HALO, **text)  # type: ignore[arg-type]  # words by key
    axes.set_xlim(-0.8, 2.8)
    axes.set_ylim(-tallest / 2 - 0.2, tallest / 2 + 0.2)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_axis_off()
    _legend(figure, edges)
    return Drawing(figure, edges, f"{versus(given)}: ceRNA network", _caption(given, edges), _alt(given, edges))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _places(edges: pl.DataFrame, ranks: pl.DataFrame) -> dict[str, tuple[float, float]]:
    """Where each hub stands: its column, and from the top its place by the mean place of its miRNAs."""
    order = dict(ranks.iter_rows())
    ends = _ends(edges)
    columns: dict[float, list[str]] = {x: [] for x in SIDES}
    for name, _, kind, _ in ends.iter_rows():
        columns[MARKS[kind][1]].append(name)
    partners: dict[str, list[str]] = {}
    for first, second in edges.select("first", "second").iter_rows():
        partners.setdefault(first, []).append(second)
        partners.setdefault(second, []).append(first)
    places: dict[str, tuple[float, float]] = {}
    middle = sorted(columns[1.0], key=lambda name: (order[name], name))
    height = {name: float(at) for at, name in enumerate(middle)}
    for x, names in columns.items():
        outer = (
            [(sum(height[p] for p in partners[n]) / len(partners[n]), order[n], n) for n in names] if x != 1.0 else []
        )
        ordered = middle if x == 1.0 else [n for *_, n in sorted(outer)]
        span = max(map(len, columns.values()))
        step = span / len(ordered) if ordered else 1.0
        places |= {n: (x, span / 2 - step * (at + 0.5)) for at, n in enumerate(ordered)}
    return places


def _ends(edges: pl.DataFrame) -> pl.DataFrame:
    names = ("feature_id", "symbol", "rna_class", "direction")
    first = edges.select(pl.col("first").alias("feature_id"), *names[1:])
    second = edges.select(pl.col("second").alias("feature_id"), *(pl.col(f"{n}_second").alias(n) for n in names[1:]))
    return pl.concat([first, second]).unique("feature_id").sort("feature_id")


def _legend(figure: Any, edges: pl.DataFrame) -> None:  # noqa: ANN401 - matplotlib is imported late
    from matplotlib.lines import Line2D  # noqa: PLC0415 - slow to import

    ends = _ends(edges)
    shown = [k for k in MARKS if k in set(ends["rna_class"])]
    marks = [Line2D([], [], marker=MARKS[k][0], color=DARK, linestyle="", markersize=4, label=CLASS[k]) for k in shown]
    ways = [w for w in COLOURS if w in set(ends["direction"])]
    marks += [Line2D([], [], marker="o", color=COLOURS[w], linestyle="", markersize=4, label=WORDS[w]) for w in ways]
    figure.legend(handles=marks, loc="outside upper center", ncols=len(marks))


def _counts(edges: pl.DataFrame) -> str:
    counts = dict(_ends(edges).group_by("rna_class").len().iter_rows())
    return ", ".join(counted(counts[kind], CLASS[kind]) for kind in MARKS if kind in counts)


def _caption(given: Mapping[str, Any], edges: pl.DataFrame) -> str:
    tiers = ", ".join(str(t).replace("_", "-") for t in sorted(edges["tier"].unique()))
    return (
        f"Hubs of the ceRNA network, {versus(given)}: {_counts(edges)} that share a line, of at most {SHOWN} a class. "
        "Lines: target pairs of triplets whose three RNAs are changed with opposite signs of miRNA and targets, wider "
        f"where more triplets share them; evidence: {tiers}. A line has the evidence of its best triplet, which is "
        "that of the weaker of the triplet's two pairs, as in the tables. Such triplets are a pattern without a "
        "controlled rate of false discoveries; a ceRNA may act without moving its miRNA, and cells that took up "
        "exosomes hold the exosomes' RNA."
    )


def _alt(given: Mapping[str, Any], edges: pl.DataFrame) -> str:
    most = edges.sort("triplet_count", "first", "second", descending=[True, False, False]).row(0, named=True)
    return (
        f"Network of {_counts(edges)} for {versus(given)}, {counted(edges.height, 'line')}; the widest joins "
        f"{most['symbol']} and {most['symbol_second']} ({counted(most['triplet_count'], 'triplet')})."
    )


FIGURE = Figure(
    name="cerna_network", reads={TRIPLETS: ("contrast_id",), NODES: ("contrast_id",)}, parts=parts, draw=draw
)
