"""Quality of plates: blanks, replicates, Z', edge effect and wells apart from their repeats, per plate and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from schemas.errors import Problem, Severity
from schemas.study import Study
from schemas.tables.plate_quality import PlateQuality
from schemas.tables.well_outliers import WellOutlier
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.grids import PLATE_SHAPES, plate_size, position
from tasks.methods.layouts import named_wells
from tasks.methods.plate_quality import Floats, edge_effect, median_cv_percent, outliers, pooled_cv_percent, z_prime
from tasks.methods.pvalue_text import pvalue_phrase
from tasks.methods.result_frames import result_frame

WELLS, SAMPLES = "core.plate_wells", "core.samples"
QUALITY, OUTLIERS = "result.plate_quality", "result.well_outliers"
BLANK = "blank"
LOST_FLAGS = ("overflow", "missed", "below_range", "over_range", "masked")
EDGE_ALPHA, EDGE_PERCENT, SCATTER_PERCENT = 0.01, 10.0, 20.0
READ = ("measure", "wavelength_nm", "time_h")

Row = dict[str, Any]


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per plate of a file."""
    reference = study.config.viability.reference or study.config.reference
    known = set(slices[SAMPLES]["sample_id"])
    found = []
    for (object_id, plate), rows in (
        slices[WELLS].sort("object_id", "plate").group_by(["object_id", "plate"], maintain_order=True)
    ):
        samples = tuple(sorted(known & set(rows["sample_id"].drop_nulls())))
        where: dict[str, dict[str, tuple[Any, ...]]] = {
            WELLS: {"object_id": (object_id,), "plate": (plate,)},
            SAMPLES: {"sample_id": samples},
        }
        found.append(Part(f"{plate} of {str(object_id)[:12]}", where, {"reference": reference}))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Judge every read of the plate; nothing is left out of any other result for what is found here."""
    conditions = frames[SAMPLES].select("sample_id", "condition")
    wells = (
        frames[WELLS]
        .join(conditions, on="sample_id", how="left")
        .with_columns(
            is_lost=pl.col("value").is_null() | pl.col("flag").is_in(LOST_FLAGS).fill_null(value=False),
            group=pl.when(pl.col("role").is_in(["sample", "control"])).then("sample_name"),
        )
        .sort(*READ, "well")
    )
    edges = _edge_wells(wells["well"].unique().to_list())
    quality: list[Row] = []
    apart: list[Row] = []
    for _, read in wells.group_by(*READ, maintain_order=True):
        row, found = _judge(read, edges, part.parameters["reference"])
        quality.append(row)
        apart += found
    frames_out = {
        QUALITY: result_frame(quality, PlateQuality),
        OUTLIERS: result_frame(apart, WellOutlier),
    }
    return Computed(frames_out, tuple(_problems(quality, apart)))


def _edge_wells(wells: Sequence[str]) -> set[str]:
    """Wells of the outer rows and columns of the plate: the smallest full plate, else one of 96 wells or more."""
    places = {well: position(well) for well in wells}
    rows, columns = next(
        (shape for size, shape in PLATE_SHAPES.items() if len(places) == size and _fits(places.values(), shape)),
        PLATE_SHAPES[plate_size(wells)],
    )
    return {w for w, (r, c) in places.items() if r in (0, rows - 1) or c in (0, columns - 1)}


def _fits(places: Iterable[tuple[int, int]], shape: tuple[int, int]) -> bool:
    return all(row < shape[0] and column < shape[1] for row, column in places)


def _judge(read: pl.DataFrame, edges: set[str], reference: str) -> tuple[Row, list[Row]]:
    """Quality of one read, and its wells apart from their repeats."""
    first = read.row(0, named=True)
    usable = read.filter(~pl.col("is_lost") & ~pl.col("is_excluded"))
    is_good_blank = (pl.col("role") == BLANK) & (pl.col("flag").fill_null("") != "blank_not_blank")
    blanks = usable.filter(is_good_blank)
    grouped = usable.filter(pl.col("group").is_not_null())
    groups = _by(grouped, "group")
    repeated = [values for values in groups.values() if len(values) > 1]
    window = z_prime(_controls(grouped, blanks, reference))
    edge = None
    if repeated:
        is_edge = grouped["well"].is_in(list(edges)).to_numpy()
        edge = edge_effect(grouped["value"].to_numpy(), grouped["group"].to_list(), is_edge)
    found = _outliers(grouped, blanks)
    reasons = {
        "no_layout": read["role"].is_null().all(),
        "no_blanks": blanks.is_empty(),
        "no_replicates": not repeated,
        "no_controls": window is None,
        "edge_confounded": edge is None,
    }
    missing = ["no_layout"] if reasons["no_layout"] else [reason for reason, is_so in reasons.items() if is_so]
    row = {name: first[name] for name in ("object_id", "plate", "assay", *READ, "unit")} | {
        "well_count": read.height,
        "lost_count": int(read["is_lost"].sum()),
        "excluded_count": int(read["is_excluded"].sum()),
        "blank_count": blanks.height,
        "blank_mean": blanks["value"].mean(),
        "blank_cv_percent": pooled_cv_percent(list(_by(blanks, "blank_for").values())),
        "replicate_group_count": len(repeated),
        "replicate_cv_percent": median_cv_percent(repeated),
        "z_prime": window.value if window else None,
        "z_prime_high": window.high if window else None,
        "z_prime_low": window.low if window else None,
        "edge_effect_percent": edge.percent if edge else None,
        "edge_pvalue": edge.pvalue if edge else None,
        "edge_well_count": edge.edge_count if edge else 0,
        "outlier_count": len(found),
        "na_reason": ";".join(missing) or None,
    }
    return row, found


def _by(wells: pl.DataFrame, column: str) -> dict[str, Floats]:
    """Readings by the value of a column, in order."""
    return {str(key): part["value"].to_numpy() for (key,), part in wells.group_by([column], maintain_order=True)}


def _controls(grouped: pl.DataFrame, blanks: pl.DataFrame, reference: str) -> dict[str, Floats]:
    """Readings of each control: the reference condition's wells, every control of the layout, the blanks."""
    found = _by(grouped.filter(pl.col("role") == "control"), "group")
    found[reference] = grouped.filter((pl.col("role") == "sample") & (pl.col("condition") == reference))[
        "value"
    ].to_numpy()
    return found | {BLANK: blanks["value"].to_numpy()}


