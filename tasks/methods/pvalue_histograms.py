"""What a histogram of p-values tells of the tests behind it. Pure.

Breheny, Stromberg & Lambert 2018, doi:10.3390/ht7030023; Storey 2002, doi:10.1111/1467-9868.00346
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

Floats = npt.NDArray[np.float64]
Verdict = Literal["anti_conservative", "uniform", "conservative", "u_shaped", "humped", "too_few"]

BINS = 20
FEWEST = 100  # p-values below which a shape is chance
ALPHA = 0.05  # over all bins together
MARGIN = 1.2  # genes are not independent: a bin must be so far off besides
LAMBDAS = np.arange(1, BINS) / BINS
ADVICE: dict[Verdict, str] = {
    "anti_conservative": "A peak of small p-values over a flat rest: some features change, as a sound test shows it.",
    "uniform": "Flat: no feature need change; a difference, if there is one, is too small for this number of samples.",
    "conservative": "Fewer small p-values than chance gives: an unknown factor (batch, donor, swapped labels) may add "
    "variation, or the design lacks a blocking column. Colour the PCA by what is known of the samples.",
    "u_shaped": "Peaks at both ends: besides changed features many have p near 1, as with few reads or tests against a "
    "threshold. Filter features with few reads.",
    "humped": "A hill between 0 and 1, which neither chance nor change gives: the test does not fit the data; look for "
    "a batch that the design lacks.",
    "too_few": "Fewer than 100 p-values: their shape is chance.",
}


@dataclass(frozen=True)
class Histogram:
    """``counts`` of 20 bins of equal width (p = 1 is in the last), the null share and the shape."""

    counts: npt.NDArray[np.int64]
    pi0: float | None
    verdict: Verdict


def null_share(pvalues: Floats) -> float:
    """Share of true null hypotheses, Storey's estimate at the threshold of least mean squared error.

    Thresholds are 0.05 to 0.95; the error is the closed form of the bootstrap's that Bioconductor's
    qvalue uses. ``pvalues``: at least one. Storey, Taylor & Siegmund 2004, doi:10.1111/j.1467-9868.2004.00439.x
    """
    count = len(pvalues)
    above = count - np.searchsorted(np.sort(pvalues), LAMBDAS, side="left")
    shares = above / (count * (1 - LAMBDAS))
    error = above / (count * (1 - LAMBDAS)) ** 2 * (1 - above / count) + (shares - np.quantile(shares, 0.1)) ** 2
    return float(min(shares[error == error.min()].min(), 1.0))


def histogram(pvalues: Floats) -> Histogram:
    """Bins, null share and shape of p-values without nulls.

    A bin stands out where its count exceeds what as many uniform p-values give once in 20 histograms
    (binomial, Bonferroni over the bins) by a fifth of the mean; it lacks p-values where the same holds below.
    """
    counts, _ = np.histogram(pvalues, bins=BINS, range=(0, 1))
    if len(pvalues) < FEWEST:
        return Histogram(counts, None, "too_few")
    mean = len(pvalues) / BINS
    most, least = (float(binom.ppf(q, len(pvalues), 1 / BINS)) for q in (1 - ALPHA / BINS, ALPHA / BINS))
    high, low = counts > max(most, MARGIN * mean), counts < min(least, mean / MARGIN)
    return Histogram(counts, null_share(pvalues), _shape(high, first_is_low=bool(low[0])))


def _shape(high: npt.NDArray[np.bool_], *, first_is_low: bool) -> Verdict:
    if high[0] and high[-1]:
        return "u_shaped"
    if high[0]:
        slope = int(np.flatnonzero(~high)[0])  # bins that the first peak reaches
        return "humped" if high[slope:].any() else "anti_conservative"
    if high[-1]:
        return "conservative"
    if high.any():
        return "humped"
    return "conservative" if first_is_low else "uniform"
