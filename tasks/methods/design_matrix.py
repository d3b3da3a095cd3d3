"""Design matrices of ``~ blocking + variable``, with an interaction if asked, and what is wrong with them, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.methods.estimability import aliased, separated
from tasks.methods.problem_lists import several

MIN_REPLICATES = 2


@dataclass(frozen=True)
class Defect:
    """Why a design cannot be fitted: ``rule`` for machines, message and remedy for people."""

    rule: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """Give the sentence that people read."""
        return f"{self.message}; {self.remedy}"


@dataclass(frozen=True)
class Design:
    """A treatment-coded design: one row of ``matrix`` per sample, one column per coefficient.

    ``columns`` names the coefficients as (factor, level); the intercept is ("", ""), a product of two
    factors ("a:b", "level of a:level of b"). ``first`` is the level of ``variable`` that the intercept
    stands for. ``crossed`` is the column that interacts with ``variable``; empty for none.
    """

    samples: tuple[str, ...]
    variable: str
    blocking: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    matrix: npt.NDArray[np.float64]
    first: str = ""
    crossed: str = ""

    @property
    def product(self) -> str:
        """Name of the interaction, as a factor of ``columns``; empty for none."""
        return f"{self.crossed}:{self.variable}" if self.crossed else ""

    @property
    def tested(self) -> str:
        """The factor that a contrast is about: the interaction, else the variable."""
        return self.product or self.variable

    @property
    def formula(self) -> str:
        """The design as R writes it."""
        factors = list(dict.fromkeys(factor for factor, _ in self.columns[1:]))
        return "~ " + " + ".join([*(b for b in self.blocking if b not in factors), *factors] or ["1"])

    @property
    def residual_df(self) -> int:
        """Samples minus coefficients."""
        return len(self.samples) - len(self.columns)

    def contrast(
        self, *, reference: str, target: str, between: tuple[str, str] | None = None
    ) -> npt.NDArray[np.float64]:
        """Weights of the coefficients whose sum is target minus reference.

        ``between`` two levels of ``crossed``: that difference at the second level less that at the first.
        """
        weights = np.zeros(len(self.columns))
        steps = {target: 1.0, reference: -1.0}
        products = {}
        if between:
            places = {between[1]: 1.0, between[0]: -1.0}
            products = {f"{c}:{v}": places[c] * steps[v] for c in places for v in steps}
        for index, (factor, level) in enumerate(self.columns):
            if between:
                weights[index] = products.get(level, 0.0) if factor == self.product else 0.0
            elif factor == self.variable:
                weights[index] = steps.get(level, 0.0)
        return weights


def design(
    metadata: Mapping[str, Mapping[str, str]],
    *,
    variable: str,
    blocking: Sequence[str],
    first: str | None = None,
    crossed: str = "",
    crossed_first: str | None = None,
) -> Design:
    """Treatment-coded design of ``~ blocking + variable``; every factor is categorical.

    ``metadata``: sample -> column -> level, in the order of the rows. ``first`` and ``crossed_first`` are
    the levels of ``variable`` and ``crossed`` that the intercept stands for; elsewhere it is the first in
    alphabetical order. With ``crossed`` the design is ``~ blocking + crossed + variable + crossed:variable``;
    where blocks determine ``crossed`` (each donor has one sex) they stand for its own effect.
    """
    samples = tuple(metadata)
    columns: list[tuple[str, str]] = [("", "")]
    values: list[npt.NDArray[np.float64]] = [np.ones(len(samples))]
    base = {variable: first, crossed: crossed_first}
    shown: dict[str, list[str]] = {}
    for factor in (*blocking, *([crossed] if crossed else []), variable):
        levels = sorted({metadata[s][factor] for s in samples})
        if (intercept := base.get(factor)) in levels:
            levels.remove(str(intercept))
            levels.insert(0, str(intercept))
        shown[factor] = levels
        for level in levels[1:]:
            columns.append((factor, level))
            values.append(np.array([float(metadata[s][factor] == level) for s in samples]))
    if crossed:
        at = dict(zip(columns, values, strict=True))
        own = {index for index, (factor, _) in enumerate(columns) if factor == crossed}
        rest = [index for index, (factor, _) in enumerate(columns) if factor not in (crossed, variable)]
        blocks, both = (np.column_stack([values[i] for i in some]) for some in (rest, [*rest, *sorted(own)]))
        if np.linalg.matrix_rank(both) == np.linalg.matrix_rank(blocks):
            columns = [x for i, x in enumerate(columns) if i not in own]
            values = [x for i, x in enumerate(values) if i not in own]
        for v in shown[variable][1:]:
            for c in shown[crossed][1:]:
                columns.append((f"{crossed}:{variable}", f"{c}:{v}"))
                values.append(at[crossed, c] * at[variable, v])
    return Design(
        samples, variable, tuple(blocking), tuple(columns), np.column_stack(values), shown[variable][0], crossed
    )


def defect(
    metadata: Mapping[str, Mapping[str, str]],
    *,
    variable: str,
    blocking: Sequence[str],
    levels: Sequence[str],
    crossed: str = "",
    between: Sequence[str] = (),
) -> Defect | None:
    """Why ``~ blocking + variable`` cannot compare ``levels`` over these samples; null when it can.

    Found are: a level (with ``crossed``: a level at either level of ``between``) with fewer than two
    samples, columns that cannot be told apart, and no residual degrees of freedom. Samples, columns and
    levels are named.
    """
    cells = [(level, None) for level in levels] + [(level, c) for level in levels for c in between]
    for level, at in cells:
        found = [s for s, r in metadata.items() if r[variable] == level and (at is None or r[crossed] == at)]
        if len(found) < MIN_REPLICATES:
            where = f"{variable} '{level}'" + ("" if at is None else f" with {crossed} '{at}'")
            number = f"one sample ({found[0]})" if found else "no sample"
            message = f"{where} has {number}; two are needed at least to tell an effect from noise"
            return Defect("few_replicates", message, "add replicates, or compare other levels")
    if crossed and (empty := _empty_cells(metadata, crossed, variable)):
        message = f"no sample is {empty}, and an interaction needs every combination"
        return Defect("empty_cell", message, "leave out a level by exclude_samples_col, or compare without interaction")
    model = design(metadata, variable=variable, blocking=blocking, crossed=crossed)
    fewer = "hold fewer columns constant" if len(blocking) > 1 else "write `none` in blocking"
    if np.linalg.matrix_rank(model.matrix) < model.matrix.shape[1]:
        for block in blocking:
            if message := separated(metadata, variable, block, levels) or "":
                return Defect("aliased", message, "write `none` in blocking, or hold a column constant that has both")
        factors = list(
            dict.fromkeys(factor for factor, _ in model.columns[1:] if factor in (*blocking, variable, crossed))
        )
        return Defect("aliased", aliased(metadata, factors, model.columns, model.matrix), fewer)
    if model.residual_df < 1:
        message = (
            f"{model.formula} uses up all {len(metadata)} samples: no degrees of freedom are left to estimate variation"
        )
        return Defect("no_residual_df", message, f"{fewer}, or add replicates" if blocking else "add replicates")
    return None


def _empty_cells(metadata: Mapping[str, Mapping[str, str]], crossed: str, variable: str) -> str:
    found = {(row[crossed], row[variable]) for row in metadata.values()}
    every = [(c, v) for c in sorted({c for c, _ in found}) for v in sorted({v for _, v in found})]
    return several([f"{crossed} {c} with {variable} {v}" for c, v in every if (c, v) not in found])
