"""How alike the samples of one donor are: one correlation for all features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import trim_mean

from tasks.methods.linear_models import block_sums, cross_products, membership

Floats = npt.NDArray[np.float64]
TRIM = 0.15
_LARGEST, _MARGIN = 0.99, 0.01
_FEATURES_AT_ONCE = 4096
_NO_SHARE = 1e-10
_STEPS, _TOLERANCE = 20, 1e-6
_LEAST_VARIANCE, _MOST_DAMPING = 1e-3, 1e15


def duplicate_correlation(
    values: Floats, design: Floats, labels: Sequence[str], weights: Floats | None = None
) -> float:
    """Consensus correlation within blocks, as limma's ``duplicateCorrelation`` gives it.

    ``values``: features x samples; ``design``: samples x coefficients, of full rank; ``labels``:
    the block (donor) of each sample; ``weights``: precision of each observation. Each feature's
    variance components are fitted by REML; its correlation is the block's share of the variance;
    the consensus is their mean on Fisher's z scale without the 15 % extremes on each side. Zero
    where blocks cannot be told from residuals (each sample its own block, one block, too few samples)
    or no feature varies.

    Smyth, Michaud & Scott 2005, doi:10.1093/bioinformatics/bti270
    """
    n, p = design.shape
    members = membership(labels)
    blocks = members.shape[1]
    if n <= p + 2 or not 1 < blocks < n - 1:
        return 0.0
    basis, _ = np.linalg.qr(design)
    shares = []
    for start in range(0, len(values), _FEATURES_AT_ONCE):
        batch = slice(start, start + _FEATURES_AT_ONCE)
        w = np.ones((1, n)) if weights is None else weights[batch]
        shares.append(_block_shares(_spectra(values[batch], basis, members, w)))
    lowest = 1 / (1 - members.sum(axis=0).max()) + _MARGIN
    correlations = np.clip(np.concatenate(shares), lowest, _LARGEST)
    if not len(correlations):
        return 0.0
    return float(np.tanh(trim_mean(np.arctanh(correlations), TRIM)))


def _spectra(values: Floats, basis: Floats, members: Floats, weights: Floats) -> _Squares:
    """Independent squares of each feature: one for each direction between blocks, the rest together."""
    roots = np.sqrt(weights)
    inverse = np.linalg.inv(cross_products(basis, weights))
    gamma = ((weights * values) @ basis)[:, None, :] @ inverse
    residuals = roots * (values - gamma[:, 0] @ basis.T)
    sums = block_sums(basis, members, roots)
    between = np.diag(members.sum(axis=0)) - np.einsum("gib,gij,gjc->gbc", sums, inverse, sums, optimize=True)
    eigenvalues, vectors = np.linalg.eigh(between)
    is_used = eigenvalues > _NO_SHARE * members.sum(axis=0).max()
    with np.errstate(divide="ignore", invalid="ignore"):
        along = ((residuals @ members)[:, None, :] @ vectors)[:, 0]
        squares = np.where(is_used, along**2 / eigenvalues, 0.0)
    eigenvalues = np.broadcast_to(np.where(is_used, eigenvalues, 0.0), squares.shape)
    number = (eigenvalues > 0).astype(float)
    rest = np.maximum((residuals**2).sum(axis=1) - squares.sum(axis=1), 0.0)
    left = len(basis) - basis.shape[1] - number.sum(axis=1)
    return _Squares(
        np.column_stack([eigenvalues, np.zeros(len(values))]),
        np.column_stack([number, left]),
        np.column_stack([squares, np.where(left > 0, rest, 0.0)]),
    )


@dataclass(frozen=True)
class _Squares:
    """Squares of each feature with mean (1, eigenvalue) x (residual, block) variance: features x kinds."""

    eigenvalues: Floats
    number: Floats
    total: Floats

    def at(self, which: npt.NDArray[np.intp]) -> _Squares:
        return _Squares(self.eigenvalues[which], self.number[which], self.total[which])

    def means(self, variances: Floats) -> Floats:
        found: Floats = variances[:, :1] + self.eigenvalues * variances[:, 1:]
        return np.where(self.number > 0, found, 1.0)

    def deviance(self, variances: Floats) -> Floats:
        """Minus twice the REML log-likelihood up to a constant; infinite outside its domain."""
        means = self.means(variances)
        is_inside: npt.NDArray[np.bool_] = np.all(means > 0, axis=1)
        means = np.where(is_inside[:, None], means, 1.0)
        return np.where(is_inside, (self.total / means + self.number * np.log(means)).sum(axis=1), np.inf)

    def solve(self, weights: Floats, right: Floats, damping: Floats | float = 0.0) -> Floats:
        """Damped regression of ``right`` on (1, eigenvalue) in each feature; zeros where it has no solution."""
        a, b, c = ((weights * self.eigenvalues**k).sum(axis=1) for k in (0, 1, 2))
        u, v = ((right * self.eigenvalues**k).sum(axis=1) for k in (0, 1))
        a, c = a + damping, c + damping
        determinant = a * c - b**2
        determinant = np.where(determinant > _NO_SHARE * a * c, determinant, np.inf)
        return np.column_stack([c * u - b * v, a * v - b * u]) / determinant[:, None]

    def start(self) -> Floats:
        """Unweighted least squares; no block variance where that leaves the domain."""
        found = self.solve(self.number, self.total)
        mean = self.total.sum(axis=1) / self.number.sum(axis=1)
        without = np.column_stack([mean, np.zeros_like(mean)])
        return np.where((self.means(found) > 0).all(axis=1, keepdims=True), found, without)


def _block_shares(squares: _Squares) -> Floats:
    """Block variance over the sum of both, by REML: Fisher scoring with Levenberg's damping, all features at once.

    The block variance may be negative as long as all means are positive. Damping and stopping rule
    are those of statmod's ``glmgam.fit``: it stops early where the likelihood is flat, and the
    consensus shows it.
    """
    variances = squares.start()
    damping = np.zeros(len(variances))
    active = np.flatnonzero(squares.total.sum(axis=1) > 0)
    for round_ in range(_STEPS + 1):
        mine, old = squares.at(active), variances[active]
        means = mine.means(old)
        v = np.where(mine.number > 0, means**2, 0.0)
        v = np.maximum(v, v.max(axis=1, keepdims=True) * _LEAST_VARIANCE)
        weights, score = mine.number / v, (mine.total - mine.number * means) / v
        information = np.column_stack([weights.sum(axis=1), (weights * mine.eigenvalues**2).sum(axis=1)])
        if round_ == 0:
            damping[active] = information.mean(axis=1) / 2
        step, damping[active] = _damped_step(mine, old, weights, score, damping[active], information.max(axis=1))
        variances[active] = old + step
        slope = np.column_stack([score.sum(axis=1), (score * mine.eigenvalues).sum(axis=1)])
        active = active[(slope * step).sum(axis=1) >= _TOLERANCE]
        if not len(active):
            break
    with np.errstate(invalid="ignore"):  # values that the design explains fully say nothing
        shares: Floats = variances[:, 1] / variances.sum(axis=1)
    return shares[np.isfinite(shares)]


def _damped_step(
    squares: _Squares, old: Floats, weights: Floats, score: Floats, damping: Floats, largest: Floats
) -> tuple[Floats, Floats]:
    """A step of each feature that raises its likelihood, zero where none does, and the damping of its next one."""
    before = squares.deviance(old)
    step = squares.solve(weights, score, damping)
    worse = np.flatnonzero(squares.deviance(old + step) > before)
    next_damping = damping / 10
    next_damping[worse] = damping[worse]
    while len(worse):
        next_damping[worse] *= 2
        step[worse] = squares.at(worse).solve(weights[worse], score[worse], next_damping[worse])
        step[worse[next_damping[worse] > _MOST_DAMPING * largest[worse]]] = 0
        worse = worse[squares.at(worse).deviance(old[worse] + step[worse]) > before[worse]]
    return step, next_damping
