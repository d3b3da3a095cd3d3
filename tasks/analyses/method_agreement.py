"""Agreement between the methods of differential expression that a study asks for."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import polars as pl

from schemas.study import Study
from schemas.tables.method_agreement import MethodAgreement
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.expression_overlaps import agreement
from tasks.methods.result_frames import result_frame

EXPRESSION, TABLE = "result.differential_expression", "result.method_agreement"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per library that several methods tested; the primary method comes first."""
    primary = study.config.expression.primary
    found = []
    for (library,), rows in slices[EXPRESSION].sort("library").group_by(["library"], maintain_order=True):
        methods = sorted(set(rows["method"]), key=lambda m: (m != primary, m))
        if len(methods) > 1:
            given = {"library": library, "methods": methods, "primary": primary}
            found.append(Part(str(library), {EXPRESSION: {"library": (library,), "method": tuple(methods)}}, given))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Compare every pair of methods in every contrast that both tested."""
    given = part.parameters
    rows = []
    for (contrast,), tested in frames[EXPRESSION].sort("contrast_id").group_by(["contrast_id"], maintain_order=True):
        here = set(tested["method"])
        for a, b in combinations([m for m in given["methods"] if m in here], 2):
            about = {"contrast_id": contrast, "library": given["library"], "method_a": a, "method_b": b}
            rows.append(about | {"is_primary_a": a == given["primary"]} | agreement(tested, a, b))
    return Computed({TABLE: result_frame(rows, MethodAgreement)})


ANALYSIS = Analysis(
    name="method_agreement",
    reads={EXPRESSION: ("library", "method", "contrast_id")},
    writes=(TABLE,),
    parts=parts,
    run=run,
)
