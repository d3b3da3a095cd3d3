"""Two-way analysis of variance between units: other cultures or plates at every time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from tasks.methods.factorial_model import sum_contrasts
from tasks.methods.repeated_measures import BOTH, CONDITION, ROUNDING, TIME, Effect, undefined

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


def _fit(values: Floats, columns: Sequence[Floats]) -> tuple[float, int]:
    """Residual sum of squares and rank of a least-squares fit with intercept."""
    matrix = np.column_stack([np.ones(len(values)), *columns])
    coefficients, _, rank, _ = np.linalg.lstsq(matrix, values, rcond=None)
    return float(((values - matrix @ coefficients) ** 2).sum()), int(rank)


def two_way(
    values: Floats, conditions: Codes, times: Codes, *, sum_of_squares: str, blocks: Sequence[Codes] = ()
) -> list[Effect]:
    """Condition × time with every value of its own unit; ``blocks`` (donors, plates) are held constant.

    ``values``: one per unit, finite; ``conditions``, ``times``, each of ``blocks``: codes from 0, one per unit; every
    condition has a value at every time. ``sum_of_squares``: ``II`` (each main effect given the other) or ``III`` (given
    the interaction too; SPSS's default). They are the same with equal n. ``aliased_with_block`` where an effect
    coincides with the blocks (one plate per time and several plates held constant).
    """
    if sum_of_squares not in ("II", "III"):
        raise ValueError(f"sums of squares are of type II or III, not {sum_of_squares!r}")
    a, b = sum_contrasts(conditions.tolist()), sum_contrasts(times.tolist())
    ab = np.einsum("ij,ik->ijk", a, b).reshape(len(values), -1)
    held = [sum_contrasts(block.tolist()) for block in blocks if block.max() > 0]
    centred = values - values.mean()
    whole = [a, b, ab, *held]
    error_ss, rank = _fit(centred, whole)
    without_blocks, _ = _fit(centred, [a, b, ab])
    main = [a, b, *held] if sum_of_squares == "II" else whole
    compared = {
        CONDITION: (main, [c for c in main if c is not a]),
        TIME: (main, [c for c in main if c is not b]),
        BOTH: (whole, [a, b, *held]),
    }
    error_df = len(values) - rank
    rounding_ss = len(values) * (ROUNDING * float(np.abs(values).max())) ** 2
    found = []
    for name, (full, reduced) in compared.items():
        (full_ss, full_rank), (reduced_ss, reduced_rank) = _fit(centred, full), _fit(centred, reduced)
        ss, df = max(reduced_ss - full_ss, 0.0), full_rank - reduced_rank
        expected = {CONDITION: a, TIME: b, BOTH: ab}[name].shape[1]
        reason = "aliased_with_block" if df < expected else undefined(ss, error_ss, error_df, rounding_ss)
        if reason:
            found.append(Effect(name, expected, error_df, na_reason=reason))
            continue
        statistic = ss / df / (error_ss / error_df)
        found.append(
            Effect(
                name=name,
                df1=df,
                df2=error_df,
                statistic=statistic,
                pvalue=float(stats.f.sf(statistic, df, error_df)),
                partial_eta_squared=ss / (ss + error_ss),
                generalized_eta_squared=ss / (ss + without_blocks),
            )
        )
    return found
