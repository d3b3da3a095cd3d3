"""Least squares of every feature on one design: ordinary, weighted, and with correlated blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LinearFit:
    """Coefficients of each feature and what a test needs.

    ``coefficients``: features x coefficients; ``covariance``: (X'WX)⁻¹ of each feature, or one for
    all (1 x coefficients x coefficients); ``variances``: residual variance of each feature, NaN
    without residual degrees of freedom; ``means``: average of each feature over the samples;
    ``unweighted``: (X'V⁻¹X)⁻¹ without the features' own weights, V the correlation of blocks.
    """

    coefficients: Floats
    covariance: Floats
    variances: Floats
    residual_df: int
    means: Floats
    unweighted: Floats

    def contrast(self, weights: Floats) -> tuple[Floats, Floats]:
        """Estimate of a sum of coefficients per feature, and its standard error before the variance.

        Exact for every contrast: limma's ``contrasts.fit`` approximates the standard error of those
        that are no coefficient of the design where observations have weights.
        """
        unscaled = np.sqrt(np.einsum("gij,i,j->g", self.covariance, weights, weights))
        return self.coefficients @ weights, np.broadcast_to(unscaled, len(self.coefficients))


@dataclass(frozen=True)
class Blocks:
    """Samples of one block (donor, batch) are correlated alike in every feature.

    ``labels``: block of each sample; ``correlation``: within a block, below 1 and above
    -1 / (largest block - 1).
    """

    labels: Sequence[str]
    correlation: float

    @property
    def members(self) -> Floats:
        """Samples x blocks: 1 where the sample belongs to the block."""
        return membership(self.labels)

    def inverse(self) -> tuple[float, Floats]:
        """The inverse correlation matrix as (a, k): a (I - sum over blocks of k times its members' ones)."""
        sizes = self.members.sum(axis=0)
        return 1 / (1 - self.correlation), self.correlation / (1 + (sizes - 1) * self.correlation)


def membership(labels: Sequence[str]) -> Floats:
    """Indicator matrix, samples x blocks, of the block that each sample belongs to."""
    names = sorted(set(labels))
    return np.array([[float(label == name) for name in names] for label in labels])


def lm_fit(values: Floats, design: Floats, weights: Floats | None = None, blocks: Blocks | None = None) -> LinearFit:
    """Fit every feature, as limma's ``lmFit`` does.

    ``values``: features x samples, finite; ``design``: samples x coefficients, of full rank;
    ``weights``: positive, features x samples, or one per sample. With ``blocks`` the fit is by
    generalised least squares. One factorisation serves all features where they share weights;
    otherwise the normal equations, on an orthogonal basis of the design, are solved in one batch.

    Smyth 2004, doi:10.2202/1544-6115.1027
    """
    basis, upper = np.linalg.qr(design)
    shared = weights is None or weights.ndim == 1 or weights.shape[0] == 1
    w = np.ones((1, values.shape[1])) if weights is None else np.atleast_2d(weights)
    normal = cross_products(basis, w)
    right = (w * values) @ basis
    roots = np.sqrt(w)
    scale, shrink = blocks.inverse() if blocks else (1.0, np.zeros(1))
    members = blocks.members if blocks else np.zeros((len(basis), 1))
    if blocks:
        sums = block_sums(basis, members, roots)
        normal = scale * (normal - np.einsum("gib,b,gjb->gij", sums, shrink, sums))
        pulled = ((roots * values) @ members) * shrink
        right = scale * (right - np.einsum("gib,gb->gi", sums, pulled))
    inverse = np.linalg.inv(normal)
    gamma = right @ inverse[0] if shared else np.einsum("gij,gj->gi", inverse, right)
    residuals = values - gamma @ basis.T
    squares = (w * residuals**2).sum(axis=1)
    if blocks:
        squares = scale * (squares - ((roots * residuals) @ members) ** 2 @ shrink)
    df = values.shape[1] - design.shape[1]
    back = solve_triangular(upper, np.eye(len(upper)))
    plain = inverse[0]
    if not shared:
        sums = block_sums(basis, members, np.ones((1, len(basis))))[0]
        plain = np.linalg.inv(scale * (np.eye(len(upper)) - (sums * shrink) @ sums.T))
    return LinearFit(
        coefficients=gamma @ back.T,
        covariance=back @ inverse @ back.T,
        variances=squares / df if df else np.full(len(values), np.nan),
        residual_df=df,
        means=values.mean(axis=1),
        unweighted=back @ plain @ back.T,
    )


def cross_products(basis: Floats, weights: Floats) -> Floats:
    """X'WX of each feature (features x coefficients x coefficients) from weights, features x samples."""
    n, p = basis.shape
    products = (basis[:, :, None] * basis[:, None, :]).reshape(n, p * p)
    found: Floats = (weights @ products).reshape(-1, p, p)
    return found


def block_sums(basis: Floats, members: Floats, roots: Floats) -> Floats:
    """Sums over each block of the design's rows times ``roots``: features x coefficients x blocks."""
    n, p = basis.shape
    blocks = members.shape[1]
    found: Floats = (roots @ (basis[:, :, None] * members[:, None, :]).reshape(n, p * blocks)).reshape(-1, p, blocks)
    return found
