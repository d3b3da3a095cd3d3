"""Two-way analysis of variance of conditions that combine two factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from tasks.methods.group_model import ROUNDING, block_columns
from tasks.methods.group_results import Floats, Omnibus

_TWO = 2


def factor_cells(
    factors: Mapping[str, Mapping[str, float | str | bool]], conditions: Sequence[str]
) -> tuple[tuple[str, str], list[tuple[str, str]]] | str:
    """The two factors that vary over the conditions, and each condition's levels; else the reason why not.

    ``factors``: level by factor of every condition; a factor that a condition does not name is absent
    there, the same as a dose of 0. Reasons: ``not_two_factors``, ``conditions_share_a_cell``,
    ``empty_cell`` (not every combination of levels is a condition).
    """
    named = dict.fromkeys(name for c in conditions for name in factors.get(c, {}))
    levels = {name: [_level(factors.get(c, {}).get(name)) for c in conditions] for name in named}
    varying = [name for name, found in levels.items() if len(set(found)) > 1]
    if len(varying) != _TWO:
        return "not_two_factors"
    first, second = varying
    cells = list(zip(levels[first], levels[second], strict=True))
    if len(set(cells)) < len(cells):
        return "conditions_share_a_cell"
    if len(cells) < len(set(levels[first])) * len(set(levels[second])):
        return "empty_cell"
    return (first, second), cells


def _level(value: float | str | bool | None) -> str:  # noqa: FBT001 -- a level of study.yaml may be yes or no
    if value is None or value is False or value in (0, "0", ""):
        return "0"
    return f"{value:g}" if isinstance(value, float) else str(value)


def sum_contrasts(codes: Sequence[object]) -> Floats:
    """Columns of a factor coded to add up to zero over its levels (units x levels - 1), as type III needs them."""
    levels = list(dict.fromkeys(codes))
    columns = [[float(c == level) - float(c == levels[-1]) for level in levels[:-1]] for c in codes]
    return np.array(columns, dtype=np.float64).reshape(len(codes), -1)


def two_way(
    values: Floats, first: Sequence[str], second: Sequence[str], blocks: Sequence[Sequence[object]] = ()
) -> tuple[Omnibus, Omnibus, Omnibus]:
    """F of the first factor, the second, and their interaction, with sums of squares of type III (as SPSS and Prism).

    ``values``: units x families; ``first`` and ``second``: level of each unit, every combination in
    use. ``blocks`` are held constant. With equal n all types of sums of squares agree.

    Yates 1934, doi:10.1080/01621459.1934.10502686
    """
    one, two = sum_contrasts(first), sum_contrasts(second)
    both = (one[:, :, None] * two[:, None, :]).reshape(len(one), -1)
    nuisance = block_columns(blocks, len(one))
    full = np.column_stack([nuisance, one, two, both])
    centred = values - values.mean(axis=0)
    residual, rank = _residual(full, centred)
    df2 = len(values) - rank
    rounding = len(values) * (ROUNDING * np.abs(values).max(axis=0)) ** 2
    found = []
    for rest in ((two, both), (one, both), (one, two)):
        without, lower = _residual(np.column_stack([nuisance, *rest]), centred)
        found.append(_test(without - residual, residual, rounding, rank - lower, df2))
    return found[0], found[1], found[2]


def _residual(matrix: Floats, centred: Floats) -> tuple[Floats, int]:
    fitted = matrix @ (np.linalg.pinv(matrix) @ centred)
    return ((centred - fitted) ** 2).sum(axis=0), int(np.linalg.matrix_rank(matrix))


def _test(between: Floats, residual: Floats, rounding: Floats, df1: int, df2: int) -> Omnibus:
    if df1 < 1 or df2 < 1:
        return Omnibus.undefined(len(residual), "aliased_with_block" if df1 < 1 else "no_residual_df")
    reasons = tuple(
        None if r > limit else "no_variance" if b <= limit else "zero_within_group_variance"
        for r, b, limit in zip(residual, between, rounding, strict=True)
    )
    defined = np.array([r is None for r in reasons])
    statistic = np.where(defined, np.maximum(between, 0) / df1 / np.where(defined, residual / df2, 1.0), np.nan)
    shape = np.ones_like(statistic)
    pvalue = np.asarray(stats.f.sf(statistic, df1, df2), dtype=np.float64)
    return Omnibus(statistic, df1 * shape, df2 * shape, pvalue, reasons, np.nan * shape, np.nan * shape)
