"""Confidence set of a ratio of two correlated estimates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Ratio:
    """A ratio with its confidence set; ends are NaN unless the set is an ``interval``."""

    estimate: float
    ci_low: float
    ci_high: float
    confidence_set: str


def fieller(
    numerator: float, denominator: float, covariance: tuple[float, float, float], *, df: float, alpha: float
) -> Ratio:
    """Ratio of two normal estimates with Fieller's confidence set of level 1 - alpha.

    ``covariance``: variance of the numerator, of the denominator, and their covariance, all of an error variance with
    ``df`` degrees of freedom. The set holds every ratio r for which numerator - r × denominator does not differ from 0.
    It is an ``interval`` exactly where the denominator differs from 0; else ``two_rays`` (all but an interval) or
    ``all_values``.

    Fieller 1954, doi:10.1111/j.2517-6161.1954.tb00159.x
    """
    of_numerator, of_denominator, shared = covariance
    limit = float(stats.t.isf(alpha / 2, df)) ** 2
    square = denominator**2 - limit * of_denominator
    half = numerator * denominator - limit * shared
    inside = half**2 - square * (numerator**2 - limit * of_numerator)
    if square <= 0:
        return Ratio(np.nan, np.nan, np.nan, "two_rays" if inside > 0 else "all_values")
    root = float(np.sqrt(max(inside, 0.0)))
    return Ratio(numerator / denominator, (half - root) / square, (half + root) / square, "interval")
