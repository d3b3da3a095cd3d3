"""Relative expression by qPCR: wells of an experiment to fold changes, one row per culture and target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from schemas.errors import Problem, Severity
from schemas.study import Study
from schemas.tables.qpcr_fold_changes import QpcrFoldChange
from tasks.contracts import Analysis, Computed, Feed, Part
from tasks.methods.qpcr import fold_change
from tasks.methods.qpcr_checks import control_problems, furthest_wells, replicate_problems
from tasks.methods.result_frames import result_frame
from tasks.methods.standard_curves import efficiencies

WELLS, SAMPLES, TABLE = "core.qpcr_wells", "core.samples", "result.qpcr_fold_changes"
_SHOWN = 5  # cultures that a message names
OBJECTS, CURVES = "core.raw_objects", "result.qpcr_standard_curves"


_is_used = ~pl.col("is_excluded") & ~pl.col("flag").fill_null("").str.contains("omitted")


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per experiment with qPCR wells: its cultures, and the inter-run calibrators of their files."""
    experiments = slices[SAMPLES].select("sample_id", "experiment").unique()
    seen = slices[WELLS].join(experiments, on="sample_id", how="left")
    config = study.config.qpcr
    named = slices[OBJECTS].filter(pl.col("status") == "loaded").select("object_id", "file_name")
    files = dict(named.sort("file_name", descending=True).iter_rows())
    tables = (WELLS, SAMPLES) if config.method == "ddcq" else (WELLS, SAMPLES, CURVES)
    found = []
    for name in sorted(seen["experiment"].drop_nulls().unique()):
        mine = seen.filter(pl.col("experiment") == name)
        objects = sorted(mine["object_id"].unique())
        samples = sorted(mine["sample_id"].unique())
        calibrators = seen.filter(pl.col("object_id").is_in(objects) & (pl.col("task") == "irc"))["sample_id"]
        kept = tuple(sorted({*samples, *calibrators.drop_nulls()}))
        where = {WELLS: {"object_id": tuple(objects), "sample_id": (*kept, None)}, SAMPLES: {"sample_id": kept}}
        parameters = {
            "experiment": name,
            "references": list(config.reference_targets),
            "calibrator": config.calibrator or study.config.reference,
            "method": config.method,
            "files": {o: files.get(o, o[:12]) for o in objects},
        }
        found.append(Part(name, where, parameters, tables=tables))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Compute the experiment's fold changes; warn of missing references, noisy repeats and controls that amplify."""
    experiment, calibrator = part.parameters["experiment"], part.parameters["calibrator"]
    samples = frames[SAMPLES].filter(pl.col("experiment") == experiment)
    known = samples.select("sample_id", "condition", pl.col("is_excluded").alias("is_sample_excluded"))
    wells = (
        frames[WELLS]
        .filter(pl.col("sample_id").is_in(known["sample_id"].implode()) | (pl.col("task") == "irc"))
        .join(known, on="sample_id", how="left")
        .sort("object_id", "plate", "well", "target", "reading")
        .with_columns(
            pl.col("is_sample_excluded").fill_null(value=False),
            # an excluded culture keeps its value, marked; only wells named on their own are dropped
            is_excluded=pl.col("is_excluded") & ~pl.col("is_sample_excluded").fill_null(value=False),
        )
    )
    factors = efficiencies(frames[CURVES]) if part.parameters["method"] == "pfaffl" else None
    rows = fold_change(wells, references=part.parameters["references"], calibrator=calibrator, efficiencies=factors)
    noisy = furthest_wells(wells.filter((pl.col("task") == "unknown") & _is_used))
    used = sorted(rows.filter(pl.col("is_reference"))["target"].unique())
    table = _with_furthest(rows, noisy).with_columns(
        experiment=pl.lit(experiment),
        reference_targets=pl.lit(";".join(used)),
        calibrator=pl.lit(calibrator),
        method=pl.lit(part.parameters["method"]),
    )
    files = part.parameters["files"]
    checked = frames[WELLS].filter(_is_used).sort("object_id", "target", "well", "reading")
    problems = [
        *_problems(part, rows, used),
        *control_problems(checked, files),
        *replicate_problems(noisy, files),
        *_efficiency_problems(part, rows),
    ]
    return Computed({TABLE: result_frame(table, QpcrFoldChange)}, tuple(problems))


