"""Whether a contrast can be told from its blocks, and what is left to estimate the noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class DesignRank:
    """What the design ``~ blocking + variable`` lets a fit estimate."""

    is_estimable: bool  # target - reference is no combination of blocks
    residual_df: int  # samples minus independent columns; 0 leaves no estimate of dispersion


def design_matrix(variable: Sequence[str], blocking: Sequence[Sequence[str]]) -> tuple[NDArray[np.float64], list[str]]:
    """Samples x columns: one indicator a level of the variable, then one a level of each block but its first.

    Gives the matrix and the variable's levels, which are its first columns.
    """
    levels = list(dict.fromkeys(variable))
    columns = [[float(value == level) for value in variable] for level in levels]
    for block in blocking:
        columns += [[float(value == level) for value in block] for level in list(dict.fromkeys(block))[1:]]
    return np.array(columns, dtype=float).T.reshape(len(variable), len(columns)), levels


def design_rank(
    variable: Sequence[str], blocking: Sequence[Sequence[str]], *, reference: str, target: str
) -> DesignRank:
    """Whether ``target - reference`` is estimable and how many residual degrees of freedom remain.

    ``variable`` and each entry of ``blocking`` hold one level a sample, in the same order, with
    both levels of the contrast among the variable's. Estimable means that the contrast's
    coefficients lie in the row space of the design (Searle, Linear Models, 1971).
    """
    matrix, levels = design_matrix(variable, blocking)
    contrast = np.zeros(matrix.shape[1])
    contrast[levels.index(target)], contrast[levels.index(reference)] = 1.0, -1.0
    rank = int(np.linalg.matrix_rank(matrix))
    with_contrast = int(np.linalg.matrix_rank(np.vstack([matrix, contrast])))
    return DesignRank(with_contrast == rank, matrix.shape[0] - rank)
