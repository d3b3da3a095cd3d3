"""Features changed in several contrasts of a library, by the primary method."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.study import Study
from schemas.tables.expression_overlaps import ExpressionOverlap
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.expression_overlaps import SEVERAL, Comparison, overlaps
from tasks.methods.result_frames import result_frame

EXPRESSION, TABLE = "result.differential_expression", "result.expression_overlaps"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per library that the primary method tested in two contrasts or more."""
    primary = study.config.expression.primary
    tested = slices[EXPRESSION].filter(pl.col("method") == primary)
    found = []
    for (library,), rows in tested.sort("library").group_by(["library"], maintain_order=True):
        here = set(rows["contrast_id"])
        contrasts = [c for c in study.contrasts if c.id in here]
        if len(contrasts) < SEVERAL:
            continue
        where = {EXPRESSION: {"library": (library,), "method": (primary,), "contrast_id": tuple(sorted(here))}}
        # the difference of two differences is no direct contrast of any other
        told = [
            {
                "id": c.id,
                "variable": f"{c.variable} {c.interaction}".strip(),
                "reference": c.reference,
                "target": c.target,
            }
            for c in contrasts
        ]
        found.append(Part(str(library), where, {"library": library, "method": primary, "contrasts": told}))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Say of each feature in which contrasts it is changed; no row where none is changed in two."""
    given = part.parameters
    found = overlaps(frames[EXPRESSION], [Comparison(**c) for c in given["contrasts"]])
    found = found.with_columns(library=pl.lit(given["library"]), method=pl.lit(given["method"]))
    return Computed({TABLE: result_frame(found, ExpressionOverlap)})


ANALYSIS = Analysis(
    name="expression_overlaps",
    reads={EXPRESSION: ("library", "method", "contrast_id")},
    writes=(TABLE,),
    parts=parts,
    run=run,
)
