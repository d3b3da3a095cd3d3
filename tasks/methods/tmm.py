"""Normalisation factors of library sizes by the trimmed mean of M values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
RATIO_TRIM, SUM_TRIM = 0.3, 0.05
_NOTHING = 1e-20  # an upper quartile below this is none
_SAME = 1e-6  # log ratios below this mean the same sample


def tmm_factors(counts: Floats, library_sizes: Floats | None = None) -> Floats:
    """Factor of each sample that its library size is multiplied by, as edgeR's ``calcNormFactors`` gives it.

    ``counts``: features x samples; ``library_sizes`` are the columns' sums where not given. The
    sample whose upper quartile is nearest the mean is the reference; the 30 % most extreme log
    ratios and 5 % most extreme abundances are left out on each side, the rest is weighted by inverse
    variance. The factors' geometric mean is 1; all are 1 where nothing was counted.

    Robinson & Oshlack 2010, doi:10.1186/gb-2010-11-3-r25
    """
    sizes = counts.sum(axis=0) if library_sizes is None else library_sizes
    seen = counts[(counts > 0).any(axis=1)]
    if not len(seen):
        return np.ones(counts.shape[1])
    quartiles = np.quantile(seen, 0.75, axis=0) / sizes
    if np.median(quartiles) < _NOTHING:
        reference = int(np.sqrt(seen).sum(axis=0).argmax())
    else:
        reference = int(np.abs(quartiles - quartiles.mean()).argmin())
    factors = np.array([_factor(seen[:, i], seen[:, reference], sizes[i], sizes[reference]) for i in range(len(sizes))])
    scaled: Floats = factors / np.exp(np.log(factors).mean())
    return scaled


def _factor(sample: Floats, reference: Floats, size: float, reference_size: float) -> float:
    in_both = (sample > 0) & (reference > 0)
    a, b = sample[in_both], reference[in_both]
    ratios = np.log2((a / size) / (b / reference_size))
    if not len(a) or np.abs(ratios).max() < _SAME:
        return 1.0
    abundances = (np.log2(a / size) + np.log2(b / reference_size)) / 2
    variances = (size - a) / size / a + (reference_size - b) / reference_size / b
    used = inside(ratios, RATIO_TRIM) & inside(abundances, SUM_TRIM)
    with np.errstate(divide="ignore", invalid="ignore"):  # one feature holds all reads: no variance
        mean = (ratios[used] / variances[used]).sum() / (1 / variances[used]).sum()
    return float(2 ** np.nan_to_num(mean))


def inside(values: Floats, trim: float) -> npt.NDArray[np.bool_]:
    """Which values are not among the trimmed share on either side; equal ones share their average rank."""
    n = len(values)
    low = int(n * trim) + 1
    smallest, largest = np.partition(values, (low - 1, n - low))[[low - 1, n - low]]
    kept: npt.NDArray[np.bool_] = (values > smallest) & (values < largest)
    for edge in (smallest, largest):
        equal = values == edge
        rank = (values < edge).sum() + (equal.sum() + 1) / 2
        if low <= rank <= n + 1 - low:
            kept |= equal
    return kept
