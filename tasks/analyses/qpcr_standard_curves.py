"""Standard curves by qPCR: dilution series of a file to slope, efficiency and R², one row per plate and target."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.errors import Problem, Severity
from schemas.study import Study
from schemas.tables.qpcr_standard_curves import QpcrStandardCurve
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.result_frames import result_frame
from tasks.methods.standard_curves import standard_curves

WELLS, OBJECTS, TABLE = "core.qpcr_wells", "core.raw_objects", "result.qpcr_standard_curves"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:  # noqa: ARG001  # every study alike
    """One part per file that has standards."""
    named = slices[OBJECTS].filter(pl.col("status") == "loaded").select("object_id", "file_name")
    files = dict(named.sort("file_name", descending=True).iter_rows())
    objects = sorted(slices[WELLS].filter(pl.col("task") == "standard")["object_id"].unique())
    return [
        Part(
            f"standards of {o[:12]}",
            {WELLS: {"object_id": (o,), "task": ("standard",)}},
            {"file": files.get(o, o[:12])},
            tables=(WELLS,),
        )
        for o in objects
    ]


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Fit every dilution series of the file; warn of efficiencies outside 90 to 110 % and poor lines."""
    rows = standard_curves(frames[WELLS].sort("object_id", "plate", "target", "well", "reading"))
    return Computed({TABLE: result_frame(rows, QpcrStandardCurve)}, tuple(_problems(rows, part.parameters["file"])))


def _problems(rows: pl.DataFrame, file: str) -> list[Problem]:
    found = []
    for r in rows.filter(pl.col("flag").is_not_null() | (pl.col("na_reason") == "not_falling")).iter_rows(named=True):
        line = f"slope {r['slope']:.2f}, R² {r['r_squared'] or 0:.3f}"
        percent = "no efficiency" if r["efficiency_percent"] is None else f"efficiency {r['efficiency_percent']:.0f} %"
        found.append(
            Problem(
                Severity.WARNING,
                file,
                f"standards of {r['target']}, plate {r['plate']}",
                f"{r['slope']:.3f}",
                "standard_curve_poor",
                f"the standard curve of {r['target']} has {percent} ({line}); "
                "90 to 110 % with R² of 0.98 or more is good",
                "Check dilutions and outlying standard wells"
                + ("." if r["is_usable"] else "; the efficiency-corrected method does not use this curve."),
            )
        )
    return found


ANALYSIS = Analysis(
    name="qpcr_standard_curves",
    reads={WELLS: ("object_id", "task"), OBJECTS: ("object_id", "file_name")},
    writes=(TABLE,),
    parts=parts,
    run=run,
)
