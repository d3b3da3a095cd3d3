"""Samples as points: principal components, distances, and points that lie where their label does not. Pure.

Values are features x samples on a scale whose variance does not depend on the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TOP_FEATURES = 500  # as DESeq2's plotPCA
OUTLIER_DEVIATIONS = 3.0
OUTLIER_RATIO = 2.0  # few samples have a small median deviation by chance
SWAP_RATIO = 1.2
SEPARATED = 0.7
MIN_SAMPLES = 4  # fewer have no usual distance
MAD_OF_NORMAL = 1.4826


@dataclass(frozen=True)
class Components:
    """``coordinates``: samples x components; ``shares``: part of the variance that each explains."""

    coordinates: Floats
    shares: Floats


@dataclass(frozen=True)
class GroupDistances:
    """Of each sample: median distance to its own group (NaN for the only one) and to the nearest other."""

    own: Floats
    nearest: tuple[str | None, ...]
    nearest_distance: Floats


def most_variable(values: Floats, count: int = TOP_FEATURES) -> Floats:
    """The rows of largest variance, largest first."""
    order = np.argsort(-values.var(axis=1, ddof=1), kind="stable")[:count] if values.shape[1] > 1 else slice(count)
    chosen: Floats = values[order]
    return chosen


def principal_components(values: Floats) -> Components:
    """Components of the samples, rows centred and not scaled, as R's ``prcomp`` of the transpose.

    As many as samples or features allow; each is turned so that its farthest sample is positive. Love, Huber &
    Anders 2014, doi:10.1186/s13059-014-0550-8 (``plotPCA``).
    """
    centred = values - values.mean(axis=1, keepdims=True)
    left, singular, _ = np.linalg.svd(centred.T, full_matrices=False)
    coordinates = left * singular
    signs = np.sign(coordinates[np.abs(coordinates).argmax(axis=0), np.arange(coordinates.shape[1])])
    total = float((singular**2).sum())
    shares = singular**2 / total if total > 0 else np.zeros_like(singular)
    return Components(coordinates * np.where(signs == 0, 1.0, signs), shares)


def distances(values: Floats) -> Floats:
    """Euclidean distance of every two samples."""
    squares = (values**2).sum(axis=0)
    between = squares[:, None] + squares[None, :] - 2 * values.T @ values
    np.fill_diagonal(between, 0.0)
    found: Floats = np.sqrt(np.maximum(between, 0.0))
    return found


def without_blocks(values: Floats, groups: Sequence[str], blocks: Sequence[Sequence[str]]) -> Floats:
    """Values with the effects of blocking columns removed and those of the groups kept.

    ``groups``: level of each sample; ``blocks``: for each blocking column the level of each sample. The
    blocks' deviations from their mean, estimated beside the groups' means, are subtracted, as limma's
    ``removeBatchEffect`` does. Ritchie et al. 2015, doi:10.1093/nar/gkv007
    """
    coded = [_deviations(levels) for levels in blocks]
    batch = np.column_stack(coded) if coded else np.zeros((values.shape[1], 0))
    if not batch.shape[1]:
        return values
    levels = sorted(set(groups))
    kept = np.column_stack([np.array([float(g == level) for g in groups]) for level in levels])
    weights, *_ = np.linalg.lstsq(np.column_stack([kept, batch]), values.T, rcond=None)
    return np.asarray(values - (batch @ weights[kept.shape[1] :]).T, dtype=np.float64)


def _deviations(levels: Sequence[str]) -> Floats:
    """Sum-to-zero coding of a factor: samples x levels - 1."""
    names = sorted(set(levels))
    last = np.array([-float(level == names[-1]) for level in levels])
    columns = [np.array([float(level == name) for level in levels]) + last for name in names[:-1]]
    return np.column_stack(columns) if columns else np.zeros((len(levels), 0))


def group_distances(between: Floats, groups: Sequence[str]) -> GroupDistances:
    """Median distance of each sample to its group's others and to the samples of the nearest other group.

    Of two distances in the middle the smaller counts, so that one bad sample among three does not move the others.
    """
    labels = np.array(groups)
    levels = sorted(set(groups))
    table = np.full((len(labels), len(levels)), np.nan)
    for column, level in enumerate(levels):
        others = np.where((labels == level)[None, :], between, np.nan)
        np.fill_diagonal(others, np.nan)
        known = ~np.isnan(others).all(axis=1)
        table[known, column] = np.nanquantile(others[known], 0.5, axis=1, method="lower")
    is_own = labels[:, None] == np.array(levels)[None, :]
    own: Floats = np.where(is_own, table, 0.0).sum(axis=1)
    away = np.where(is_own | np.isnan(table), np.inf, table)
    place, distance = away.argmin(axis=1), away.min(axis=1)
    nearest = tuple(levels[p] if np.isfinite(d) else None for p, d in zip(place, distance, strict=True))
    return GroupDistances(own, nearest, np.where(np.isfinite(distance), distance, np.nan))


def far_samples(own: Floats) -> npt.NDArray[np.bool_]:
    """Samples far from their group: 3 scaled median absolute deviations above the median sample and twice as far.

    ``own``: distances as of ``group_distances``. With fewer than four of them none is called far.
    Leys et al. 2013, doi:10.1016/j.jesp.2013.03.013
    """
    known = own[~np.isnan(own)]
    if len(known) < MIN_SAMPLES:
        return np.zeros(len(own), dtype=np.bool_)
    middle = np.median(known)
    deviation = MAD_OF_NORMAL * np.median(np.abs(known - middle))
    far: npt.NDArray[np.bool_] = (own > middle + OUTLIER_DEVIATIONS * deviation) & (own > OUTLIER_RATIO * middle)
    return far


def misplaced_samples(between: Floats, groups: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Samples that lie in another group: nearer to it by a fifth, and clearly in it once they are counted there.

    ``between``: distances of every two samples. Groups that lie apart only by chance would be told by the
    first condition alone; so at most a third of the samples may be misplaced, and with these in the groups
    where they lie, they and half of all samples must be nearer to their own group by 30 %.
    """
    before = group_distances(between, groups)
    with np.errstate(invalid="ignore"):
        moved = before.own > SWAP_RATIO * before.nearest_distance
    if not moved.any() or 3 * moved.sum() > len(groups):
        return np.zeros(len(groups), dtype=np.bool_)
    labels = [str(n) if m else g for n, m, g in zip(before.nearest, moved, groups, strict=True)]
    after = group_distances(between, labels)
    ratios = after.own / after.nearest_distance
    if np.isnan(ratios).all() or np.nanmedian(ratios) > SEPARATED:
        return np.zeros(len(groups), dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        found: npt.NDArray[np.bool_] = moved & (ratios <= SEPARATED)
    return found
