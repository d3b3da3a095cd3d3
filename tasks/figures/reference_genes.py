"""Cq of the reference genes by plate and condition: whether they stand still, as 2^-ΔΔCq takes for granted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import (
    DARK,
    DOUBLE_MM,
    GREY,
    MM_PER_INCH,
    SINGLE_MM,
    canvas,
    group_colours,
    group_labels,
    legend_columns,
    plain,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WELLS, STABILITY = "core.qpcr_wells", "result.qpcr_reference_stability"
PANEL_MM, MOST = 42.0, 4  # panels above each other
SHIFT = 0.5  # cycles, from which a reference gene is said to move
WIDE = 6  # plates beyond which the picture takes two columns


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per experiment with samples in wells of a reference gene."""
    colours, labels = group_colours(study), group_labels(study)
    targets = [t for t in study.config.qpcr.reference_targets if t in set(slices[WELLS]["target"])]
    about = {s.sample: (s.condition, s.experiment) for s in study.samples}
    measured = slices[WELLS].filter(pl.col("target").is_in(targets), pl.col("sample_id").is_not_null())
    found = []
    for experiment in sorted({about[s][1] for s in measured["sample_id"] if s in about}):
        samples = {s: c for s, (c, e) in about.items() if e == experiment}
        present = set(samples.values())
        keep = {"target": tuple(targets), "sample_id": tuple(samples)}
        given = {
            "experiment": experiment,
            "targets": targets[:MOST],
            "samples": samples,
            "conditions": [[c, labels[c], colours[c]] for c in labels if c in present],
        }
        found.append(Part(experiment, {WELLS: keep, STABILITY: {"experiment": (experiment,)}}, given))
    return found


def cultures(wells: pl.DataFrame, samples: Mapping[str, str]) -> pl.DataFrame:
    """One row per target, plate and culture: mean Cq of its wells, their SD and number; excluded wells left out."""
    used = wells.filter(~pl.col("is_excluded") & (pl.col("task") == "unknown") & pl.col("cq").is_not_null())
    return (
        used.group_by("target", "plate", "sample_id")
        .agg(mean_cq=pl.col("cq").mean(), sd=pl.col("cq").std(), well_count=pl.len())
        .with_columns(condition=pl.col("sample_id").replace_strict(samples, default=None, return_dtype=pl.String))
        .sort("target", "plate", "sample_id")
    )


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """A panel for each reference gene, a place for each plate, a point for each culture."""
    given, found = part.parameters, cultures(frames[WELLS], part.parameters["samples"])
    targets = [t for t in given["targets"] if found.filter(target=t).height]
    if not targets:
        return f"no well of a reference gene in experiment {given['experiment']} has a Cq"
    plates = found["plate"].unique().sort().to_list()
    figure = canvas(SINGLE_MM if len(plates) <= WIDE else DOUBLE_MM, len(targets) * PANEL_MM + 22)
    for index, target in enumerate(targets):
        axes = figure.add_subplot(len(targets), 1, index + 1)
        _panel(axes, found.filter(target=target), plates, given)
        axes.set_title(plain(target), fontstyle="italic")
        axes.set_xticks(range(len(plates)), [plain(p) for p in plates] if target == targets[-1] else [])
    _legend(figure, given)
    stable = frames[STABILITY].filter(pl.col("target").is_in(targets)).sort("target")
    title = f"Reference genes: {', '.join(targets)}"
    return Drawing(figure, found, title, _caption(found, stable, given, targets), _alt(found, targets))


def _panel(axes: Axes, mine: pl.DataFrame, plates: list[str], given: Mapping[str, Any]) -> None:
    middle = (len(given["conditions"]) - 1) / 2
    for place, (name, _, colour) in enumerate(given["conditions"]):
        rows = mine.filter(condition=name)
        at = np.array([plates.index(p) for p in rows["plate"]], dtype=float) + (place - middle) * 0.12
        axes.errorbar(at, rows["mean_cq"], yerr=rows["sd"].fill_null(0), fmt="o", color=colour, markersize=3,
                      elinewidth=0.6, capsize=0)  # fmt: skip
    for place, plate in enumerate(plates):
        mean = mine.filter(plate=plate)["mean_cq"].mean()
        if isinstance(mean, float):
            axes.hlines(mean, place - 0.42, place + 0.42, color=GREY, linewidth=0.7, zorder=0)
    middle_cq = float(np.median(mine["mean_cq"].to_numpy()))
    reach = max(float(np.abs(mine["mean_cq"].to_numpy() - middle_cq).max()) * 1.3, 1.0)
    axes.set_ylim(middle_cq + reach, middle_cq - reach)
    axes.locator_params(axis="y", nbins=6)  # else it depends on the resolution
    axes.set_xlim(-0.6, len(plates) - 0.4)
    axes.set_ylabel("Cq (more RNA above)")


def _legend(figure: Any, given: Mapping[str, Any]) -> None:  # noqa: ANN401 - matplotlib's
    from matplotlib.lines import Line2D  # noqa: PLC0415 - slow to import

    handles = [
        Line2D([], [], linestyle="", marker="o", markersize=3.5, color=colour, label=plain(label))
        for _, label, colour in given["conditions"]
    ]
    columns = legend_columns([c[1] for c in given["conditions"]], figure.get_size_inches()[0] * MM_PER_INCH)
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, labelcolor=DARK, columnspacing=1.0)


def _caption(found: pl.DataFrame, stable: pl.DataFrame, given: Mapping[str, Any], targets: list[str]) -> str:
    labels = {c[0]: c[1] for c in given["conditions"]}
    wells = found["well_count"].to_list()
    count = f"{min(wells)}" if min(wells) == max(wells) else f"{min(wells)} to {max(wells)}"
    text = (
        f"Cq of {', '.join(targets)} (experiment {given['experiment']}): a point is a culture's mean of {count} wells, "
        "bars their SD (technical); grey lines: means of the plates. "
    )
    for row in stable.iter_rows(named=True):
        if row["max_shift_cq"] is None:
            text += f"{row['target']}: no shift between conditions is known. "
            continue
        verdict = "moves with treatment" if abs(row["max_shift_cq"]) > SHIFT else "within half a cycle"
        where = labels.get(row["shift_condition"], row["shift_condition"])
        text += (
            f"{row['target']}: largest shift of a condition {row['max_shift_cq']:+.2f} cycles ({where}), {verdict}. "
        )
    return text.strip()


def _alt(found: pl.DataFrame, targets: list[str]) -> str:
    spans = []
    for target in targets:
        cq = found.filter(target=target)["mean_cq"].to_list()
        spans.append(f"{target} from {min(cq):.1f} to {max(cq):.1f}")
    return f"Points of Cq by plate, coloured by condition: {', '.join(spans)}."


FIGURE = Figure(
    name="reference_genes",
    reads={WELLS: ("target", "sample_id"), STABILITY: ("experiment",)},
    parts=parts,
    draw=draw,
)
