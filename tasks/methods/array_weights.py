"""Weight of each sample: how far its values lie from the fit, over all features."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.methods.linear_models import cross_products

Floats = npt.NDArray[np.float64]
PRIOR_FEATURES = 10  # the weights start as if this many features had shown equal variances
_MIN_DF, _MIN_FEATURES = 2, 2
_NO_VARIANCE = 1e-15
_FIRST_BATCH = 16
_ELEMENTS = 4_000_000  # numbers in a batch's information matrices
_TOLERANCE = 1e-11
_CONVERGED, _MOST_STEPS = 1e-5, 50  # limma stops there, which shows in the third digit


def array_weights(values: Floats, design: Floats, weights: Floats | None = None) -> Floats:
    """Relative weight of each sample, geometric mean 1, as limma's ``arrayWeights`` gives gene by gene.

    ``values``: features x samples; ``design``: samples x coefficients, of full rank; ``weights``:
    precision of each observation. A log-linear model of the sample variances is updated by one step
    of REML scoring per feature, in their order. The steps of a batch of features are solved together:
    all are computed from assumed weights, the weights follow by cumulative sums, and that is
    repeated until they stay. All are 1 with fewer than two residual degrees of freedom.

    Ritchie et al. 2006, doi:10.1186/1471-2105-7-261
    """
    n, p = design.shape
    if n - p < _MIN_DF:
        return np.ones(n)
    basis, _ = np.linalg.qr(design)
    # variances of the first n - 1 samples are free, all sum to zero on the log scale
    free = np.vstack([np.eye(n - 1), -np.ones(n - 1)])
    given = np.ones((1, n)) if weights is None else weights
    gamma, information = np.zeros(n - 1), PRIOR_FEATURES * free.T @ free
    start, size, largest = 0, _FIRST_BATCH, max(1, _ELEMENTS // n**2)
    while start < len(values):
        size = min(size, largest, len(values) - start)
        batch = slice(start, start + size)
        observed = np.broadcast_to(given if len(given) == 1 else given[batch], (size, n))
        gamma, information = _batch(values[batch], basis, observed, free, gamma, information)
        start += size
        size *= 2
    found: Floats = np.exp(-free @ gamma)
    return found


def array_weights_together(values: Floats, design: Floats) -> Floats:
    """Relative weight of each sample by REML over all features at once, as limma's ``arrayWeights`` gives it.

    That is limma's choice where observations have no weights of their own (limma-trend). Arguments as in
    ``array_weights``; features that the design explains fully say nothing. All are 1 with fewer than two
    residual degrees of freedom or features.

    Ritchie et al. 2006, doi:10.1186/1471-2105-7-261
    """
    n, p = design.shape
    basis, _ = np.linalg.qr(design)
    squares = ((values - values @ basis @ basis.T) ** 2).sum(axis=1)
    values = values[squares >= _NO_VARIANCE * (n - p)]
    weights = np.ones(n)
    if n - p < _MIN_DF or len(values) < _MIN_FEATURES:
        return weights
    free = np.vstack([np.eye(n - 1), -np.ones(n - 1)])
    every, gamma, last = np.column_stack([np.ones(n), free]), np.zeros(n - 1), np.inf
    for _ in range(_MOST_STEPS):
        roots = np.sqrt(weights)
        basis, _ = np.linalg.qr(design * roots[:, None])
        hat = basis @ basis.T
        squares = (roots * values - (roots * values) @ hat) ** 2
        leverages = np.diag(hat)
        scores = (squares / (squares.sum(axis=1, keepdims=True) / (n - p))).mean(axis=0) - (1 - leverages)
        whole = every.T @ (np.diag(1 - 2 * leverages) + hat**2) @ every
        information = whole[1:, 1:] - np.outer(whole[1:, 0], whole[0, 1:]) / whole[0, 0]
        information = len(values) * information + PRIOR_FEATURES * free.T @ free
        slope = free.T @ (len(values) * scores + PRIOR_FEATURES * (weights - 1))
        step = np.linalg.solve(information, slope)
        moved = float(slope @ step) / (n - 1) / (len(values) + PRIOR_FEATURES)
        if not moved < last:  # rounding is all that is left to gain
            break
        gamma, last = gamma + step, moved
        weights = np.exp(-free @ gamma)
        if moved < _CONVERGED:
            break
    return weights


def _batch(
    values: Floats, basis: Floats, observed: Floats, free: Floats, gamma: Floats, information: Floats
) -> tuple[Floats, Floats]:
    """The log variances and their information after a batch of features."""
    path = np.tile(gamma, (len(values), 1))  # log variances before each feature
    for _ in range(len(values) + 1):
        scores, steps = _scores(values, basis, observed * np.exp(-path @ free.T), free)
        steps[0] += information
        informations = np.cumsum(steps, axis=0, out=steps)
        after = gamma + np.cumsum(np.linalg.solve(informations, scores[:, :, None])[:, :, 0], axis=0)
        moved = np.abs(after[:-1] - path[1:]).max(initial=0)
        path[1:] = after[:-1]
        if moved < _TOLERANCE:
            break
    return after[-1], informations[-1]


def _scores(values: Floats, basis: Floats, weights: Floats, free: Floats) -> tuple[Floats, Floats]:
    """Score of the log variances and information about them in each feature, at its weights."""
    n, p = basis.shape
    inverse = np.linalg.inv(cross_products(basis, weights))
    coefficients = np.einsum("gij,gj->gi", inverse, (weights * values) @ basis)
    leverages = weights * np.einsum("ni,gij,nj->gn", basis, inverse, basis, optimize=True)
    squares = weights * (values - coefficients @ basis.T) ** 2
    variances = squares.sum(axis=1, keepdims=True) / (n - p)
    is_used = variances > _NO_VARIANCE
    left = np.where(is_used, 1 - leverages, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = np.where(is_used, squares / variances - left, 0.0) @ free
        # information about the free variances once the overall one is taken out
        crossed = np.where(is_used, left @ free / np.sqrt(left.sum(axis=1, keepdims=True)), 0.0)
    steps = -crossed[:, :, None] * crossed[:, None, :]
    steps += left[:, -1:, None]
    np.einsum("gii->gi", steps)[...] += left[:, :-1]  # the diagonals
    return scores, steps
