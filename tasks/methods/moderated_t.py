"""Moderated t-tests: each feature's variance leans on those of all features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from tasks.methods.linear_models import LinearFit
from tasks.methods.robust_variance_prior import robust_variance_prior
from tasks.methods.variance_prior import VariancePrior, variance_prior

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ModeratedFit:
    """A linear fit with the variances that its tests use, and their degrees of freedom per feature."""

    fit: LinearFit
    prior: VariancePrior
    variances: Floats
    df: Floats


@dataclass(frozen=True)
class Tests:
    """One contrast of every feature: estimate, its standard error, t and the two-sided p-value."""

    estimates: Floats
    errors: Floats
    t: Floats
    pvalues: Floats


def e_bayes(fit: LinearFit, *, trend: bool = False, robust: bool = False) -> ModeratedFit:
    """Shrink residual variances to a common prior by empirical Bayes, as limma's ``eBayes`` does.

    ``fit`` has residual degrees of freedom. ``trend``: the prior depends on the average expression
    (limma-trend); ``robust``: hypervariable features neither shape it nor are pulled to it.

    Smyth 2004, doi:10.2202/1544-6115.1027; robust: Phipson et al. 2016, doi:10.1214/16-AOAS920
    """
    find = robust_variance_prior if robust else variance_prior
    prior = find(fit.variances, fit.residual_df, fit.means if trend else None)
    df = np.minimum(fit.residual_df + prior.df, fit.residual_df * len(fit.variances))
    return ModeratedFit(fit, prior, prior.posterior(fit.variances, fit.residual_df), df)


def moderated_t(model: ModeratedFit, contrast: Floats) -> Tests:
    """Test that a contrast (weights of the coefficients) is zero, in every feature."""
    estimates, unscaled = model.fit.contrast(contrast)
    errors = unscaled * np.sqrt(model.variances)
    with np.errstate(divide="ignore", invalid="ignore"):  # no variance at all
        t = np.where((errors == 0) & (estimates == 0), 0.0, estimates / errors)
    return Tests(estimates, errors, t, 2 * _upper_tail(np.abs(t), model.df))


def treat(model: ModeratedFit, contrast: Floats, lfc: float) -> Tests:
    """Test that the log2 fold change lies within ± ``lfc`` (0 or more).

    t is zero where the estimate lies within; otherwise its distance from the nearer bound in
    standard errors.

    McCarthy & Smyth 2009, doi:10.1093/bioinformatics/btp053
    """
    plain = moderated_t(model, contrast)
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = (np.abs(plain.estimates) - lfc) / plain.errors
        across = (np.abs(plain.estimates) + lfc) / plain.errors
    pvalues = _upper_tail(beyond, model.df) + _upper_tail(across, model.df)
    t = np.sign(plain.estimates) * np.maximum(beyond, 0)
    return Tests(plain.estimates, plain.errors, t, np.minimum(pvalues, 1))


def _upper_tail(t: Floats, df: Floats) -> Floats:
    """P(T > t), accurate however small it is."""
    half = betainc(df / 2, 0.5, df / (df + t**2)) / 2
    tail: Floats = np.where(t >= 0, half, 1 - half)
    return tail
