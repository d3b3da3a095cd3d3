"""What figures of a whole library share: one part per library, and how its samples are called and coloured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.study import Study
from tasks.contracts import Part
from tasks.methods.figure_style import DARK, GREY, MARKERS, MM_PER_INCH, group_colours, group_labels, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

EXPRESSION, QUALITY = "result.normalized_expression", "result.expression_quality"
COMPONENTS, DISTANCES = "result.expression_components", "result.sample_distances"
SLICES = ("library", "method", "fit", "sample_id")
DONOR_GREYS = ("#EFEFEF", "#D9D9D9", "#BDBDBD", "#969696", "#737373", "#525252", "#252525", "#000000")
SCALE = "variance-stabilised counts (DESeq2, log₂ scale)"


def library_parts(
    study: Study, expression: pl.DataFrame, more: Mapping[str, Mapping[str, tuple[Any, ...]]] | None = None
) -> list[Part]:
    """One part per library over the fit with most samples (of several the first by name), of the primary method.

    ``expression``: distinct ``SLICES`` of ``EXPRESSION``; a library without it has no part. Where the primary
    method gives no expression, another method's serves. ``more``: what to keep of further tables.
    """
    fits = expression.group_by("library", "method", "fit").agg(pl.col("sample_id").unique().sort())
    is_primary = pl.col("method") == study.config.expression.primary
    size = pl.col("sample_id").list.len()
    ranked = fits.sort(is_primary, size, "method", "fit", descending=[True, True, False, False])
    chosen = ranked.unique("library", keep="first", maintain_order=True).sort("library")
    parts = []
    for row in chosen.iter_rows(named=True):
        where = {EXPRESSION: {name: (row[name],) for name in ("library", "method", "fit")}}
        others = {table: {**kept, "library": (row["library"],)} for table, kept in (more or {}).items()}
        parameters = {"library": row["library"], "fit": row["fit"], **sample_parameters(study, row["sample_id"])}
        parts.append(Part(row["library"], {**where, **others}, parameters))
    return parts


def quality_parts(study: Study, quality: pl.DataFrame, *tables: str) -> list[Part]:
    """One part per library over the samples that ``quality`` (its slices) tells of; ``tables`` are those read."""
    parts = []
    for library in quality["library"].unique().sort():
        samples = quality.filter(pl.col("library") == library)["sample_id"].unique().sort().to_list()
        where = {table: {"library": (library,)} for table in tables}
        parameters = {"library": library, **sample_parameters(study, samples)}
        if parameters["samples"]:
            parts.append(Part(library, where, parameters, tables=tables))
    return parts


def scale_words(components: pl.DataFrame, quality: pl.DataFrame) -> str:
    """The scale of a library's components and distances, for a caption."""
    if components["scale"][0] != "vst":
        return "log₂ counts per million"
    return f"{SCALE}; fit {quality['fit'].drop_nulls()[0]}"


def sample_parameters(study: Study, samples: Sequence[str]) -> dict[str, Any]:
    """Condition and donor of each sample, and colours and labels of the conditions they are in, in display order."""
    wanted = set(samples)
    rows = {s.sample: {"condition": s.condition, "donor": s.donor or ""} for s in study.samples if s.sample in wanted}
    present = {row["condition"] for row in rows.values()}
    colours, labels = group_colours(study), group_labels(study)
    return {
        "samples": rows,
        "conditions": [[c, labels[c], colours[c]] for c in labels if c in present],
    }


def donor_markers(given: Mapping[str, Any]) -> dict[str, str]:
    """A marker for each donor; one for all where donors are more than markers, or one, or unknown."""
    donors = sorted({row["donor"] for row in given["samples"].values()})
    if not 1 < len(donors) <= len(MARKERS) or "" in donors:
        return dict.fromkeys(donors, MARKERS[0])
    return dict(zip(donors, MARKERS, strict=False))


def group_legend(figure: Canvas, given: Mapping[str, Any], *, with_donors: bool = True) -> None:
    """Legend of conditions (colour) and donors (marker) below the panel."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - slow to import

    def entry(label: str, colour: str, marker: str) -> Line2D:
        return Line2D([], [], linestyle="", marker=marker, markersize=3.5, color=colour, label=plain(label))

    conditions = [entry(label, colour, "o") for _, label, colour in given["conditions"]]
    markers = donor_markers(given) if with_donors else {}
    is_told = len(set(markers.values())) > 1
    _foot(figure, conditions, [entry(donor, GREY, marker) for donor, marker in markers.items()] if is_told else [])


def group_counts(given: Mapping[str, Any]) -> str:
    """How many cultures each condition has, for a caption."""
    of = [row["condition"] for row in given["samples"].values()]
    return ", ".join(f"{label} n = {of.count(name)}" for name, label, _ in given["conditions"])


def donor_colours(given: Mapping[str, Any]) -> dict[str, str]:
    """A grey for each donor, white first; empty where there is one donor, none known, or more than greys."""
    donors = sorted({row["donor"] for row in given["samples"].values()})
    if not 1 < len(donors) <= len(DONOR_GREYS) or "" in donors:
        return {}
    places = [round(i * (len(DONOR_GREYS) - 2) / (len(donors) - 1)) for i in range(len(donors))]
    if len(set(places)) < len(donors):
        places = list(range(len(donors)))
    return {donor: DONOR_GREYS[place] for donor, place in zip(donors, places, strict=True)}


def strips(given: Mapping[str, Any], samples: Sequence[str]) -> dict[str, list[str]]:
    """Colours of the samples' conditions and, where they tell something, donors."""
    conditions = {name: colour for name, _, colour in given["conditions"]}
    found = {"Condition": [conditions[given["samples"][s]["condition"]] for s in samples]}
    if donors := donor_colours(given):
        found["Donor"] = [donors[given["samples"][s]["donor"]] for s in samples]
    return found


def strip_legend(figure: Canvas, given: Mapping[str, Any]) -> None:
    """Legend of the strips at the foot: conditions in colour, donors in grey."""
    from matplotlib.patches import Patch  # noqa: PLC0415 - slow to import

    conditions = [Patch(facecolor=colour, label=plain(label)) for _, label, colour in given["conditions"]]
    donors = [Patch(facecolor=c, edgecolor=GREY, label=plain(donor)) for donor, c in donor_colours(given).items()]
    _foot(figure, conditions, donors)


def _foot(figure: Canvas, conditions: list[Any], donors: list[Any]) -> None:
    """A legend at the foot: conditions in columns of their own, then donors, as wide as the figure allows."""
    from matplotlib.patches import Patch  # noqa: PLC0415 - slow to import

    longest = max(len(h.get_label()) for h in (*conditions, *donors))
    most = max(1, int(float(figure.get_size_inches()[0]) * MM_PER_INCH / (1.25 * longest + 7)))
    groups = [group for group in (conditions, donors) if group]
    rows = 1
    while sum(math.ceil(len(group) / rows) for group in groups) > most and rows < max(map(len, groups)):
        rows += 1
    blank = Patch(facecolor="none", edgecolor="none", label=" ")
    padded = [h for group in groups for h in (*group, *([blank] * (-len(group) % rows)))]
    columns = len(padded) // rows
    figure.legend(handles=padded, loc="outside lower center", ncols=columns, labelcolor=DARK, columnspacing=1.0)
