"""Rescue: how far treatments undo what the disease did to cultures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tasks.methods import group_model
from tasks.methods.biological_units import FAMILY, biological_units, with_unit
from tasks.methods.fieller import fieller

MIN_N = 2  # units a group needs to take part

Row = dict[str, Any]


@dataclass(frozen=True)
class RescueQuestion:
    """Conditions of the comparison in display order, two of which are the control and the disease."""

    conditions: tuple[str, ...]
    control: str
    disease: str
    alpha: float
    design: str
    primary_time_h: float | None

    @property
    def treatments(self) -> list[str]:
        """All other conditions."""
        return [c for c in self.conditions if c not in (self.control, self.disease)]


def held_constant(units: pl.DataFrame, design: str) -> tuple[list[list[str]], str]:
    """Block factors of a family's primary group test, and the design in words.

    ``units``: of one family, from ``biological_units``. Donors are a block where every donor occurs in every condition
    (``auto``) or the study says ``blocked``; plates or membranes wherever units lie on different ones.
    """
    is_donor = units["n_unit"][0] == "donor"
    donors = units.group_by("condition").agg(pl.col("donor_id").unique().sort())["donor_id"].to_list()
    is_complete = all(d == donors[0] for d in donors)
    held, notes = [], ["n = donors" if is_donor else "n = cultures"]
    if is_donor and (design == "blocked" or (design == "auto" and is_complete)):
        held.append(units["donor_id"].to_list())
        notes.append("donor held constant")
    if units["block"].n_unique() > 1:
        held.append(units["block"].to_list())
        notes.append("plate or membrane held constant")
    return held, "; ".join(notes if held else [*notes, "independent groups"])


def rescue_rows(measurements: pl.DataFrame, question: RescueQuestion) -> Iterator[Row]:
    """One row per family (measure, target, scale, time) and treatment.

    ``measurements``: ``Measurement`` rows of one assay and experiment. Differences, pooled mean square and df are those
    of the model of all groups with two units or more, as in the primary group test. ``na_reason``:
    ``no_disease_effect`` where the CI of control - disease includes 0, ``missing_group``, ``n_below_2``,
    ``aliased_with_block``, ``no_residual_df``, ``no_variance``, ``zero_within_group_variance``.
    """
    rows = with_unit(measurements)
    units = biological_units(rows)
    known = {tuple(key): family for key, family in units.group_by(FAMILY)}
    for *family, n_unit in rows.select(*FAMILY, "n_unit").unique().sort(*FAMILY).iter_rows():
        about = dict(zip(FAMILY, family, strict=True)) | {"n_unit": n_unit}
        for row in _family(known.get(tuple(family), units.clear()), question):
            yield about | row | {"design_note": row["design_note"] + _exploratory(about["time_h"], question)}


def _exploratory(time_h: float | None, question: RescueQuestion) -> str:
    if question.primary_time_h is None or time_h is None or time_h == question.primary_time_h:
        return ""
    return f"; exploratory: {question.primary_time_h:g} h is the confirmatory time"


def _family(units: pl.DataFrame, question: RescueQuestion) -> Iterator[Row]:
    sizes = dict(units.group_by("condition").len().iter_rows())
    used = units.filter(pl.col("condition").is_in([c for c, n in sizes.items() if n >= MIN_N])).sort(
        "condition", "unit"
    )
    present = [c for c in question.conditions if sizes.get(c, 0) >= MIN_N]
    model, note = None, "no model: too few values"
    if {question.control, question.disease} <= set(present):
        blocks, note = held_constant(used, question.design)
        codes = [present.index(c) for c in used["condition"]]
        model = group_model.fit(used["value"].to_numpy()[:, None], codes, blocks)
    for treatment in question.treatments:
        groups = {"control": question.control, "disease": question.disease, "treatment": treatment}
        row: Row = dict(groups) | {f"n_{role}": sizes.get(c, 0) for role, c in groups.items()}
        fewest = min(sizes.get(c, 0) for c in groups.values())
        row |= {"design_note": note, "na_reason": "missing_group" if fewest == 0 else "n_below_2"}
        if model and fewest >= MIN_N:
            row |= _ratio(model, [present.index(c) for c in groups.values()], question.alpha)
        yield row


def _ratio(model: group_model.GroupFit, codes: Sequence[int], alpha: float) -> Row:
    """Rescue of one treatment; ``codes`` of control, disease and treatment in the model."""
    control, disease, treatment = codes
    weights = np.zeros((2, len(model.coefficients)))
    first = len(model.coefficients) - model.group_count
    for line, plus in enumerate((treatment, control)):
        for group, sign in ((plus, 1.0), (disease, -1.0)):
            if group:
                weights[line, first + group] = sign
    if np.abs(weights - weights @ model.row_space).max() > group_model.ESTIMABLE:
        return {"na_reason": "aliased_with_block"}
    numerator, denominator = (float(x) for x in (weights @ model.coefficients)[:, 0])
    row: Row = {"treatment_effect": numerator, "disease_effect": -denominator, "df": float(model.df_residual)}
    if model.df_residual < 1:
        return row | {"na_reason": "no_residual_df"}
    if model.is_constant[0]:
        is_equal = max(numerator**2, denominator**2) <= model.rounding_ss[0]
        return row | {"na_reason": "no_variance" if is_equal else "zero_within_group_variance"}
    spread = weights @ model.inverse
    products = model.mean_square[0] * (spread @ spread.T)
    covariance = (float(products[0, 0]), float(products[1, 1]), float(products[0, 1]))
    found = fieller(numerator, denominator, covariance, df=model.df_residual, alpha=alpha)
    row |= {"confidence_set": found.confidence_set, "na_reason": "no_disease_effect"}
    if found.confidence_set != "interval":
        return row
    return row | {"rescue": found.estimate, "ci_low": found.ci_low, "ci_high": found.ci_high, "na_reason": None}
