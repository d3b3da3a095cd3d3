"""Quality of one read of one plate: scatter of blanks and repeats, Z', edge effect, wells apart from their repeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Groups = Mapping[str, Floats]

OUTLIER_SDS = 3.5
GRUBBS_ALPHA = 0.05
_LEAST_GROUPS = 3  # below that the plate's own scatter is no yardstick
_LEAST_GRUBBS = 3


@dataclass(frozen=True)
class ZPrime:
    """Screening window between the two controls farthest apart."""

    value: float
    high: str
    low: str


@dataclass(frozen=True)
class EdgeEffect:
    """Difference of outer from inner wells of the same sample, in percent of the sample's mean."""

    percent: float
    pvalue: float
    edge_count: int


@dataclass(frozen=True)
class Outlier:
    """Position of a well in the arrays given, and how far it is from the others of its group."""

    index: int
    others_mean: float
    group_size: int
    method: str
    score: float


def pooled_cv_percent(groups: Sequence[Floats]) -> float | None:
    """SD within groups over the mean of all values; null for no degree of freedom or a mean of zero or less."""
    filled = [g for g in groups if len(g)]
    count = sum(map(len, filled))
    if count <= len(filled):
        return None
    mean = float(np.concatenate(filled).mean())
    squares = sum(float(((g - g.mean()) ** 2).sum()) for g in filled)
    return 100 * float(np.sqrt(squares / (count - len(filled)))) / mean if mean > 0 else None


def median_cv_percent(groups: Sequence[Floats]) -> float | None:
    """Median over groups of two or more of SD / mean; groups with a mean of zero or less are left out."""
    found = [100 * g.std(ddof=1) / g.mean() for g in groups if len(g) > 1 and g.mean() > 0]
    return float(np.median(found)) if found else None


def z_prime(controls: Groups) -> ZPrime | None:
    """Z' = 1 - 3 (s_high + s_low) / |m_high - m_low| of the two controls farthest apart.

    Controls with fewer than two wells do not count; null with fewer than two of them or equal means.

    Zhang, Chung & Oldenburg 1999, doi:10.1177/108705719900400206
    """
    usable = sorted((float(v.mean()), name) for name, v in controls.items() if len(v) > 1)
    if len(usable) < 2 or usable[0][0] == usable[-1][0]:  # noqa: PLR2004  # a window has two sides
        return None
    (low_mean, low), (high_mean, high) = usable[0], usable[-1]
    spread = float(controls[low].std(ddof=1) + controls[high].std(ddof=1))
    return ZPrime(1 - 3 * spread / (high_mean - low_mean), high, low)


def edge_effect(values: Floats, groups: Sequence[str], is_edge: NDArray[np.bool_]) -> EdgeEffect | None:
    """Compare outer with inner wells, the sample held constant.

    ``values``: readings, one per well; ``groups``: their samples. Each reading is divided by its sample's
    mean, then regressed on being at the edge with one intercept per sample (the within estimator), so that
    treatments that stand at the edge do not count; t-test on N - samples - 1 degrees of freedom. Samples with
    outer wells only or inner wells only tell nothing and are left out. Null when none is left or no degree of freedom.
    """
    names, codes = np.unique(np.asarray(groups), return_inverse=True)
    ratios, edges, kept = [], [], 0
    for code in range(len(names)):
        chosen = codes == code
        value, edge = values[chosen], is_edge[chosen].astype(float)
        if edge.min() == edge.max() or value.mean() <= 0:
            continue
        kept += 1
        ratios.append(value / value.mean() - 1)
        edges.append(edge - edge.mean())
    if not kept:
        return None
    y, x = np.concatenate(ratios), np.concatenate(edges)
    free = len(y) - kept - 1
    if free < 1:
        return None
    square = float(x @ x)
    slope = float(x @ y) / square
    residual = float(((y - slope * x) ** 2).sum()) / free
    error = float(np.sqrt(residual / square))
    pvalue = 2 * float(stats.t.sf(abs(slope) / error, free)) if error > 0 else float(slope == 0)
    return EdgeEffect(100 * slope, pvalue, int((x > 0).sum()))


def outliers(values: Floats, groups: Sequence[str], is_blank: NDArray[np.bool_]) -> list[Outlier]:
    """Wells apart from the others of their sample; at most the farthest of a sample (both of a pair).

    With three or more samples in repeats, the yardstick is the plate's own scatter: the relative SD of
    replicates, pooled robustly as the median of the samples' relative variances over the median of its
    chi-square. A well is apart when it differs from the mean of the others by more than 3.5 such SDs. Three
    wells alone cannot show an outlier; the whole plate can. Blanks, and plates with fewer samples, are judged
    by Grubbs' test (two-sided 0.05) within the group.

    Iglewicz & Hoaglin 1993, How to detect and handle outliers (cutoff 3.5);
    Grubbs 1969, doi:10.1080/00401706.1969.10490657
    """
    names, codes = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(codes == code) for code in range(len(names))]
    repeated = [m for m in members if len(m) > 1]
    relative = [m for m in repeated if not is_blank[m[0]] and values[m].mean() > 0]
    sd = _relative_sd([values[m] for m in relative]) if len(relative) >= _LEAST_GROUPS else None
    judged = {int(m[0]) for m in relative} if sd else set()
    found: list[Outlier] = []
    for member in repeated:
        value = values[member]
        found += _apart(value, member, sd) if sd and int(member[0]) in judged else _grubbs(value, member)
    return sorted(found, key=lambda o: o.index)


def _relative_sd(groups: Sequence[Floats]) -> float | None:
    """Robust pooled SD of readings over their group's mean."""
    scaled = [float(g.var(ddof=1) / g.mean() ** 2 / (stats.chi2.ppf(0.5, len(g) - 1) / (len(g) - 1))) for g in groups]
    sd = float(np.sqrt(np.median(scaled)))
    return sd if sd > 0 else None


def _apart(value: Floats, member: NDArray[np.intp], sd: float) -> list[Outlier]:
    size = len(value)
    others = (value.sum() - value) / (size - 1)
    scale = sd * np.abs(others) * np.sqrt(size / (size - 1))
    score = np.abs(value - others) / np.where(scale > 0, scale, np.inf)
    is_farthest = np.isclose(np.abs(value - others), np.abs(value - others).max())
    return [
        Outlier(int(member[i]), float(others[i]), size, "plate_scatter", float(score[i]))
        for i in np.flatnonzero(is_farthest & (score > OUTLIER_SDS))
    ]


def _grubbs(value: Floats, member: NDArray[np.intp]) -> list[Outlier]:
    size, sd = len(value), float(value.std(ddof=1))
    if size < _LEAST_GRUBBS or sd == 0:
        return []
    score = np.abs(value - value.mean()) / sd
    at = int(score.argmax())
    t = float(stats.t.ppf(1 - GRUBBS_ALPHA / (2 * size), size - 2))
    limit = (size - 1) / np.sqrt(size) * np.sqrt(t**2 / (size - 2 + t**2))
    others = float((value.sum() - value[at]) / (size - 1))
    return [Outlier(int(member[at]), others, size, "grubbs", float(score[at]))] if score[at] > limit else []
