"""Checks of assumptions as rows of ``result.assumption_checks``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tasks.methods import group_model
from tasks.methods.assumption_checks import Check, grubbs, levene, shapiro_wilk
from tasks.methods.biological_units import FAMILY
from tasks.methods.group_families import Member
from tasks.methods.group_test_plans import TWO_GROUPS, Layout, Plan, Question

_OF_GROUPS = {"shapiro_wilk": shapiro_wilk, "grubbs": grubbs}


def check_rows(
    layout: Layout, members: Sequence[Member], primary: Plan, question: Question
) -> Iterator[dict[str, Any]]:
    """Shapiro-Wilk and Grubbs of each group, Shapiro-Wilk of the primary model's residuals, Levene over the groups."""
    conditions = np.array(layout.conditions)
    present = [c for c in question.conditions if c in layout.conditions]
    codes = [present.index(c) for c in layout.conditions]
    values = np.array([m.values for m in members], dtype=np.float64).reshape(len(members), -1).T
    rest = group_model.residuals(values, codes, primary.blocks) if len(present) >= TWO_GROUPS else values
    for index, member in enumerate(members):
        column, alpha = values[:, index], question.alpha
        groups = {c: column[conditions == c] for c in present}
        found: list[tuple[str, str | None, Check]] = [
            ("levene", None, levene(list(groups.values()), alpha)),
            ("shapiro_wilk", None, shapiro_wilk(rest[:, index], alpha)),
        ]
        found += [(n, c, f(g, alpha)) for c, g in groups.items() for n, f in _OF_GROUPS.items()]
        for name, condition, check in found:
            suspect = None
            if check.suspect is not None and condition is not None:
                suspect = member.units[np.flatnonzero(conditions == condition)[check.suspect]]
            row = dict(zip(FAMILY, member.family, strict=True)) | vars(check)
            yield row | {"check_name": name, "condition": condition, "suspect": suspect}
