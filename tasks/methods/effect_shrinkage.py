"""Fold changes drawn to zero by a heavy-tailed prior: noise goes, large effects stay (apeGLM).

Zhu, Ibrahim & Love 2019, doi:10.1093/bioinformatics/bty895
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.optimize import brentq
from scipy.special import expit

from tasks.methods.deseq2 import Fit, chunks
from tasks.methods.design_matrix import Design
from tasks.methods.negative_binomial import Floats, pair_products
from tasks.methods.small_systems import lower_factors, solutions, symmetric

OTHER_SCALE = 15.0  # sd of the normal prior of all other coefficients, natural log
LARGEST_SCALE = 1.0
VARIANCE_BOUNDS = (1e-6, 400.0)
STEPS = 200
SHRUNKEN = ("shrunken_log2_fold_change", "shrunken_lfc_se")
LN2 = float(np.log(2))
SETTLED = 1e-12  # a step that gains less of log posterior ends the ascent
LONGEST_STEP = 5.0
LEAST_CURVATURE = 0.1  # of the prior's share, below which the safe bound of it is taken for the step


def prior_scale(effects: Floats, errors: Floats) -> float:
    """Scale of the Cauchy prior: the spread of true effects (natural log) beyond their errors, at most 1.

    The variance is Efron and Morris's for estimates of unequal error; NaN takes no part.

    Efron & Morris 1975, doi:10.1080/01621459.1975.10479864
    """
    known = np.isfinite(effects) & np.isfinite(errors)
    squares, noise = effects[known] ** 2, errors[known] ** 2
    if not len(squares):
        return LARGEST_SCALE

    def excess(variance: float) -> float:
        weights = 1 / (variance + noise) ** 2
        return float(((squares - noise) * weights).sum() / weights.sum() - variance)

    low, high = VARIANCE_BOUNDS
    if excess(low) < 0:
        return float(np.sqrt(low))
    return LARGEST_SCALE if excess(high) > 0 else min(float(np.sqrt(brentq(excess, low, high))), LARGEST_SCALE)


def shrunken_effects(fitted: Fit, matrix: Floats, coefficient: int, scale: float) -> tuple[Floats, Floats]:
    """Posterior mode of one coefficient of each gene and its standard deviation, natural log; NaN without reads.

    ``matrix``: the fit's design, samples x coefficients, coded so that ``coefficient`` is the effect; ``scale`` of
    its Cauchy prior. Counts are as given, dispersions the fit's; the deviation is by the curvature at the mode.
    NaN too where no mode was reached.
    """
    dispersion = fitted.genes.dispersion
    effects, errors = np.full((2, len(dispersion)), np.nan)
    y = fitted.counts.T
    for some in chunks(np.flatnonzero(np.isfinite(dispersion)), len(y)):
        found = _modes(y[:, some], np.log(fitted.scale[:, some] * dispersion[some]), 1 / dispersion[some], matrix,
                       coefficient, scale)  # fmt: skip
        effects[some], errors[some] = found
    return effects, errors


def shrunken_columns(fitted: Fit, table: pl.DataFrame, coded: Design, contrast: Floats) -> pl.DataFrame:
    """Shrunken log2 fold change and its standard deviation of each row of a contrast's test: columns ``SHRUNKEN``.

    ``table``: ``log2_fold_change`` and ``lfc_se`` of every feature in the fit's order, which the prior's scale is
    estimated from. ``coded``: the fit's design, coded so that ``contrast`` is one of its coefficients, as R's
    users do by releveling; ``ValueError`` where it is not.
    """
    named = np.flatnonzero(contrast)
    if len(named) != 1 or contrast[named[0]] != 1.0:
        raise ValueError("the contrast is not one coefficient of the design")
    effects, errors = (table[name].fill_null(np.nan).to_numpy() * LN2 for name in ("log2_fold_change", "lfc_se"))
    found = shrunken_effects(fitted, coded.matrix, int(named[0]), prior_scale(effects, errors))
    return pl.DataFrame(dict(zip(SHRUNKEN, (of / LN2 for of in found), strict=True))).fill_nan(None)


def _modes(
    counts: Floats, offset: Floats, size: Floats, matrix: Floats, coefficient: int, scale: float
) -> tuple[Floats, Floats]:
    """Newton's ascent of every gene from no effect; ``offset``: log of size factor over ``size`` (1 / dispersion)."""
    pairs, one = pair_products(matrix), np.zeros((matrix.shape[1], 1))
    one[coefficient] = 1.0
    others = (1 - one) / OTHER_SCALE**2
    beta = np.zeros((matrix.shape[1], counts.shape[1]))
    beta[0] = np.log(np.maximum((counts / np.exp(offset)).mean(axis=0) / size, 1e-8))
    effects, errors = np.full((2, counts.shape[1]), np.nan)
    genes = np.arange(counts.shape[1])
    length = np.ones(counts.shape[1])

    def depth(at: Floats) -> Floats:
        """Negative log posterior."""
        eta = matrix @ at
        loss = ((counts + size) * np.logaddexp(0.0, eta + offset) - counts * eta).sum(axis=0)
        prior = 0.5 * (others * at**2).sum(axis=0) + np.log1p((at[coefficient] / scale) ** 2)
        return np.asarray(loss + prior, dtype=np.float64)

    here = depth(beta)
    for _ in range(STEPS):
        share = expit(matrix @ beta + offset)
        effect, spread = beta[coefficient], scale**2 + beta[coefficient] ** 2
        bound = 2 / spread  # of the prior's curvature, which itself turns negative for large effects
        slope = matrix.T @ (counts - (counts + size) * share) - others * beta - one * (bound * effect)
        information = symmetric(pairs.T @ ((counts + size) * share * (1 - share)))
        diagonal = np.arange(len(one))
        information[diagonal, diagonal] += others + one * bound
        lower = lower_factors(information)
        step, column = solutions(lower, slope), solutions(lower, np.broadcast_to(one, slope.shape))
        surplus = 4 * effect**2 / spread**2
        left = 1 - surplus * column[coefficient]
        exact = step + column * (surplus * step[coefficient] / np.where(left > 0, left, 1.0))
        step = np.where(left > LEAST_CURVATURE, exact, step)
        gain = (step * slope).sum(axis=0)
        is_done = (gain < SETTLED) & (left > 0)
        ends = genes[is_done]
        effects[ends] = effect[is_done]
        errors[ends] = np.sqrt(column[coefficient, is_done] / left[is_done])
        step *= np.minimum(length, LONGEST_STEP / np.maximum(np.abs(step).max(axis=0), LONGEST_STEP))
        going = ~is_done
        if not going.any():
            break
        counts, offset, beta, step = (a[:, going] for a in (counts, offset, beta, step))
        size, genes, length, here = size[going], genes[going], length[going], here[going]
        there = depth(beta + step)
        pays = there <= here + 1e-12 * np.abs(here)
        beta, here = np.where(pays, beta + step, beta), np.where(pays, there, here)
        length = np.where(pays, 1.0, length / 2)
    return effects, errors
