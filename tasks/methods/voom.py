"""Counts as log2 counts per million, with the precision of each observation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.methods.array_weights import array_weights
from tasks.methods.linear_models import Blocks, lm_fit
from tasks.methods.lowess import lowess

Floats = npt.NDArray[np.float64]
SPAN = 0.5
PRIOR_COUNT = 3.0
_MILLION = 1e6
_LEAST_SPREAD = 1e-3  # lowest root of a standard deviation beside the highest


@dataclass(frozen=True)
class Voom:
    """``values``: log2 counts per million; ``weights``: inverse variances; both features x samples.

    ``sample_weights``: quality of each sample where it was estimated, ones otherwise; part of ``weights``.
    """

    values: Floats
    weights: Floats
    sample_weights: Floats


def log_cpm(counts: Floats, library_sizes: Floats, *, prior_count: float = PRIOR_COUNT) -> Floats:
    """log2 counts per million as edgeR's ``cpm(log = TRUE)``: what limma-trend is fitted to.

    ``counts``: features x samples; ``library_sizes``: effective ones (total x normalisation
    factor). ``prior_count`` reads, in proportion to the library, are added to each count.

    Law et al. 2014, doi:10.1186/gb-2014-15-2-r29
    """
    prior = library_sizes / library_sizes.mean() * prior_count
    found: Floats = np.log2((counts + prior) / (library_sizes + 2 * prior) * _MILLION)
    return found


def voom(
    counts: Floats,
    design: Floats,
    library_sizes: Floats,
    *,
    blocks: Blocks | None = None,
    sample_weights: Floats | None = None,
) -> Voom:
    """log2 counts per million and weights from the trend of variance over count.

    ``counts``: features x samples, filtered; ``design``: samples x coefficients, of full rank;
    ``library_sizes``: effective ones. ``blocks`` and ``sample_weights`` go into the fit that the
    trend is of; sample weights are not part of the weights. Without residual degrees of freedom,
    with a single feature or without any variation no trend can be seen and all weights are 1; where
    the trend falls to zero, weights stay finite.

    Law, Chen, Shi & Smyth 2014, doi:10.1186/gb-2014-15-2-r29
    """
    values = np.log2((counts + 0.5) / (library_sizes + 1) * _MILLION)
    none = np.ones(counts.shape[1])
    fit = lm_fit(values, design, sample_weights, blocks)
    seen = counts.any(axis=1)
    if not fit.residual_df or seen.sum() < 2:  # noqa: PLR2004  # two points make a line
        return Voom(values, np.ones_like(values), none)
    x = (fit.means + np.log2(library_sizes + 1).mean() - np.log2(_MILLION))[seen]
    order = np.argsort(x, kind="stable")
    x, y = x[order], np.sqrt(np.sqrt(fit.variances[seen]))[order]
    trend = lowess(x, y, span=SPAN)
    # equal x become one point with the mean of their fits, as R's approxfun does
    points, first, repeats = np.unique(x, return_index=True, return_counts=True)
    heights = np.add.reduceat(trend, first) / repeats
    if not heights.any():
        return Voom(values, np.ones_like(values), none)
    heights = np.maximum(np.abs(heights), _LEAST_SPREAD * np.abs(heights).max())
    expected = fit.coefficients @ design.T - np.log2(_MILLION) + np.log2(library_sizes + 1)
    spread = np.interp(expected, points, heights)
    return Voom(values, 1 / np.square(np.square(spread)), none)


def voom_with_quality_weights(
    counts: Floats, design: Floats, library_sizes: Floats, *, blocks: Blocks | None = None
) -> Voom:
    """Voom whose weights also say how far each sample's values lie from the fit, over all features.

    Arguments as in ``voom``. Trend and sample weights are estimated in turn, twice. As in limma ``blocks`` go
    into the fits of the trend, not into the sample weights.

    Liu et al. 2015, doi:10.1093/nar/gkv412
    """
    first = voom(counts, design, library_sizes, blocks=blocks)
    quality = array_weights(first.values, design, first.weights)
    second = voom(counts, design, library_sizes, blocks=blocks, sample_weights=quality)
    quality = array_weights(second.values, design, second.weights)
    return Voom(second.values, second.weights * quality, quality)
