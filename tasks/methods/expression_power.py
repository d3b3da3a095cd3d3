"""Power of a negative-binomial Wald test in a design at hand. Pure.

Hart et al. 2013, doi:10.1089/cmb.2012.0283: the variance of a log fold change is that of 1 / mean + dispersion
over the samples of each group; here it is read off the information matrix, so that blocks and uneven groups count.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import norm

Floats = npt.NDArray[np.float64]

POWER = 0.8
CHANGED_SHARE = 0.05
LARGEST = 1000.0  # fold change
SMALLEST_DISPERSION, LARGEST_DISPERSION = 1e-8, 100.0
NEAR = 1.0  # natural log of the mean, either way: features like the typical one
STEADY = 1.0  # log2 fold change below which a feature's groups have nearly the same counts
FEWEST, MOST = 10, 200


def alpha_of_fdr(fdr: float, *, power: float = POWER, changed_share: float = CHANGED_SHARE) -> float:
    """p-value at which a share ``fdr`` of calls is false, if so many features change and are found with that power.

    False calls are (1 - changed) * alpha, true ones changed * power. Jung 2005, doi:10.1093/bioinformatics/bti456
    """
    return changed_share * power * fdr / ((1 - changed_share) * (1 - fdr))


def standard_error(
    matrix: Floats, contrast: Floats, scale: Floats, *, base_mean: float, dispersion: float, effect: Floats
) -> float:
    """Standard error of a contrast's log fold change (natural).

    ``matrix``: samples x coefficients; ``scale``: size factors; ``effect``: log of each sample's normalised mean
    over ``base_mean``.
    """
    means = base_mean * np.exp(effect) * scale
    weights = means / (1 + dispersion * means)
    information = matrix.T @ (weights[:, None] * matrix)
    return float(np.sqrt(contrast @ np.linalg.solve(information, contrast)))


def power_at(
    fold_change: float,
    matrix: Floats,
    contrast: Floats,
    scale: Floats,
    *,
    base_mean: float,
    dispersion: float,
    alpha: float,
    is_target: npt.NDArray[np.bool_],
    against: float = 1.0,
) -> float:
    """Chance that a two-sided Wald test at ``alpha`` finds a feature higher in the target by ``fold_change``.

    Outside the target the feature has ``base_mean`` normalised reads. ``against`` is the fold change tested
    against (DESeq2's lfcThreshold): 1 is no change.
    """
    change, null = float(np.log(fold_change)), float(np.log(against))
    error = standard_error(
        matrix, contrast, scale, base_mean=base_mean, dispersion=dispersion, effect=np.where(is_target, change, 0.0)
    )
    least = norm.isf(alpha / 2)
    return float(norm.sf(least - (change - null) / error) + norm.cdf(-least - (change + null) / error))


def detectable_fold_change(
    matrix: Floats,
    contrast: Floats,
    scale: Floats,
    *,
    base_mean: float,
    dispersion: float,
    alpha: float,
    is_target: npt.NDArray[np.bool_],
    against: float = 1.0,
    power: float = POWER,
) -> float | None:
    """Fold change that is found with ``power``; null beyond 1,000-fold."""

    def lacking(log_change: float) -> float:
        return power - power_at(
            float(np.exp(log_change)), matrix, contrast, scale,
            base_mean=base_mean, dispersion=dispersion, alpha=alpha, is_target=is_target, against=against,
        )  # fmt: skip

    if lacking(np.log(LARGEST)) > 0:
        return None
    return float(np.exp(brentq(lacking, 0.0, np.log(LARGEST))))


def typical_dispersion(
    matrix: Floats, contrast: Floats, scale: Floats, *, base_mean: float, means: Floats, changes: Floats, errors: Floats
) -> float | None:
    """Dispersion that gives a typical feature its standard error; null for fewer than ten features like it.

    ``means``, ``changes``, ``errors``: base mean, log2 fold change and its standard error (log2) of each feature
    tested. The median error of the (at most 200) features of most similar mean that change less than twofold
    is solved for the dispersion; a smaller error than counting gives has the smallest.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.abs(np.log(means / base_mean))
        is_like = (apart < NEAR) & (np.abs(changes) < STEADY) & np.isfinite(errors)
    like = errors[is_like][np.argsort(apart[is_like], kind="stable")[:MOST]]
    if len(like) < FEWEST:
        return None
    target = float(np.median(like)) * float(np.log(2))

    def excess(log_dispersion: float) -> float:
        return (
            standard_error(
                matrix, contrast, scale, base_mean=base_mean, dispersion=float(np.exp(log_dispersion)),
                effect=np.zeros(len(scale)),
            )
            - target
        )  # fmt: skip

    low, high = np.log(SMALLEST_DISPERSION), np.log(LARGEST_DISPERSION)
    if excess(low) >= 0:
        return SMALLEST_DISPERSION
    if excess(high) <= 0:
        return LARGEST_DISPERSION
    return float(np.exp(brentq(excess, low, high)))
