"""Design matrices of ``~ blocking + variable`` and what is wrong with them, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MIN_REPLICATES = 2


@dataclass(frozen=True)
class Design:
    """A treatment-coded design: one row of ``matrix`` per sample, one column per coefficient.

    ``columns`` names the coefficients as (factor, level); the intercept is ("", ""). ``first`` is the
    level of ``variable`` that the intercept stands for.
    """

    samples: tuple[str, ...]
    variable: str
    blocking: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    matrix: npt.NDArray[np.float64]
    first: str = ""

    @property
    def formula(self) -> str:
        """The design as R writes it."""
        return "~ " + " + ".join((*self.blocking, self.variable))

    @property
    def residual_df(self) -> int:
        """Samples minus coefficients."""
        return len(self.samples) - len(self.columns)

    def contrast(self, *, reference: str, target: str) -> npt.NDArray[np.float64]:
        """Weights of the coefficients whose sum is target minus reference."""
        weights = np.zeros(len(self.columns))
        for index, (factor, level) in enumerate(self.columns):
            if factor == self.variable:
                weights[index] = (level == target) - (level == reference)
        return weights


def design(
    metadata: Mapping[str, Mapping[str, str]], *, variable: str, blocking: Sequence[str], first: str | None = None
) -> Design:
    """Treatment-coded design of ``~ blocking + variable``; every factor is categorical.

    ``metadata``: sample -> column -> level, in the order of the rows. ``first`` is the level of
    ``variable`` that the intercept stands for; elsewhere it is the first in alphabetical order.
    """
    samples = tuple(metadata)
    columns: list[tuple[str, str]] = [("", "")]
    values: list[npt.NDArray[np.float64]] = [np.ones(len(samples))]
    for factor in (*blocking, variable):
        levels = sorted({metadata[s][factor] for s in samples})
        if factor == variable and first in levels:
            levels.remove(first)
            levels.insert(0, first)
        base = levels[0]
        for level in levels[1:]:
            columns.append((factor, level))
            values.append(np.array([float(metadata[s][factor] == level) for s in samples]))
    return Design(samples, variable, tuple(blocking), tuple(columns), np.column_stack(values), base)


def defect(
    metadata: Mapping[str, Mapping[str, str]], *, variable: str, blocking: Sequence[str], levels: Sequence[str]
) -> str | None:
    """Why ``~ blocking + variable`` cannot compare ``levels`` over these samples; null when it can.

    Found are: a level with fewer than two samples, a blocking column that fully or partly
    coincides with the variable or another one, and no residual degrees of freedom.
    """
    replicates = Counter(row[variable] for row in metadata.values())
    for level in levels:
        if replicates[level] < MIN_REPLICATES:
            return (
                f"{level!r} has {replicates[level]} sample(s) in column {variable!r} with counts; "
                f"at least {MIN_REPLICATES} are needed to tell an effect from noise"
            )
    model = design(metadata, variable=variable, blocking=blocking)
    if np.linalg.matrix_rank(model.matrix) < model.matrix.shape[1]:
        return (
            f"in {model.formula} the columns {[*blocking, variable]} cannot be told apart: a level of one occurs "
            f"only together with levels of another; block on fewer columns, or write `none`"
        )
    if model.residual_df < 1:
        return (
            f"{model.formula} has {model.matrix.shape[1]} coefficients for {len(metadata)} samples, which leaves no "
            f"degrees of freedom to estimate variation; block on fewer columns or add samples"
        )
    return None
