"""Sphericity of repeated measures: Greenhouse–Geisser and Huynh–Feldt epsilon, Mauchly's test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]

TINY = 1e-12  # relative; smaller determinants or denominators are rounding


@dataclass(frozen=True)
class Sphericity:
    """Epsilons (1 with one contrast) and Mauchly's test (NaN where it is not defined)."""

    epsilon_gg: float
    epsilon_hf: float
    mauchly_w: float
    mauchly_pvalue: float


def sphericity(covariance: Floats, df: int) -> Sphericity:
    """Sphericity of orthonormal contrasts between repeated measures.

    ``covariance``: contrasts x contrasts, pooled over groups; ``df``: its degrees of freedom (subjects - groups).
    Epsilons are at most 1; Huynh–Feldt's is NaN where its denominator is 0. Mauchly's W is NaN with one contrast and
    with fewer df than contrasts; its p-value has the second-order term of R's ``mauchly.test``.

    Greenhouse & Geisser 1959, doi:10.1007/BF02289823; Huynh & Feldt 1976, doi:10.3102/10769986001001069, with the
    correction of Lecoutre 1991 (J Educ Stat 16:371); Mauchly 1940, doi:10.1214/aoms/1177731915
    """
    count = len(covariance)
    if count == 1:
        return Sphericity(1.0, 1.0, np.nan, np.nan)
    trace = float(np.trace(covariance))
    gg = min(trace**2 / (count * float((covariance**2).sum())), 1.0)
    below = count * (df - count * gg)
    hf = min(((df + 1) * count * gg - 2) / below, 1.0) if below > TINY * count * df else np.nan
    if df < count:
        return Sphericity(gg, hf, np.nan, np.nan)
    sign, log_determinant = np.linalg.slogdet(covariance / (trace / count))
    if sign <= 0:
        return Sphericity(gg, hf, np.nan, np.nan)
    return Sphericity(gg, hf, float(np.exp(log_determinant)), _mauchly_pvalue(float(log_determinant), count, df))


def _mauchly_pvalue(log_w: float, p: int, df: int) -> float:
    rho = 1 - (2 * p**2 + p + 2) / (6 * df * p)
    second = (p + 2) * (p - 1) * (p - 2) * (2 * p**3 + 6 * p**2 + 3 * p + 2) / (288 * (df * p * rho) ** 2)
    freedom = p * (p + 1) / 2 - 1
    first, fourth = (float(stats.chi2.sf(-df * rho * log_w, f)) for f in (freedom, freedom + 4))
    return float(np.clip(first + second * (fourth - first), 0, 1))
