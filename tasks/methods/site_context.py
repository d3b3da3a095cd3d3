"""What surrounds a seed site: local AU content, pairing of the miRNA's 3′ part, the junction of a circle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.methods.nucleotides import AMBIGUOUS, Codes, Ints, Pool, encode, pool

_FLANK = 30  # nucleotides on either side whose A and U count
_REACH = 23  # farthest target position that the miRNA's 3′ part may pair with
_PAD = _FLANK + 8
_ROWS = 2**14  # sites looked at together: what they need stays in the processor's cache
_M8 = (0, 1)  # types that pair t8: 8mer, 7mer-m8
_A1 = (0, 2)  # types with an A at t1: 8mer, 7mer-A1
_WHOLE_PAIR = (13, 16)  # nucleotides of the miRNA whose pairs count 1, others ½
_AU = (0, 3)  # codes of A and U
_NO_PARTNER = 5  # no code: an ambiguous nucleotide of the miRNA pairs with nothing
_FREE_OFFSET = 2  # nucleotides by which the two loops may differ for nothing
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


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
    partners = _partners(mirnas)
    is_au = np.isin(laid.codes, _AU)
    columns = {
        "au_content": np.empty(sites.height),
        "supplementary_score": np.empty(sites.height),
        "spans_junction": np.empty(sites.height, bool),
    }
    every = {name: sites[name].to_numpy() for name in ("mirna", "sequence", "t1", "site_type")}
    for start in range(0, sites.height, _ROWS):
        mirna, sequence, t1, kind = (values[start : start + _ROWS] for values in every.values())
        length, circular = laid.lengths[sequence], laid.is_circular[sequence]
        at, here = laid.starts[sequence] + t1, slice(start, start + _ROWS)
        pairs_8, has_a = np.isin(kind, _M8), np.isin(kind, _A1)
        columns["au_content"][here] = _au_content(is_au, at, t1, pairs_8, has_a, length, circular)
        columns["supplementary_score"][here] = _supplementary(partners, laid, mirna, sequence, at, pairs_8)
        columns["spans_junction"][here] = circular & (t1 < np.where(pairs_8, 7, 6)) & (t1 >= np.where(has_a, 0, 1))
    added = sites.with_columns(pl.Series(name, values) for name, values in columns.items())
    return added.with_columns(pl.col("au_content").fill_nan(None))


def _partners(mirnas: Sequence[str]) -> Codes:
    """Code that each nucleotide pairs with; a row for each nucleotide from the first, a column for each miRNA."""
    longest = max((len(m) for m in mirnas), default=0)
    codes = np.full((len(mirnas), max(longest, 8)), AMBIGUOUS, np.uint8)
    for row, mirna in enumerate(mirnas):
        codes[row, : len(mirna)] = encode(mirna)
    return np.ascontiguousarray(np.where(codes == AMBIGUOUS, _NO_PARTNER, 3 - codes).astype(np.uint8).T)


def _au_content(
    is_au: Flags, at: Ints, t1: Ints, pairs_8: Flags, has_a: Flags, length: Ints, circular: Flags
) -> Floats:
    """Weighted share of A and U; NaN where no nucleotide flanks the site. Nothing beyond a linear end is A or U."""
    steps = np.arange(_FLANK)
    first = has_a.astype(np.int64)  # behind t1, or t1 itself where it is no part of the site
    total, score = np.zeros(len(at)), np.zeros(len(at))
    up, down = (1 / (steps + 2), 1 / (steps + 1)), (1 / np.maximum(steps + 1, 2), 1 / (steps + 2))
    for (lighter, other), group, origin, direction, room, site in (
        (up, pairs_8, at - 8, -1, t1 - 7, 8),
        (down, has_a, at + first, 1, length - t1 - first, 7 + first),
    ):
        reach = np.clip(np.where(circular, length - site, room), 0, _FLANK)
        for step in steps:  # both sums in one order: where all is A or U the share is 1 to the last digit
            weight = np.where(group, other[step], lighter[step]) * (step < reach)
            total += weight
            score += weight * is_au[origin + direction * step]
    share: Floats = np.divide(score, total, out=np.full(len(at), np.nan), where=total > 0)
    return share


def _supplementary(partners: Codes, laid: Pool, mirna: Ints, sequence: Ints, at: Ints, pairs_8: Flags) -> Floats:
    """Score of each site: pairing begins behind the seed, at nucleotide 9 where t8 pairs and at 8 where not."""
    score = np.empty(len(at))
    for first, group in ((9, pairs_8), (8, ~pairs_8)):
        spots = np.flatnonzero(group)
        places = np.arange(first, _REACH + 1)[:, None]
        target = laid.codes[at[spots] - places + 1]
        used_twice = laid.is_circular[sequence[spots]] & (places > laid.lengths[sequence[spots]])
        target[used_twice] = AMBIGUOUS
        score[spots] = _best_runs(partners[first - 1 :, mirna[spots]], target, first) / 2
    return score


def _best_runs(partners: Codes, target: Codes, first: int) -> npt.NDArray[np.int8]:
    """Best run of each site in halves of a pair. Rows: nucleotides of the miRNA, target positions, from ``first``."""
    count = target.shape[1]
    best = np.zeros(count, np.int8)
    for offset in range(max(len(partners), len(target))):
        for mirna_shift, target_shift in {(offset, 0), (0, offset)}:
            top = np.zeros(count, np.int8)
            run, before = np.zeros(count, np.int8), np.zeros(count, np.int8)  # all bits are set where a pair is
            for i in range(min(len(partners) - mirna_shift, len(target) - target_shift)):
                is_whole = _WHOLE_PAIR[0] <= first + i + mirna_shift <= _WHOLE_PAIR[1]
                pair = -(partners[i + mirna_shift] == target[i + target_shift]).view(np.int8)
                run += np.int8(2 if is_whole else 1)
                run &= pair
                np.maximum(top, run & before, out=top)  # one pair alone is no run
                before = pair
            np.maximum(best, top - np.int8(max(0, offset - _FREE_OFFSET)), out=best)
    return best
