"""What fold change each contrast's design can show, at the reads and dispersion of its library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from schemas.study import Study
from schemas.tables.expression_power import ExpressionPower
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.design_matrix import design
from tasks.methods.expression_fits import plan_fits
from tasks.methods.expression_power import (
    CHANGED_SHARE,
    LARGEST,
    POWER,
    alpha_of_fdr,
    detectable_fold_change,
    power_at,
    typical_dispersion,
)
from tasks.methods.result_frames import result_frame
from tasks.methods.rna_classes import LIBRARY_NAMES

EXPRESSION, FACTORS, TABLE = (
    "result.differential_expression",
    "result.sample_size_factors",
    "result.expression_power",
)
METHOD = "deseq2"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per library and fit of DESeq2."""
    tested = slices[EXPRESSION].filter(pl.col("method") == METHOD)
    scaled = slices[FACTORS].filter(pl.col("method") == METHOD)
    found = []
    for library in sorted(set(tested["library"])):
        here = set(tested.filter(pl.col("library") == library)["contrast_id"])
        mine = scaled.filter(pl.col("library") == library)
        for plan in plan_fits(study, sorted(set(mine["sample_id"]))):
            contrasts = [c for c in plan.contrasts if c.id in here]
            if plan.problem or not contrasts or plan.formula not in set(mine["fit"]):
                continue
            where = {
                EXPRESSION: {
                    "library": (library,),
                    "method": (METHOD,),
                    "contrast_id": tuple(c.id for c in contrasts),
                },
                FACTORS: {"library": (library,), "method": (METHOD,), "fit": (plan.formula,)},
            }
            given = {
                "library": library,
                "fit": plan.formula,
                "variable": contrasts[0].variable,
                "blocking": list(contrasts[0].blocking),
                "crossed": contrasts[0].between[0] if contrasts[0].between else "",
                "metadata": {s: dict(row) for s, row in plan.metadata.items()},
                "contrasts": [
                    {
                        "id": c.id,
                        "reference": c.reference,
                        "target": c.target,
                        "between": list(c.between[1:]) if c.between else [],
                        "test": c.test,
                    }
                    for c in contrasts
                ],
                "fdr": study.config.expression.fdr,
                "fold_change": study.config.expression.fold_change,
                "is_tested": study.config.expression.threshold == "test",
            }
            found.append(Part(f"{library}, {plan.formula}", where, given))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Say of each contrast from which fold change on it finds four of five typical features."""
    given = part.parameters
    factors = dict(frames[FACTORS].select("sample_id", "size_factor").iter_rows())
    metadata = {s: row for s, row in given["metadata"].items() if s in factors}
    rows = []
    for contrast in given["contrasts"]:
        tested = frames[EXPRESSION].filter(pl.col("contrast_id") == contrast["id"])
        rows.append(_row(given, contrast, metadata, np.array([factors[s] for s in metadata]), tested))
    return Computed({TABLE: result_frame(rows, ExpressionPower)})


def _row(
    given: Mapping[str, Any],
    contrast: Mapping[str, Any],
    metadata: Mapping[str, Mapping[str, str]],
    scale: np.ndarray[Any, np.dtype[np.float64]],
    tested: pl.DataFrame,
) -> dict[str, Any]:
    levels = [row[given["variable"]] for row in metadata.values()]
    counts = [levels.count(contrast[side]) for side in ("reference", "target")]
    alpha = alpha_of_fdr(given["fdr"])
    row: dict[str, Any] = {
        "contrast_id": contrast["id"], "library": given["library"], "fit": given["fit"],
        "reference_count": counts[0], "target_count": counts[1], "is_blocked": bool(given["blocking"]), "alpha": alpha,
    }  # fmt: skip
    sizes = f"{counts[1]} vs {counts[0]}" + (
        f", {' and '.join(given['blocking'])} held constant" if given["blocking"] else ""
    )
    if contrast["test"] == "lrt":
        note = f"{sizes}: tested as a whole factor, of which no single fold change is the effect"
        return row | {"note": note, "na_reason": "whole_factor"}
    known = tested.drop_nulls(["lfc_se", "log2_fold_change", "pvalue"])
    typical = known.drop_nulls("padj") if known["padj"].null_count() < known.height else known
    model = design(metadata, variable=given["variable"], blocking=given["blocking"], crossed=given["crossed"])
    between = tuple(contrast["between"])
    weights = model.contrast(reference=contrast["reference"], target=contrast["target"], between=between or None)
    is_target = np.array([v == contrast["target"] for v in levels])
    if between:
        is_target &= np.array([row[given["crossed"]] == between[1] for row in metadata.values()])
    mean = float(np.median(typical["base_mean"].to_numpy())) if typical.height else None
    dispersion = None
    if mean:
        dispersion = typical_dispersion(
            model.matrix, weights, scale, base_mean=mean, means=known["base_mean"].to_numpy(),
            changes=known["log2_fold_change"].to_numpy(), errors=known["lfc_se"].to_numpy(),
        )  # fmt: skip
    if mean is None or dispersion is None:
        note = f"{sizes}: too few features were tested to tell the power"
        return row | {"base_mean": mean, "note": note, "na_reason": "too_few_features"}
    about: dict[str, Any] = {
        "base_mean": mean, "dispersion": dispersion, "alpha": alpha,
        "is_target": is_target, "against": given["fold_change"] if given["is_tested"] else 1.0,
    }  # fmt: skip
    change = detectable_fold_change(model.matrix, weights, scale, **about)
    at_threshold = power_at(given["fold_change"], model.matrix, weights, scale, **about)
    from_change = f"from {change:.1f}-fold" if change is not None else f"not even at {LARGEST:,.0f}-fold"
    tested_against = f"tested against {given['fold_change']:g}-fold, " if given["is_tested"] else ""
    note = (
        f"{sizes}, dispersion {dispersion:.2g} at {mean:.0f} reads: {POWER:.0%} power {from_change}, "
        f"{at_threshold:.0%} at {given['fold_change']:g}-fold (FDR {given['fdr']:g}, {tested_against}"
        f"if {CHANGED_SHARE:.0%} of {LIBRARY_NAMES[given['library']]} change)"
    ).replace("%", " %")
    return row | {
        "base_mean": mean, "dispersion": dispersion, "detectable_fold_change": change,
        "power_at_fold_change": min(1.0, at_threshold), "note": note,
        "na_reason": None if change is not None else "beyond_largest_fold_change",
    }  # fmt: skip


ANALYSIS = Analysis(
    name="expression_power",
    reads={
        EXPRESSION: ("library", "method", "contrast_id"),
        FACTORS: ("library", "method", "fit", "sample_id"),
    },
    writes=(TABLE,),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
)