def _with_furthest(rows: pl.DataFrame, noisy: pl.DataFrame) -> pl.DataFrame:
    """Mark cultures whose repeats disagree in some file, with the furthest well of the worst file."""
    worst = (
        noisy.sort("sd", descending=True, maintain_order=True)
        .group_by("sample_id", "target", maintain_order=True)
        .first()
        .select("sample_id", "target", "furthest_well", pl.lit("technical_sd_high").alias("flag"))
    )
    return rows.join(worst, on=["sample_id", "target"], how="left", maintain_order="left")


def _efficiency_problems(part: Part, rows: pl.DataFrame) -> list[Problem]:
    lacking = sorted(
        rows.filter((pl.col("na_reason") == "no_efficiency") & pl.col("amplification_factor").is_null())[
            "target"
        ].unique()
    )
    if not lacking:
        return []
    message = (
        f"no standard curve of experiment {part.parameters['experiment']}'s study gives an efficiency of "
        f"{', '.join(lacking[:8])}, which qpcr.method pfaffl needs; their rows are null"
    )
    remedy = "Measure a dilution series of 3 or more levels (task standard, with quantities), or use method ddcq."
    return [Problem(Severity.WARNING, "study.yaml", "qpcr.method", "pfaffl", "no_efficiency", message, remedy)]


def _problems(part: Part, rows: pl.DataFrame, used: Sequence[str]) -> list[Problem]:
    place = f"experiment {part.parameters['experiment']}"
    present = {name.casefold() for name in used}
    absent = [r for r in part.parameters["references"] if r.casefold() not in present]
    targets = ", ".join(sorted(rows["target"].unique())[:8])
    valued = sorted(rows.filter(pl.col("fold_change").is_not_null())["sample_id"].unique())
    shown = ", ".join(valued[:_SHOWN]) + (f" and {len(valued) - _SHOWN} more" if len(valued) > _SHOWN else "")
    alone = f", so the fold changes of {shown} are on {', '.join(used)} alone" if used and valued else ""
    problems = [
        Problem(
            Severity.WARNING,
            "study.yaml",
            "qpcr.reference_targets",
            name,
            "reference_target_not_measured",
            f"no well of {place} has the reference gene {name!r}{alone}; targets there are {targets}",
            "Write the reference gene as the qPCR files name it.",
        )
        for name in absent
    ]
    if rows.height and not (rows["condition"] == part.parameters["calibrator"]).any():
        problems.append(
            Problem(
                Severity.WARNING,
                "study.yaml",
                "qpcr.calibrator",
                part.parameters["calibrator"],
                "no_calibrator",
                f"{place} has no culture of the calibrator condition {part.parameters['calibrator']!r}, "
                "so ΔCq is given but no fold change",
                "Name a condition that was measured as qpcr.calibrator; group tests do not depend on it.",
            )
        )
    return problems


def measure(rows: pl.DataFrame, _: Mapping[str, Any]) -> pl.DataFrame:
    """-ΔCq of each culture and target (log2: a positive difference is more expression); references left out."""
    references = pl.col("reference_targets").str.split(";")
    value = -pl.col("delta_cq")
    return rows.filter(~references.list.contains(pl.col("target"))).with_columns(
        measure=pl.lit("expression"),
        time_h=pl.lit(None, pl.Float64),
        block_id=pl.lit(None, pl.String),
        value=value,
        scale=pl.lit("log2"),
        unit=pl.lit("fold"),
        na_reason=pl.when(value.is_null()).then(pl.col("na_reason")),
    )


ANALYSIS = Analysis(
    name="qpcr_fold_changes",
    reads={
        WELLS: ("sample_id", "object_id", "task"),
        SAMPLES: ("sample_id", "experiment"),
        OBJECTS: ("object_id", "file_name"),
        CURVES: ("target",),
    },
    writes=(TABLE,),
    parts=parts,
    run=run,
    feeds=Feed(assay="qpcr", table=TABLE, measure=measure),
)
