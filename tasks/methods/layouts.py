"""What a study's layout says about the wells that a plate reader read."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.errors import Problem, Severity
from schemas.sheets import Layout

_NAMED = 8  # wells named in a message before it says "and more"


def named_wells(wells: Sequence[str]) -> str:
    """List wells for a message: all of a few, the first ones of many."""
    unique = sorted(set(wells))
    shown = ", ".join(unique[:_NAMED])
    return shown if len(unique) <= _NAMED else f"{shown}, … ({len(unique)} wells)"


def apply_layout(wells: pl.DataFrame, layout: Layout, *, file: str = "") -> tuple[pl.DataFrame, list[Problem]]:
    """Give plate wells the sample, role and blank group of a study's layout.

    ``wells``: rows of ``core.plate_wells``. ``sample_name``, ``role`` and ``blank_for`` come
    from the layout alone: what the file said of them is replaced. A time in the layout replaces
    the well's; where the file has a time course, the layout's time is when it began. Rows
    and their order are kept. Wells that only one side has are reported, per plate; a well
    that the layout calls empty, or names no sample for, may be missing from the file.
    """
    said = pl.DataFrame(
        [(w.well, w.sample, w.role, w.time_h, w.blank_for) for w in layout.wells],
        schema={
            "well": pl.String,
            "_sample": pl.String,
            "_role": pl.String,
            "_time_h": pl.Float64,
            "_blank_for": pl.String,
        },
        orient="row",
    ).unique("well", keep="first", maintain_order=True)
    course = pl.struct("plate", "well", "measure", "wavelength_nm")
    joined = wells.join(said, on="well", how="left", maintain_order="left").with_columns(
        (pl.col("time_h").n_unique().over(course) > 1).alias("_is_course"),
        (pl.col("time_h") - pl.col("time_h").min().over("plate")).alias("_elapsed_h"),
    )
    applied = joined.with_columns(
        pl.col("_sample").alias("sample_name"),
        pl.col("_role").alias("role"),
        pl.col("_blank_for").alias("blank_for"),
        pl.when(pl.col("_is_course"))
        .then(pl.col("_time_h") + pl.col("_elapsed_h"))
        .otherwise(pl.col("_time_h"))
        .fill_null(pl.col("time_h"))
        .alias("time_h"),
    ).select(wells.columns)
    return applied, _mismatches(wells, layout, file or f"layouts/{layout.name}.csv")


def _mismatches(wells: pl.DataFrame, layout: Layout, file: str) -> list[Problem]:
    """Warn of wells that only the file or only the layout has."""
    known = {w.well for w in layout.wells}
    needed = {w.well for w in layout.wells if w.role == "blank" or (w.role != "empty" and w.sample)}
    problems: list[Problem] = []
    for (plate,), part in wells.group_by(["plate"], maintain_order=True):
        read = set(part["well"].unique())
        if extra := sorted(read - known):
            problems.append(
                Problem(
                    Severity.WARNING,
                    file,
                    f"plate {plate}, wells {named_wells(extra)}",
                    extra[0],
                    "wells_not_in_layout",
                    f"layout {layout.name!r} does not say what {len(extra)} of the {len(read)} wells read hold",
                    f"Add them to layouts/{layout.name}.csv (role empty for unused wells).",
                )
            )
        if missing := sorted(needed - read):
            problems.append(
                Problem(
                    Severity.WARNING,
                    file,
                    f"plate {plate}, wells {named_wells(missing)}",
                    missing[0],
                    "wells_not_in_file",
                    f"the file has no reading of {len(missing)} wells that layout {layout.name!r} names",
                    "Check that the layout belongs to this plate and that the export is complete.",
                )
            )
    return problems
