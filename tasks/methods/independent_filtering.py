"""Which features are too weakly counted to be worth testing, by DESeq2's rule.

Bourgon, Gentleman & Huber 2010, doi:10.1073/pnas.0914005107; Love, Huber & Anders 2014,
doi:10.1186/s13059-014-0550-8
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.methods.lowess import lowess

Floats = npt.NDArray[np.float64]

THETAS = 50
HIGHEST_SHARE = 0.95
FEW_REJECTIONS = 10  # up to here the number of rejections says nothing about a threshold
SPAN = 0.2


def adjusted(pvalues: Floats) -> Floats:
    """Benjamini-Hochberg adjusted p-values; NaN stays NaN and is no part of the family.

    Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x
    """
    found = np.full(len(pvalues), np.nan)
    known = np.flatnonzero(~np.isnan(pvalues))
    order = known[np.argsort(-pvalues[known], kind="stable")]
    ranks = np.arange(len(order), 0, -1)
    found[order] = np.minimum(np.minimum.accumulate(pvalues[order] * len(order) / ranks), 1.0)
    return found


def filtered(pvalues: Floats, means: Floats, fdr: float) -> tuple[Floats, float]:
    """Adjusted p-values of features whose mean reaches a threshold, NaN below it; and the threshold.

    ``means``: mean of normalised counts of every feature, all-zero ones included. Of 50 quantiles of the
    means the lowest is taken that gives nearly the most rejections at ``fdr``: more than the
    smoothed curve's maximum less the root mean square of the residuals.
    """
    unseen = float((means == 0).mean())
    shares = np.linspace(unseen, HIGHEST_SHARE if unseen < HIGHEST_SHARE else 1.0, THETAS)
    cutoffs = _quantiles(means, shares)
    families = [adjusted(np.where(means >= cutoff, pvalues, np.nan)) for cutoff in cutoffs]
    rejections = np.array([float((family < fdr).sum()) for family in families])
    chosen = 0
    if rejections.max() > FEW_REJECTIONS:
        smooth = lowess(shares, rejections, span=SPAN)
        has_some = rejections > 0
        spread = np.sqrt(((rejections - smooth)[has_some] ** 2).mean())
        enough = rejections > smooth.max() - spread
        chosen = int(enough.argmax())
    return families[chosen], float(cutoffs[chosen])


def _quantiles(values: Floats, shares: Floats) -> Floats:
    """Quantiles between the nearest values, in the order of R's arithmetic: a mean may equal its own cutoff."""
    ordered = np.sort(values)
    position = (len(values) - 1) * shares
    low = np.floor(position).astype(np.int64)
    high = np.minimum(np.ceil(position).astype(np.int64), len(values) - 1)
    share = position - low
    between = (1 - share) * ordered[low] + share * ordered[high]
    return np.asarray(np.where((share > 0) & (ordered[low] != ordered[high]), between, ordered[low]), dtype=np.float64)
