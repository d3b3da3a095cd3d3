"""How ceRNA, mRNA and their shared miRNAs vary together: correlations of residuals, and scores over shared miRNAs.

Profiles are features x samples, what is left of an expression after a design, at unit length; correlation is then
an inner product. Values that cannot be had (a feature that does not vary) are NaN.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from tasks.methods.cerna_pairs import Floats, Incidence, Ints

CHUNK = 100_000  # pairs at a time
CONSTANT = 1e-10  # share of a feature's spread that is rounding


@dataclass(frozen=True)
class Profiles:
    """Profiles of ceRNAs, mRNAs and miRNAs over the same samples, in the order of the incidences' rows and columns.

    ``residual_df``: samples less the rank of the design.
    """

    cernas: Floats
    mrnas: Floats
    mirnas: Floats
    residual_df: int


@dataclass(frozen=True)
class Scores:
    """A value per pair, NaN where there is none."""

    correlation: Floats
    correlation_pvalue: Floats
    regulation_similarity: Floats
    mean_sensitivity: Floats


def profiles(values: Floats, design: Floats) -> Floats:
    """Residuals of ``values`` (features x samples) after ``design`` (samples x coefficients), each row at length 1.

    A row that the design explains wholly is NaN.
    """
    basis, weight, _ = np.linalg.svd(design, full_matrices=False)
    basis = basis[:, weight > CONSTANT * max(design.shape) * weight.max(initial=0)]
    rest = values - (values @ basis) @ basis.T
    length = np.linalg.norm(rest, axis=1, keepdims=True)
    spread = np.linalg.norm(values, axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(length > CONSTANT * spread, rest / length, np.nan))


def correlations(first: Floats, second: Floats, rows: Ints, columns: Ints) -> Floats:
    """Correlation of profile ``rows`` of the first with ``columns`` of the second, pair by pair."""
    found = np.empty(len(rows))
    for part in chunks(len(rows)):
        found[part] = np.einsum("ij,ij->i", first[rows[part]], second[columns[part]])
    return np.clip(found, -1.0, 1.0)


def one_sided(correlation: Floats, residual_df: int) -> Floats:
    """P-value of a positive correlation: t with ``residual_df`` - 1 degrees of freedom; NaN where there are none."""
    df = residual_df - 1
    if df < 1:
        return np.full_like(correlation, np.nan)
    with np.errstate(divide="ignore"):
        return np.asarray(special.stdtr(df, -correlation * np.sqrt(df / (1 - correlation**2))))


def scores(cernas: Incidence, mrnas: Incidence, pairs: tuple[Ints, Ints], found: Profiles) -> Scores:
    """Scores of the pairs (rows of ``cernas``, rows of ``mrnas``), as GDCRNATools defines them.

    Over the M shared miRNAs, with correlations l, p, r of ceRNA-miRNA, mRNA-miRNA, ceRNA-mRNA: regulation similarity
    1 - mean((|l - p| / (|l| + |p|))^M), and sensitivity mean(r - partial r given the miRNA) (Paci et al. 2014,
    doi:10.1186/1752-0509-8-83). Li et al. 2018, doi:10.1093/bioinformatics/bty124
    """
    own, other = found.cernas @ found.mirnas.T, found.mrnas @ found.mirnas.T
    together = correlations(found.cernas, found.mrnas, *pairs)
    similarity, sensitivity = np.full(len(together), np.nan), np.full(len(together), np.nan)
    for part in chunks(len(together)):
        pair, mirna, shared = shared_mirnas(cernas, mrnas, (pairs[0][part], pairs[1][part]))
        left = own[pairs[0][part][pair], mirna]
        right = other[pairs[1][part][pair], mirna]
        joint = together[part][pair]
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = np.abs(left - right) / (np.abs(left) + np.abs(right))
            partial = (joint - left * right) / np.sqrt((1 - left**2) * (1 - right**2))
            similarity[part] = 1 - np.bincount(pair, apart ** shared[pair], len(shared)) / shared
            sensitivity[part] = np.bincount(pair, joint - partial, len(shared)) / shared
    return Scores(together, one_sided(together, found.residual_df), similarity, sensitivity)


def shared_mirnas(
    cernas: Incidence, mrnas: Incidence, pairs: tuple[Ints, Ints]
) -> tuple[npt.NDArray[np.intp], Ints, Ints]:
    """Every shared miRNA of every pair: the pair's position and the miRNA's column; and each pair's number of them."""
    both = cernas[pairs[0]].multiply(mrnas[pairs[1]]).tocsr()
    both.sort_indices()
    count = np.diff(both.indptr)
    return np.repeat(np.arange(len(count)), count), both.indices, count


def chunks(length: int) -> Iterator[slice]:
    """Ranges that cover ``length`` items."""
    return (slice(start, min(start + CHUNK, length)) for start in range(0, length, CHUNK))
