"""How large a difference a t-test of the design at hand could have shown. Pure."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, norm
from scipy.stats import t as student

POWER = 0.8
NODES, WEIGHTS = np.polynomial.legendre.leggauss(400)
WIDEST = 1e6  # standard errors


def detectable_difference(
    standard_error: float, df: float, *, alpha: float, family_size: int = 1, power: float = POWER
) -> float | None:
    """The smallest true difference that a two-sided t-test finds with this ``power``.

    ``standard_error``: of the difference, in its unit; ``df``: its residual degrees of freedom. With a family the
    test is Bonferroni's, at ``alpha / family_size``. Null where the test has no degrees of freedom or no scatter.
    It is a property of design and scatter, not of the difference that was found: power computed from that one
    would only repeat the p-value.

    Hoenig & Heisey 2001, doi:10.1198/000313001300339897
    """
    if not (standard_error > 0 and math.isfinite(standard_error) and df > 0):
        return None
    errors = _standard_errors(df, alpha / family_size, power)
    return None if errors is None else standard_error * errors


@lru_cache(maxsize=4096)  # a night has few designs and many pairs
def _standard_errors(df: float, level: float, power: float) -> float | None:
    limit = float(student.ppf(1 - level / 2, df))
    highest = 4.0
    while power_at(highest, df, limit) < power:
        highest *= 2
        if highest > WIDEST:
            return None
    return float(brentq(lambda d: power_at(d, df, limit) - power, 0, highest, xtol=1e-10))


def power_at(difference: float, df: float, limit: float) -> float:
    """Chance that |t| exceeds ``limit``; ``difference`` in standard errors.

    The tails of the noncentral t as the mean over the estimated standard error's own distribution: SciPy's
    noncentral t gives no number far from zero.
    """
    scatter = np.sqrt(chi2.ppf((NODES + 1) / 2, df) / df)
    found = norm.sf(limit * scatter - difference) + norm.sf(limit * scatter + difference)
    return float(WEIGHTS @ found / 2)