def _outliers(grouped: pl.DataFrame, blanks: pl.DataFrame) -> list[Row]:
    together = pl.concat([grouped, blanks])
    if together.is_empty():
        return []
    is_blank = together["role"].eq(BLANK).to_numpy()
    names = [
        f"{role}: {owner or ''}" if role == BLANK else f"{role}: {group}"
        for role, group, owner in together.select("role", "group", "blank_for").iter_rows()
    ]
    rows = []
    for found in outliers(together["value"].to_numpy(), names, np.asarray(is_blank, dtype=bool)):
        well = together.row(found.index, named=True)
        rows.append(
            {name: well[name] for name in ("object_id", "plate", "well", *READ, "sample_name", "sample_id", "role")}
            | {"value": well["value"], "others_mean": found.others_mean, "group_size": found.group_size}
            | {"method": found.method, "score": found.score}
        )
    return rows


def _problems(quality: Sequence[Row], apart: Sequence[Row]) -> Iterable[Problem]:
    """At most one line per plate and kind, the worst read of the plate."""
    first = quality[0]

    def warn(rule: str, where: str, message: str, remedy: str) -> Problem:
        place = f"plate {first['plate']} of {str(first['object_id'])[:12]}{where}"
        return Problem(Severity.WARNING, WELLS, place, "", rule, message, remedy)

    edges = [q for q in quality if q["edge_pvalue"] is not None and q["edge_pvalue"] < EDGE_ALPHA]
    worst = max(edges, key=lambda q: abs(q["edge_effect_percent"]), default=None)
    if worst and abs(worst["edge_effect_percent"]) >= EDGE_PERCENT:
        yield warn(
            "edge_effect",
            "",
            f"outer wells read {worst['edge_effect_percent']:+.0f} % against inner wells of the same samples "
            f"({pvalue_phrase(worst['edge_pvalue'], 'P')})",
            "Leave the outer wells to medium, or spread every sample over edge and interior.",
        )
    scattered = [q for q in quality if (q["replicate_cv_percent"] or 0) > SCATTER_PERCENT]
    if scattered:
        most = max(q["replicate_cv_percent"] for q in scattered)
        yield warn(
            "replicates_scatter",
            "",
            f"repeats of a sample scatter by {most:.0f} % (median CV), more than {SCATTER_PERCENT:g} %",
            "Check the layout and the pipetting; differences between conditions may drown.",
        )
    if apart:
        wells = sorted({row["well"] for row in apart})
        yield warn(
            "outlier_wells",
            f", wells {named_wells(wells)}",
            "these wells read apart from the repeats of their sample; they stay in every result",
            "Look at them; if something went wrong at the bench, name them in exclusions.csv with the reason.",
        )


ANALYSIS = Analysis(
    name="plate_quality",
    reads={WELLS: ("object_id", "plate", "sample_id"), SAMPLES: ("sample_id",)},
    writes=(QUALITY, OUTLIERS),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
)
