"""Multiple sensitivity correlation: how much of a ceRNA-mRNA correlation all shared miRNAs carry, and its null.

cor(ceRNA, mRNA) - partial cor(ceRNA, mRNA | shared miRNAs). List et al. 2019, doi:10.1093/bioinformatics/btz314
"""

from __future__ import annotations

import numpy as np

from tasks.methods.cerna_correlation import Profiles, chunks, correlations, shared_mirnas
from tasks.methods.cerna_pairs import Floats, Incidence, Ints

FEWEST_SAMPLES = 50  # below, the null is wider than what is looked for
MOST_MIRNAS = 8  # the null hardly changes beyond
DRAWS = 100_000
SINGULAR = 1e-10


def sensitivity(cernas: Incidence, mrnas: Incidence, pairs: tuple[Ints, Ints], found: Profiles) -> Floats:
    """Multiple sensitivity correlation of the pairs.

    NaN where the shared miRNAs leave no degree of freedom, or explain ceRNA or mRNA wholly. miRNAs that repeat
    each other count once.
    """
    among = found.mirnas @ found.mirnas.T
    own, other = found.cernas @ found.mirnas.T, found.mrnas @ found.mirnas.T
    result = np.full(len(pairs[0]), np.nan)
    for part in chunks(len(result)):
        rows, columns = pairs[0][part], pairs[1][part]
        _, mirna, shared = shared_mirnas(cernas, mrnas, (rows, columns))
        start = np.cumsum(shared) - shared
        joint = correlations(found.cernas, found.mrnas, rows, columns)
        values = np.full(len(rows), np.nan)
        for count in np.unique(shared[(shared > 0) & (shared <= found.residual_df - 2)]):
            chosen = np.flatnonzero(shared == count)
            which = mirna[start[chosen, None] + np.arange(count)]
            ends = np.stack([own[rows[chosen, None], which], other[columns[chosen, None], which]], axis=2)
            values[chosen] = _difference(joint[chosen], among[which[:, :, None], which[:, None, :]], ends)
        result[part] = values
    return result


def _difference(joint: Floats, among: Floats, ends: Floats) -> Floats:
    """From correlations of pairs (n), of their miRNAs (n x k x k), and of miRNAs with both ends (n x k x 2)."""
    is_whole = np.isfinite(among).all(axis=(1, 2)) & np.isfinite(ends).all(axis=(1, 2)) & np.isfinite(joint)
    result = np.full(len(joint), np.nan)
    ends, among, joint = ends[is_whole], among[is_whole], joint[is_whole]
    explained = ends.transpose(0, 2, 1) @ np.linalg.pinv(among, rcond=SINGULAR, hermitian=True) @ ends
    left, right = 1 - explained[:, 0, 0], 1 - explained[:, 1, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        partial = (joint - explained[:, 0, 1]) / np.sqrt(left * right)
    is_left = (left > SINGULAR) & (right > SINGULAR)
    result[is_whole] = np.where(is_left, joint - partial, np.nan)
    return result


def sensitivity_pvalues(values: Floats, joint: Floats, shared: Ints, residual_df: int, seed: int) -> Floats:
    """One-sided p-value of each multiple sensitivity correlation under SPONGE's null, (1 + exceeding) / (1 + draws).

    ``joint``: the pairs' correlations, ``shared``: their numbers of miRNAs; the null is drawn for the nearest tenth of
    |``joint``| up to 0.9 and for at most eight miRNAs, and mirrored for negative correlations.
    """
    result = np.full(len(values), np.nan)
    is_there = np.isfinite(values)
    tenth = np.minimum(np.rint(np.abs(joint) * 10), 9)
    count = np.minimum(shared, MOST_MIRNAS)
    for k in np.unique(count[is_there]):
        for step in np.unique(tenth[is_there & (count == k)]):
            null = np.sort(
                zero_sensitivity(
                    int(k), step / 10, residual_df, DRAWS, np.random.default_rng([seed, int(k), int(step)])
                )
            )
            for sign in (1, -1):
                chosen = is_there & (count == k) & (tenth == step) & ((joint >= 0) == (sign > 0))
                below = np.searchsorted(null, values[chosen], side="left")
                above = len(null) - below if sign > 0 else np.searchsorted(null, -values[chosen], side="right")
                result[chosen] = (1 + above) / (1 + len(null))
    return result


def zero_sensitivity(
    mirna_count: int, correlation: float, residual_df: int, draws: int, rng: np.random.Generator
) -> Floats:
    """Sampled sensitivity correlations of ``draws`` populations where it is zero.

    In the population ceRNA and mRNA correlate by ``correlation``, given the miRNAs as much as without. miRNAs may be
    taken as independent (both correlations stay when their space is turned and stretched): the ceRNA's loadings are
    uniform in the unit ball, which is SPONGE's uniform draw of valid correlations; the angle to the mRNA's loadings
    is uniform where a solution exists; the length of these solves
    (K - s t cos)^2 = K^2 (1 - s^2)(1 - t^2). Sample covariances are Wishart with ``residual_df`` degrees of freedom,
    by Bartlett's decomposition.
    """
    own, other, cosine = _loadings(mirna_count, correlation, draws, rng)
    sine = np.sqrt(np.clip(1 - cosine**2, 0, 1))
    # axes: along the ceRNA's loadings, across them, then the miRNAs that neither loads on
    size = mirna_count + 2
    factor = np.zeros((draws, size, size))
    below = np.tril_indices(size, -1)
    factor[:, below[0], below[1]] = rng.standard_normal((draws, len(below[0])))
    diagonal = np.arange(size)
    factor[:, diagonal, diagonal] = np.sqrt(rng.chisquare(residual_df - diagonal, size=(draws, size)))
    first, second = np.zeros((draws, size)), np.zeros((draws, size))
    first[:, 0], first[:, -2] = own, np.sqrt(1 - own**2)
    second[:, 0] = other * cosine
    if mirna_count > 1:
        second[:, 1] = other * sine
    second[:, -2] = correlation * np.sqrt(1 - other**2)
    second[:, -1] = np.sqrt((1 - correlation**2) * (1 - other**2))
    a = np.einsum("ni,nij->nj", first, factor)
    b = np.einsum("ni,nij->nj", second, factor)

    def cosine_of(one: Floats, two: Floats) -> Floats:
        return np.asarray((one * two).sum(axis=1) / np.sqrt((one**2).sum(axis=1) * (two**2).sum(axis=1)))

    return cosine_of(a, b) - cosine_of(a[:, -2:], b[:, -2:])


def _loadings(
    mirna_count: int, correlation: float, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Lengths of both loadings and the cosine between them, ``draws`` valid solutions."""
    found: list[tuple[Floats, Floats, Floats]] = []
    while sum(len(own) for own, _, _ in found) < draws:
        own = rng.uniform(size=draws) ** (1 / mirna_count)
        cosine = np.ones(draws) if mirna_count == 1 else rng.uniform(abs(correlation), 1, size=draws)
        root = np.sqrt((1 - own**2) * (cosine**2 - correlation**2))
        side = 1 if mirna_count == 1 else -1
        with np.errstate(invalid="ignore", divide="ignore"):
            length = own * correlation * (cosine + side * root) / (own**2 * cosine**2 + correlation**2 * (1 - own**2))
        is_valid = (length >= 0) & (length < 1) & (correlation >= own * length * cosine)
        found.append((own[is_valid], length[is_valid], cosine[is_valid]))
    own, length, cosine = (np.concatenate(parts)[:draws] for parts in zip(*found, strict=True))
    return own, length, cosine
