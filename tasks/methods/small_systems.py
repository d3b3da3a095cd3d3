"""Many small symmetric positive definite matrices at once, by Cholesky's factors.

Matrices lie row x column x gene, so that each step of the factorisation is one operation over all genes:
per-matrix calls into LAPACK cost ten times the arithmetic at the size of a design.

Golub & Van Loan 2013, Matrix Computations, 4th edition, section 4.2
"""

from __future__ import annotations

from math import isqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def symmetric(packed: Floats) -> Floats:
    """Matrices row x column x gene from the rows of their upper triangles, one after the other: pair x gene."""
    size = (isqrt(8 * len(packed) + 1) - 1) // 2
    rows, columns = np.triu_indices(size)
    found = np.empty((size, size, *packed.shape[1:]))
    found[rows, columns] = packed
    found[columns, rows] = packed
    return found


def lower_factors(matrices: Floats) -> Floats:
    """L of each matrix = L L', row x column x gene; NaN for a matrix that is not positive definite."""
    size = len(matrices)
    lower = np.zeros_like(matrices)
    for j in range(size):
        column = matrices[j:, j] - np.einsum("ikg,kg->ig", lower[j:, :j], lower[j, :j])
        with np.errstate(invalid="ignore", divide="ignore"):
            lower[j:, j] = column / np.sqrt(column[0])
    return lower


def log_determinants(lower: Floats) -> Floats:
    """Log determinant of each matrix from its factor."""
    found: Floats = 2 * np.log(np.einsum("iig->ig", lower)).sum(axis=0)
    return found


def inverse_factors(lower: Floats) -> Floats:
    """The inverse of each factor, itself lower triangular: L^-1 of row x column x gene."""
    size = len(lower)
    inverse = np.zeros_like(lower)
    for i in range(size):
        inverse[i, i] = 1 / lower[i, i]
        inverse[i, :i] = np.einsum("kg,kjg->jg", lower[i, :i], inverse[:i, :i]) * -inverse[i, i]
    return inverse


def inverses(lower: Floats) -> Floats:
    """The inverse of each matrix from its factor."""
    root = inverse_factors(lower)
    return np.asarray(np.einsum("kig,kjg->ijg", root, root), dtype=np.float64)


def solutions(lower: Floats, right: Floats) -> Floats:
    """X of each matrix times x = right, row x gene, from the matrix' factor."""
    size = len(lower)
    x = np.array(right)
    for i in range(size):
        x[i] = (x[i] - np.einsum("kg,kg->g", lower[i, :i], x[:i])) / lower[i, i]
    for i in reversed(range(size)):
        x[i] = (x[i] - np.einsum("kg,kg->g", lower[i + 1 :, i], x[i + 1 :])) / lower[i, i]
    return x
