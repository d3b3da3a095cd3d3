"""Moderated F-tests: several coefficients of every feature at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, chdtrc

from tasks.methods.moderated_t import ModeratedFit

Floats = npt.NDArray[np.float64]
_DEPENDENT = 1e-8  # an eigenvalue this far below the largest is none
_INFINITE_DF = 1e6


def moderated_f(model: ModeratedFit, coefficients: Sequence[int]) -> tuple[Floats, Floats]:
    """F that these coefficients are all zero, and its p-value, of every feature, as limma's ``topTable`` gives it.

    ``coefficients`` are columns of the design. The moderated t of each are combined by the correlation that
    the design without observation weights gives them, one for all features; exact where observations have
    no weights of their own, limma's approximation otherwise. Numerator degrees of freedom are the rank
    of that correlation, denominator those of the moderated variance.

    Smyth 2004, doi:10.2202/1544-6115.1027
    """
    fit, chosen = model.fit, list(coefficients)
    unscaled = np.sqrt(np.einsum("gii->gi", fit.covariance)[:, chosen])
    errors = unscaled * np.sqrt(model.variances)[:, None]
    estimates = fit.coefficients[:, chosen]
    with np.errstate(divide="ignore", invalid="ignore"):  # no variance at all
        t = np.where((errors == 0) & (estimates == 0), 0.0, estimates / errors)
    covariance = fit.unweighted[np.ix_(chosen, chosen)]
    spread = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(spread, spread))
    is_used = values > _DEPENDENT * values[-1]
    rank = int(is_used.sum())
    f = ((t @ (vectors[:, is_used] / np.sqrt(values[is_used]))) ** 2).sum(axis=1) / rank
    df = model.prior.df + fit.residual_df
    finite = np.minimum(df, _INFINITE_DF)
    with np.errstate(invalid="ignore"):
        share = np.where(np.isinf(f), 0.0, finite / (finite + rank * f))
    pvalues = np.where(df > _INFINITE_DF, chdtrc(rank, rank * f), betainc(finite / 2, rank / 2, share))
    return f, pvalues
