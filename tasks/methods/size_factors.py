"""Size factors of count matrices: median of ratios, and its form for sparse matrices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def has_gene_without_zero(counts: Floats) -> bool:
    """Whether median of ratios is defined: at least one feature (row) is seen in every sample (column)."""
    return bool((counts > 0).all(axis=1).any())


def median_of_ratios(counts: Floats) -> Floats:
    """Size factor of each sample: the median over features of count / geometric mean of the feature.

    ``counts``: features x samples. Only features seen in every sample take part; at least one must
    exist (``has_gene_without_zero``), otherwise ``ValueError``.

    Anders & Huber 2010, doi:10.1186/gb-2010-11-10-r106
    """
    logs = np.log(counts[(counts > 0).all(axis=1)])
    if not len(logs):
        raise ValueError("every feature has a zero in some sample: median of ratios is not defined")
    factors: Floats = np.exp(np.median(logs - logs.mean(axis=1, keepdims=True), axis=0))
    return factors


def poscounts(counts: Floats, offsets: Floats | None = None) -> Floats:
    """Size factor of each sample from positive counts, as DESeq2's ``type = "poscounts"`` defines it.

    ``counts``: features x samples, no sample all zero. A feature's reference is the n-th root of
    the product of its positive counts (n = all samples), so that features with only 0 and 1
    counts stay in. The factors are scaled to a geometric mean of 1. ``offsets``, of the same
    shape, are what counts owe to the samples' transcript lengths (``length_offsets``); references are of counts
    as they are.

    Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8
    """
    seen = counts > 0
    logs = np.log(np.where(seen, counts, 1.0))
    owed = 0.0 if offsets is None else np.log(offsets)
    ratios = np.where(seen, logs - owed - logs.mean(axis=1, keepdims=True), np.nan)
    logs_of_factors = np.nanmedian(ratios, axis=0)
    factors: Floats = np.exp(logs_of_factors - logs_of_factors.mean())
    return factors
