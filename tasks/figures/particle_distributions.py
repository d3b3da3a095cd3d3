"""Size distribution of the particles of one sample: mean of its captures with its standard error, D10, D50, D90."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import DARK, GREY, GROUPS, SINGLE_MM, SMALL_PT, panel, plain

BINS, SUMMARIES, FILES = "core.particle_sizes", "core.particle_summaries", "core.raw_objects"
READ = ("object_id", "sample_name", "sample_id", "material_id", "time_h")
COLOUR = GROUPS[5]
SHARE = 0.995  # of the particles, up to which sizes are drawn
SEVERAL, LINE = 2, 0.05  # captures; height of a line of text in the panel
QUANTILES = (("d10_nm", "D10"), ("d50_nm", "D50"), ("d90_nm", "D90"))


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per file."""
    del study
    found = []
    files = slices[FILES].select("object_id", "file_name").unique()
    named = slices[BINS].select(READ).unique().join(files, on="object_id", how="left")
    for row in named.sort("file_name", *READ).iter_rows(named=True):
        file = row["file_name"] or row["object_id"][:12]
        sample = row["sample_id"] or row["material_id"] or row["sample_name"] or file
        keep = {"object_id": (row["object_id"],)}
        given = {"file": file, "sample": sample, "time_h": row["time_h"]}
        found.append(Part(f"{sample}, {file}", {BINS: keep, SUMMARIES: keep}, given, tables=(BINS, SUMMARIES)))
    return found


def is_diluted_back(bins: pl.DataFrame) -> bool:
    """Whether concentrations of the undiluted sample are known."""
    return bins["concentration_per_ml"].null_count() == 0


def distribution(bins: pl.DataFrame) -> pl.DataFrame:
    """By size: mean over captures, its standard error (null for one capture), and their number.

    In the undiluted sample where the dilution is known, else as printed.
    """
    column = "concentration_per_ml" if is_diluted_back(bins) else "printed_concentration_per_ml"
    value = pl.col(column)
    return (
        bins.group_by("size_nm")
        .agg(mean_per_ml=value.mean(), sem_per_ml=value.std() / pl.len().sqrt(), capture_count=pl.len())
        .sort("size_nm")
    )


def pooled(summaries: pl.DataFrame) -> dict[str, Any] | None:
    """The row of all captures together, or that of the only capture."""
    all_of = summaries.sort("is_pooled", "capture", descending=[True, False])
    return all_of.row(0, named=True) if all_of.height else None


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Linear axes; the mode stands at the curve's top, quantiles as dashed lines."""
    given, curve = part.parameters, distribution(frames[BINS])
    total = float(curve["mean_per_ml"].sum())
    if not total:
        return f"no capture of {given['sample']} has a particle"
    about = pooled(frames[SUMMARIES]) or {}
    thousand = max(int(math.log10(max([1.0, *curve["mean_per_ml"]])) // 3), 0) * 3
    unit = 10.0**thousand
    size, mean = curve["size_nm"].to_numpy(), curve["mean_per_ml"].to_numpy() / unit
    error = curve["sem_per_ml"].fill_null(0).to_numpy() / unit
    figure, axes = panel(SINGLE_MM, 60)
    axes.locator_params(nbins=6)  # else it depends on the resolution
    axes.fill_between(size, mean - error, mean + error, color=COLOUR, alpha=0.3, linewidth=0, label="± SE")
    axes.plot(size, mean, color=COLOUR, linewidth=1, label="mean of captures")
    last = float(size[np.searchsorted(np.cumsum(mean), SHARE * mean.sum()).clip(0, size.size - 1)])
    axes.set_xlim(0, max(last * 1.1, float(about.get("d90_nm") or 0) * 1.3))
    axes.set_ylim(0, float((mean + error).max()) * 1.18)
    for line, (column, name) in enumerate(QUANTILES):
        if about.get(column) is not None:
            axes.axvline(about[column], color=GREY, linewidth=0.6, linestyle=(0, (3, 2)), zorder=0)
            axes.annotate(name, (about[column], 1 - LINE * line), xycoords=axes.get_xaxis_transform(), xytext=(1.5, -1),
                          textcoords="offset points", va="top", fontsize=SMALL_PT, color=DARK)  # fmt: skip
    is_known = is_diluted_back(frames[BINS])
    steps = np.diff(size)
    width = f"{np.median(steps):.3g} nm " if steps.size and np.ptp(steps) < 0.01 * np.median(steps) else ""
    scale = f"10{_superscript(thousand)} " if thousand else ""
    axes.set_ylabel(f"{scale}particles/mL per {width}bin" + ("" if is_known else "\n(as measured, dilution unknown)"))
    axes.set_xlabel("diameter (nm)")
    axes.text(1, 0.98, "\n".join(_facts(about)), transform=axes.transAxes, ha="right", va="top", fontsize=SMALL_PT)
    at = "" if given["time_h"] is None else f" at {given['time_h']:g} h"
    axes.set_title(plain(f"{given['sample']}{at}"))
    captures = max(curve["capture_count"].to_list())
    many = "captures ± standard error" if captures >= SEVERAL else "capture"
    caption = (
        f"Size distribution of {given['sample']}{at} ({given['file']}): mean of n = {captures} {many}, repeats of one "
        "preparation and not biological replicates. Dashed: diameters that 10, 50, 90 % of the particles stay below. "
        f"{100 * SHARE:g} % of them are shown. "
        f"Concentrations are {'those of the undiluted sample' if is_known else 'as printed, the dilution is unknown'}."
    )
    flags = frames[SUMMARIES]["flag"].drop_nulls().unique().sort().to_list()
    caption += f" Flags: {', '.join(f.replace('_', ' ') for f in flags)}." if flags else ""
    alt = f"Curve of particles by diameter for {given['sample']}: {'; '.join(_facts(about))}."
    return Drawing(figure, curve, f"{given['sample']}: particle sizes", caption, alt)


def _facts(about: Mapping[str, Any]) -> list[str]:
    found = [f"mode {about['mode_nm']:.0f} nm"] if about.get("mode_nm") is not None else []
    found += [f"{name} {about[column]:.0f} nm" for column, name in QUANTILES if about.get(column) is not None]
    if about.get("total_concentration_per_ml"):
        found.append(f"{about['total_concentration_per_ml']:.2g} particles/mL".replace("e+", "e"))
    return found


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


FIGURE = Figure(
    name="particle_distributions",
    reads={BINS: READ, SUMMARIES: ("object_id",), FILES: ("object_id", "file_name")},
    parts=parts,
    draw=draw,
)
