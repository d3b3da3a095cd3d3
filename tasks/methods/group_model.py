"""Additive linear models of a few groups: one-way, randomised block, two groups.

The model is value ~ block factors + group. Without blocks it is the one-way ANOVA (two groups:
Student's t-test), with one complete block the randomised block (two groups: the paired t-test).
Many families that share a layout are fitted at once: values are units x families.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ESTIMABLE = 1e-9  # weights outside the row space of a 0/1 design are of order 1, rounding is of order 1e-15
ROUNDING = 64 * np.finfo(np.float64).eps  # residuals this small beside the values are rounding, not variation


@dataclass(frozen=True)
class GroupFit:
    """A fitted model of ``family_count`` columns of values over ``n`` units."""

    group_count: int
    coefficients: Floats  # coefficients x families; the last group_count - 1 are group - first group
    inverse: Floats  # coefficients x units, the pseudo-inverse of the design
    row_space: Floats  # coefficients x coefficients, projector on what the design can estimate
    residual_ss: Floats
    group_ss: Floats
    df_group: int
    df_residual: int
    rounding_ss: Floats  # sum of squares that rounding alone can make

    @property
    def is_constant(self) -> Flags:
        """Whether a family's residuals are rounding only."""
        return np.asarray(self.residual_ss <= self.rounding_ss, dtype=np.bool_)

    @property
    def mean_square(self) -> Floats:
        """Residual mean square (pooled MSE) of each family; NaN where it cannot be estimated."""
        if self.df_residual < 1:
            return np.full_like(self.residual_ss, np.nan)
        return np.where(self.is_constant, np.nan, self.residual_ss / self.df_residual)


@dataclass(frozen=True)
class Omnibus:
    """F test of all groups being equal, one value per family; NaN with a reason where undefined."""

    statistic: Floats
    pvalue: Floats
    eta_squared: Floats  # partial where the model has blocks
    na_reason: tuple[str | None, ...]


@dataclass(frozen=True)
class Pair:
    """Group b minus group a, one value per family; NaN with a reason where undefined."""

    difference: Floats
    ci_low: Floats
    ci_high: Floats
    statistic: Floats
    pvalue: Floats
    padj: Floats
    na_reason: tuple[str | None, ...]


def _dummies(codes: Sequence[object]) -> Floats:
    levels = list(dict.fromkeys(codes))
    return np.array([[float(code == level) for level in levels[1:]] for code in codes]).reshape(len(codes), -1)


def fit(values: Floats, groups: Sequence[int], blocks: Sequence[Sequence[object]] = ()) -> GroupFit:
    """Fit value ~ blocks + group by least squares.

    ``values``: units x families, finite. ``groups``: one code per unit, every code from 0 to the
    highest in use. ``blocks``: block factors, each one level per unit; factors may be nested or
    incomplete, what cannot be estimated is reported and not guessed.
    """
    count = len(groups)
    group_count = max(groups) + 1
    nuisance = np.column_stack([np.ones((count, 1)), *(_dummies(b) for b in blocks)])
    indicator = np.array([[float(g == level) for level in range(1, group_count)] for g in groups])
    matrix = np.column_stack([nuisance, indicator.reshape(count, group_count - 1)])
    inverse = np.linalg.pinv(matrix)
    centred = values - values.mean(axis=0)
    coefficients = inverse @ centred
    fitted = matrix @ coefficients
    without_groups = nuisance @ (np.linalg.pinv(nuisance) @ centred)
    residual_ss = ((centred - fitted) ** 2).sum(axis=0)
    rank = int(np.linalg.matrix_rank(matrix))
    return GroupFit(
        group_count=group_count,
        coefficients=coefficients,
        inverse=inverse,
        row_space=inverse @ matrix,
        residual_ss=residual_ss,
        group_ss=((fitted - without_groups) ** 2).sum(axis=0),
        df_group=rank - int(np.linalg.matrix_rank(nuisance)),
        df_residual=count - rank,
        rounding_ss=count * (ROUNDING * np.abs(values).max(axis=0)) ** 2,
    )


def _reasons(model: GroupFit, *, is_aliased: bool, is_equal: Flags) -> tuple[str | None, ...]:
    if is_aliased:
        return ("aliased_with_block",) * len(is_equal)
    if model.df_residual < 1:
        return ("no_residual_df",) * len(is_equal)
    return tuple(
        None if not constant else "no_variance" if equal else "zero_within_group_variance"
        for constant, equal in zip(model.is_constant, is_equal, strict=True)
    )


def omnibus(model: GroupFit) -> Omnibus:
    """F test that all groups are equal (given the blocks).

    ``na_reason``: ``aliased_with_block`` (groups and blocks coincide), ``no_residual_df``,
    ``no_variance`` (all values equal), ``zero_within_group_variance`` (repeats equal to the last
    digit: an F would be infinite).
    """
    is_aliased = model.df_group < model.group_count - 1
    is_equal = np.asarray(model.group_ss <= model.rounding_ss, dtype=np.bool_)
    reasons = _reasons(model, is_aliased=is_aliased, is_equal=is_equal)
    defined = np.array([r is None for r in reasons])
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = np.where(defined, model.group_ss / max(model.df_group, 1) / model.mean_square, np.nan)
        effect = np.where(defined, model.group_ss / (model.group_ss + model.residual_ss), np.nan)
    pvalue = stats.f.sf(statistic, max(model.df_group, 1), max(model.df_residual, 1))
    return Omnibus(statistic, np.asarray(pvalue, dtype=np.float64), effect, reasons)


def pair(model: GroupFit, a: int, b: int, *, family_size: int, alpha: float) -> Pair:
    """t-test of group b against group a with the model's residual mean square, Bonferroni-corrected.

    p-values are multiplied by ``family_size`` (at most 1) and the confidence interval has level
    1 - alpha / family_size, as SPSS and R's emmeans do.
    """
    weights = np.zeros(len(model.coefficients))
    first = len(weights) - model.group_count
    for group, sign in ((a, -1.0), (b, 1.0)):
        if group:
            weights[first + group] = sign
    is_aliased = bool(np.abs(weights - weights @ model.row_space).max() > ESTIMABLE)
    difference = weights @ model.coefficients
    spread = np.sqrt(model.mean_square * ((weights @ model.inverse) ** 2).sum())
    is_equal = np.asarray(difference**2 <= model.rounding_ss, dtype=np.bool_)
    reasons = _reasons(model, is_aliased=is_aliased, is_equal=is_equal)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = np.where([r is None for r in reasons], difference / spread, np.nan)
    df = max(model.df_residual, 1)
    pvalue = np.asarray(2 * stats.t.sf(np.abs(statistic), df), dtype=np.float64)
    width = stats.t.isf(alpha / family_size / 2, df) * np.where(np.isnan(statistic), np.nan, spread)
    return Pair(
        difference=np.full_like(difference, np.nan) if is_aliased else difference,
        ci_low=difference - width,
        ci_high=difference + width,
        statistic=statistic,
        pvalue=pvalue,
        padj=np.minimum(pvalue * family_size, 1.0),
        na_reason=reasons,
    )
