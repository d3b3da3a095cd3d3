"""Viability of cultures: plate wells to percent of the reference, one row per plate, culture and time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.errors import Problem, Severity
from schemas.study import Study
from schemas.tables.viability import Viability
from tasks.contracts import Analysis, Computed, Feed, Part
from tasks.methods.result_frames import result_frame
from tasks.methods.viability import viability
from tasks.methods.viability_losses import viability_losses

WELLS, SAMPLES, TABLE = "core.plate_wells", "core.samples", "result.viability"
OBJECTS = "core.raw_objects"
ASSAY = "cell_viability"
SAME_WAVELENGTH_NM = 0.5


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per plate of a file; per experiment where the reference may lie on another plate or time.

    Changing a well then recomputes only what can depend on it.
    """
    options = study.config.viability
    wells = slices[WELLS].filter(pl.col("assay") == ASSAY)
    experiments = slices[SAMPLES].select("sample_id", "experiment").unique()
    read = wells.join(experiments, on="sample_id", how="inner")
    parameters = {
        "reference": options.reference or study.config.reference,
        "scope": options.scope,
        "time": options.time,
        "wavelength_nm": options.wavelength_nm,
    }
    named = slices[OBJECTS].filter(pl.col("status") == "loaded").select("object_id", "file_name")
    files = dict(named.sort("file_name", descending=True).iter_rows())
    is_plate_alone = options.scope == "plate" and options.time == "same"
    by = ("object_id", "plate") if is_plate_alone else ("experiment",)
    found = []
    for key, rows in sorted(read.group_by(*by), key=lambda item: [str(k) for k in item[0]]):
        samples = tuple(sorted(rows["sample_id"].unique()))
        where: dict[str, dict[str, tuple[Any, ...]]] = {
            WELLS: {
                "assay": (ASSAY,),
                "object_id": tuple(sorted(rows["object_id"].unique())),
                "plate": tuple(sorted(rows["plate"].unique())),
            },
            SAMPLES: {"sample_id": samples},
        }
        name = f"{key[1]} of {str(key[0])[:12]}" if is_plate_alone else str(key[0])
        about = {o: files[o] for o in where[WELLS]["object_id"] if o in files}
        sheets = {o: row.layout for o, f in about.items() if (row := study.file_row(f)) and row.layout}
        found.append(Part(name, where, {**parameters, "files": about, "layouts": sheets}, tables=(WELLS, SAMPLES)))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Compute viability of every culture of the part at the study's wavelength; say which have none and why."""
    settings = part.parameters
    samples = frames[SAMPLES].select(
        "sample_id", "condition", "experiment", pl.col("is_excluded").alias("is_sample_excluded")
    )
    wells, problems = _at_wavelength(
        frames[WELLS].sort("object_id", "plate", "well", "time_h"), settings["wavelength_nm"], settings["files"]
    )
    known = wells.join(samples, on="sample_id", how="left").with_columns(
        pl.col("is_sample_excluded").fill_null(value=False),
        # an excluded culture keeps its value, marked; only wells named on their own are dropped
        is_excluded=pl.col("is_excluded") & ~pl.col("is_sample_excluded").fill_null(value=False),
    )
    rows = viability(known, reference=settings["reference"], scope=settings["scope"], time=settings["time"])
    table = rows.join(samples.select("sample_id", "experiment"), on="sample_id", how="left")
    about = {key: settings[key] for key in ("reference", "files", "layouts")}
    problems += viability_losses(rows, known.filter(~pl.col("is_excluded")), **about)
    return Computed({TABLE: result_frame(table, Viability)}, tuple(problems))


def _at_wavelength(
    wells: pl.DataFrame, wavelength_nm: float, files: Mapping[str, str]
) -> tuple[pl.DataFrame, list[Problem]]:
    """Readings at the wavelength (or without one, where a plate names none); one reading of each well."""
    plate = ["object_id", "plate"]
    is_right = (pl.col("wavelength_nm") - wavelength_nm).abs() <= SAME_WAVELENGTH_NM
    is_unnamed = pl.col("wavelength_nm").is_null()
    wells = wells.with_columns(
        is_chosen=is_right.fill_null(value=False) | (is_unnamed & is_unnamed.all().over(plate)),
    )
    problems = []
    for key, rows in wells.filter(~pl.col("is_chosen").any().over(plate)).group_by(plate, maintain_order=True):
        read = ", ".join(f"{w:g} nm" for w in sorted(rows["wavelength_nm"].drop_nulls().unique()))
        problems.append(
            _problem(
                key, files, "wavelength_not_read", f"plate {key[1]} was read at {read}, not at {wavelength_nm:g} nm",
                "Set viability.wavelength_nm in study.yaml to the wavelength of the assay.",
            )
        )  # fmt: skip
    chosen = wells.filter("is_chosen").drop("is_chosen")
    first = pl.col("measure").min().over(plate)
    for key, rows in chosen.filter(pl.col("measure") != first).group_by(plate, maintain_order=True):
        used = chosen.filter((pl.col("object_id") == key[0]) & (pl.col("plate") == key[1]))["measure"].min()
        others = ", ".join(sorted(rows["measure"].unique()))
        problems.append(
            _problem(
                key, files, "several_reads_at_wavelength",
                f"plate {key[1]} has several reads at {wavelength_nm:g} nm; {used!r} is used, not {others}",
                "Export only the read that measures viability if that is the wrong one.",
            )
        )  # fmt: skip
    return chosen.filter(pl.col("measure") == first), problems


def _problem(plate: tuple[Any, ...], files: Mapping[str, str], rule: str, message: str, remedy: str) -> Problem:
    severity = Severity.LOCAL if rule == "wavelength_not_read" else Severity.WARNING
    file = files.get(plate[0], plate[0][:12])
    return Problem(severity, "study.yaml", f"plate {plate[1]} of {file}", "", rule, message, remedy)


def measure(rows: pl.DataFrame, _: Mapping[str, Any]) -> pl.DataFrame:
    """Blanked OD of each culture; the plate is the block where an experiment has several.

    Plates of several files are told apart by name at one time; over times, one name is one plate read again.
    """
    at = ["experiment", "time_h"]
    plate = pl.struct("object_id", "plate")
    is_name_enough = pl.col("plate").n_unique().over(at) == plate.n_unique().over(at)
    own = pl.concat_str(pl.col("object_id").str.head(12), pl.col("plate"), separator="/")
    value = pl.col("mean_od") - pl.col("blank_od")
    return rows.with_columns(
        measure=pl.lit("viability"),
        target=pl.lit(""),
        block_id=pl.when(plate.n_unique().over("experiment") > 1).then(
            pl.when(is_name_enough).then("plate").otherwise(own)
        ),
        value=value,
        scale=pl.lit("raw"),
        unit=pl.col("unit").fill_null("OD"),  # rows from before the column was there
        technical_n=pl.col("well_count"),
        technical_sd=pl.col("sd_od"),
        na_reason=pl.when(value.is_null()).then(pl.col("na_reason")),
    )


ANALYSIS = Analysis(
    name="viability",
    reads={
        WELLS: ("assay", "object_id", "plate", "sample_id"),
        SAMPLES: ("sample_id", "experiment"),
        OBJECTS: ("object_id", "file_name"),
    },
    writes=(TABLE,),
    parts=parts,
    run=run,
    feeds=Feed(assay=ASSAY, table=TABLE, measure=measure),
)
