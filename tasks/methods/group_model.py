"""Additive linear models of a few groups: one-way, randomised block, two groups.

The model is value ~ block factors + group. Without blocks it is the one-way ANOVA (two groups:
Student's t-test), with one complete block the randomised block (two groups: the paired t-test).
Many families that share a layout are fitted at once: values are units x families.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tasks.methods.group_results import Flags, Floats, Omnibus, Pair, Reasons

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


def _dummies(codes: Sequence[object]) -> Floats:
    levels = list(dict.fromkeys(codes))
    return np.array([[float(code == level) for level in levels[1:]] for code in codes]).reshape(len(codes), -1)


def block_columns(blocks: Sequence[Sequence[object]], count: int) -> Floats:
    """Columns of the intercept and of every block factor's levels but its first, for ``count`` units."""
    return np.column_stack([np.ones((count, 1)), *(_dummies(b) for b in blocks)])


def fit(values: Floats, groups: Sequence[int], blocks: Sequence[Sequence[object]] = ()) -> GroupFit:
    """Fit value ~ blocks + group by least squares.

    ``values``: units x families, finite. ``groups``: one code per unit, every code from 0 to the
    highest in use. ``blocks``: block factors, each one level per unit; factors may be nested or
    incomplete, what cannot be estimated is reported and not guessed.
    """
    count = len(groups)
    group_count = max(groups) + 1
    nuisance = block_columns(blocks, count)
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


def residuals(values: Floats, groups: Sequence[int], blocks: Sequence[Sequence[object]] = ()) -> Floats:
    """What the model of ``fit`` leaves: units x families; 0 where it is mere rounding."""
    indicator = block_columns([groups], len(groups))
    matrix = np.column_stack([block_columns(blocks, len(groups)), indicator[:, 1:]])
    centred = values - values.mean(axis=0)
    rest = centred - matrix @ (np.linalg.pinv(matrix) @ centred)
    return np.where(np.abs(rest) <= ROUNDING * np.abs(values).max(axis=0), 0.0, rest)


def _reasons(model: GroupFit, *, is_aliased: bool, is_equal: Flags) -> Reasons:
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
    df1, df2 = np.full_like(model.group_ss, model.df_group), np.full_like(model.group_ss, model.df_residual)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = np.where(defined, model.group_ss / max(model.df_group, 1) / model.mean_square, np.nan)
    pvalue = np.asarray(stats.f.sf(statistic, np.maximum(df1, 1), np.maximum(df2, 1)), dtype=np.float64)
    nothing = np.full_like(statistic, np.nan)
    return Omnibus(statistic, df1, df2, pvalue, reasons, nothing, nothing)


def contrast_weights(model: GroupFit, a: int, b: int) -> Floats:
    """Weights of the coefficients that give group b minus group a."""
    weights = np.zeros(len(model.coefficients))
    first = len(weights) - model.group_count
    for group, sign in ((a, -1.0), (b, 1.0)):
        if group:
            weights[first + group] = sign
    return weights


def is_estimable(model: GroupFit, weights: Floats) -> bool:
    """Whether the design can tell the contrast from the blocks."""
    return not bool(np.abs(weights - weights @ model.row_space).max() > ESTIMABLE)


def pair(model: GroupFit, a: int, b: int) -> Pair:
    """t-test of group b against group a with the model's residual mean square (SPSS's and emmeans'), uncorrected.

    Cohen's d is the difference divided by the residual SD.
    """
    weights = contrast_weights(model, a, b)
    is_aliased = not is_estimable(model, weights)
    difference = weights @ model.coefficients
    length = float(np.sqrt(((weights @ model.inverse) ** 2).sum()))
    spread = np.sqrt(model.mean_square) * length
    is_equal = np.asarray(difference**2 <= model.rounding_ss, dtype=np.bool_)
    reasons = _reasons(model, is_aliased=is_aliased, is_equal=is_equal)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = np.where([r is None for r in reasons], difference / spread, np.nan)
    df = np.full_like(difference, model.df_residual)
    pvalue = np.asarray(2 * stats.t.sf(np.abs(statistic), np.maximum(df, 1)), dtype=np.float64)
    nothing = np.full_like(statistic, np.nan)
    difference = nothing if is_aliased else difference
    return Pair(difference, spread, df, statistic, pvalue, reasons, np.full_like(df, length), nothing, nothing)


def correlation(model: GroupFit, pairs: Sequence[tuple[int, int]]) -> Floats:
    """Correlations of the estimated differences of ``pairs`` (a, b), which the design alone decides."""
    rows = np.array([contrast_weights(model, a, b) @ model.inverse for a, b in pairs])
    scaled = rows / np.sqrt((rows**2).sum(axis=1, keepdims=True))
    return np.asarray(scaled @ scaled.T, dtype=np.float64)
