"""What surrounds a seed site: local AU content, pairing of the miRNA's 3′ part, the junction of a circle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.methods.nucleotides import AMBIGUOUS, Codes, Ints, encode, pool

_FLANK = 30  # nucleotides on either side whose A and U count
_REACH = 23  # farthest target position that the miRNA's 3′ part may pair with
_PAD = _FLANK + 8
_ROWS = 2**18  # sites looked at together
_M8 = (0, 1)  # types that pair t8: 8mer, 7mer-m8
_A1 = (0, 2)  # types with an A at t1: 8mer, 7mer-A1
_WHOLE_PAIR = (13, 16)  # nucleotides of the miRNA whose pairs count 1, others ½
_SHORTEST_RUN = 2
_AU = (0, 3)  # codes of A and U
_FREE_OFFSET = 2  # nucleotides by which the two loops may differ for nothing

Floats = npt.NDArray[np.float64]


def site_context(
    sites: pl.DataFrame, mirnas: Sequence[str], sequences: Sequence[str], is_circular: Sequence[bool]
) -> pl.DataFrame:
    """``sites`` (of ``seed_sites``) with ``au_content``, ``supplementary_score``, ``spans_junction``.

    ``au_content``: share of A and U in the 30 nucleotides on either side, weighted by the inverse of the
    distance as in Grimson 2007, figure 3; 0 to 1, null where nothing flanks the site. In circles each
    flank ends where it would run into the site. ``supplementary_score``: best run of two or more
    Watson-Crick pairs of the miRNA behind its seed, 1 for each of nucleotides 13-16 and ½ for others,
    less ½ for each nucleotide beyond two by which the loops of miRNA and target differ; 0 where nothing
    pairs. Pairing reaches to target position 23, and no nucleotide of a circle is used twice.
    ``spans_junction``: the seed site has nucleotides of both ends of a circle.

    Grimson 2007, doi:10.1016/j.molcel.2007.06.017
    """
    laid = pool(sequences, is_circular, _PAD)
    longest = max((len(m) for m in mirnas), default=0)
    matrix = np.full((len(mirnas), max(longest, 8)), AMBIGUOUS, np.uint8)
    for row, mirna in enumerate(mirnas):
        matrix[row, : len(mirna)] = encode(mirna)
    parts = []
    for start in range(0, sites.height, _ROWS):
        rows = sites[start : start + _ROWS]
        sequence, t1 = rows["sequence"].to_numpy().astype(np.int64), rows["t1"].to_numpy()
        kind, length, circular = rows["site_type"].to_numpy(), laid.lengths[sequence], laid.is_circular[sequence]
        at = laid.starts[sequence] + t1
        au = _au_content(laid.codes, at, t1, kind, length, circular)
        score = np.zeros(rows.height)
        for first, group in ((9, np.isin(kind, _M8)), (8, ~np.isin(kind, _M8))):
            spots = np.flatnonzero(group)
            target = laid.codes[at[spots, None] - np.arange(first - 1, _REACH)]
            used_twice = circular[spots, None] & (np.arange(first, _REACH + 1) > length[spots, None])
            target[used_twice] = AMBIGUOUS
            score[spots] = _supplementary(matrix[rows["mirna"].to_numpy()[spots]][:, first - 1 :], target, first)
        first_site = t1 - np.where(np.isin(kind, _M8), 7, 6)
        last_site = t1 - np.where(np.isin(kind, _A1), 0, 1)
        spans = circular & (first_site < 0) & (last_site >= 0)
        parts.append(
            rows.with_columns(
                pl.Series("au_content", au).fill_nan(None),
                pl.Series("supplementary_score", score),
                pl.Series("spans_junction", spans),
            )
        )
    if parts:
        return pl.concat(parts)
    new = {"au_content": pl.Float64, "supplementary_score": pl.Float64, "spans_junction": pl.Boolean}
    return sites.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in new.items())


def _au_content(
    codes: Codes, at: Ints, t1: Ints, kind: npt.NDArray[np.uint8], length: Ints, circular: npt.NDArray[np.bool_]
) -> Floats:
    """Weighted share of A and U; NaN where no nucleotide flanks the site."""
    steps = np.arange(_FLANK)
    pairs_8, has_a = np.isin(kind, _M8), np.isin(kind, _A1)
    up_weight = 1 / (steps + np.where(pairs_8, 1, 2)[:, None])
    down_weight = np.where(has_a[:, None], 1 / (steps + 2), 1 / np.maximum(steps + 1, 2))
    down_first = np.where(has_a, 1, 0)  # behind t1, or t1 itself where it is no part of the site
    total, score = np.zeros(len(at)), np.zeros(len(at))
    for first, step, weight, site in (
        (np.full(len(at), -8), -1, up_weight, np.full(len(at), 8)),
        (down_first, 1, down_weight, 7 + down_first),
    ):
        offset = first[:, None] + step * steps
        inside = (t1[:, None] + offset >= 0) & (t1[:, None] + offset < length[:, None])
        here = np.where(circular[:, None], steps < (length - site)[:, None], inside)
        letter = codes[at[:, None] + offset]
        total += (weight * here).sum(1)
        score += (weight * (here & (np.isin(letter, _AU)))).sum(1)
    share: Floats = np.divide(score, total, out=np.full(len(at), np.nan), where=total > 0)
    return share


def _supplementary(mirna: Codes, target: Codes, first: int) -> Floats:
    """Score of each site. Columns: nucleotides of the miRNA from ``first`` on, target positions from ``first`` on."""
    best = np.zeros(len(mirna))
    for offset in range(max(mirna.shape[1], target.shape[1])):
        penalty = max(0.0, (offset - _FREE_OFFSET) / 2)
        for mirna_shift, target_shift in {(offset, 0), (0, offset)}:
            width = min(mirna.shape[1] - mirna_shift, target.shape[1] - target_shift)
            run, count = np.zeros(len(mirna)), np.zeros(len(mirna), np.int64)
            for i in range(width):
                nucleotide = first + i + mirna_shift
                is_pair = mirna[:, i + mirna_shift] + target[:, i + target_shift] == 3  # noqa: PLR2004  # complements
                worth = 1.0 if _WHOLE_PAIR[0] <= nucleotide <= _WHOLE_PAIR[1] else 0.5
                run, count = (run + worth) * is_pair, (count + 1) * is_pair
                np.maximum(best, run - penalty, out=best, where=count >= _SHORTEST_RUN)
    return best
