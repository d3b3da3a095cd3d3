"""Seed sites of miRNAs in linear and circular RNA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.vocabulary import SiteType
from tasks.methods.nucleotides import AMBIGUOUS, Ints, Pool, encode, pool

SITE_TYPES: tuple[SiteType, ...] = get_args(SiteType)  # strongest first
SITE_LENGTH = 8  # target positions 8 to 1, opposite the miRNA's first eight nucleotides
_CORE = 6
_CHUNK = 2**21  # nucleotides scanned at once: a few hundred MB at most
_SITES = {"mirna": pl.UInt32, "sequence": pl.UInt32, "t1": pl.Int64, "site_type": pl.UInt8}


@dataclass(frozen=True)
class _Seeds:
    """Different seeds (nucleotides 2-8) of miRNAs, found by the 7-mer of the target that pairs with them."""

    by_site: npt.NDArray[np.int32]  # code of target positions 8-2 -> seed, -1 where no miRNA has it
    members: pl.DataFrame  # seed, mirna: which miRNAs share a seed


def seed_sites(
    mirnas: Sequence[str],
    sequences: Sequence[str],
    is_circular: Sequence[bool],
    *,
    with_6mers: bool = False,
    chunk: int = _CHUNK,
) -> pl.DataFrame:
    """Every site of every miRNA in every sequence, sorted.

    ``mirnas`` are mature sequences 5′ to 3′, ``sequences`` targets 5′ to 3′, RNA or DNA. With t1 … t8 the
    target's nucleotides opposite the miRNA's first eight: all types pair t2-t7 with nucleotides 2-7;
    ``8mer`` and ``7mer-m8`` pair t8 as well, ``8mer`` and ``7mer-A1`` have an A at t1, which need not pair.
    Pairs are Watson-Crick; ambiguous letters pair with nothing and are no A. In circles a site may
    span the junction; one shorter than a site has none.

    Columns: ``mirna``, ``sequence`` (indices), ``t1`` (0-based index of t1 in its sequence; equal to the
    length where a linear sequence ends at t2), ``site_type`` (index into ``SITE_TYPES``).

    Lewis 2005, doi:10.1016/j.cell.2004.12.035; Grimson 2007, doi:10.1016/j.molcel.2007.06.017
    """
    seeds = _seeds(mirnas)
    found = [
        _frame(*found_sites)
        for found_sites in _chunks(seeds, sequences, is_circular, with_6mers=with_6mers, chunk=chunk)
    ]
    sites = pl.concat(found) if found else pl.DataFrame(schema={**_SITES, "seed": pl.Int32}).drop("mirna")
    whole = sites.join(seeds.members, on="seed").select(*_SITES)
    return whole.sort("mirna", "sequence", "t1")


def _seeds(mirnas: Sequence[str]) -> _Seeds:
    by_site = np.full(4 ** (_CORE + 1), -1, np.int32)
    members: list[tuple[int, int]] = []
    for mirna, sequence in enumerate(mirnas):
        seed = encode(sequence)[1:SITE_LENGTH]
        if len(seed) < SITE_LENGTH - 1 or (seed == AMBIGUOUS).any():
            continue  # a miRNA whose seed is not known has no site
        code = int((3 - seed[::-1].astype(np.int64)) @ 4 ** np.arange(_CORE, -1, -1))
        if by_site[code] < 0:
            by_site[code] = code
        members.append((int(by_site[code]), mirna))
    frame = pl.DataFrame(members, schema={"seed": pl.Int32, "mirna": pl.UInt32}, orient="row")
    return _Seeds(by_site, frame)


def _chunks(
    seeds: _Seeds, sequences: Sequence[str], is_circular: Sequence[bool], *, with_6mers: bool, chunk: int
) -> Iterator[tuple[npt.NDArray[np.int32], Ints, Ints, npt.NDArray[np.uint8]]]:
    """Sites of as many sequences at a time as fit: seed, sequence, t1, type."""
    lengths = np.array([len(s) for s in sequences], np.int64)
    bins = np.cumsum(lengths) // chunk
    bounds = [0, *(np.flatnonzero(np.diff(bins)) + 1).tolist(), len(sequences)]
    for first, last in pairwise(bounds):
        if first < last and not seeds.members.is_empty():
            laid = pool(sequences[first:last], is_circular[first:last], SITE_LENGTH)
            seed, sequence, t1, kind = _scan(seeds, laid, with_6mers=with_6mers)
            yield seed, sequence + first, t1, kind


def _scan(
    seeds: _Seeds, laid: Pool, *, with_6mers: bool
) -> tuple[npt.NDArray[np.int32], Ints, Ints, npt.NDArray[np.uint8]]:
    """Look up the 7-mer before every position, and where t8 does not pair the three others with the same t7-t2."""
    codes = laid.codes
    owner, position = _positions(laid)
    if not len(position):
        empty = np.empty(0, np.int64)
        return empty.astype(np.int32), empty, empty, empty.astype(np.uint8)
    clean = np.where(codes == AMBIGUOUS, 0, codes).astype(np.int16)
    core = np.zeros(len(codes), np.int16)  # t7-t2 before each index, as a number
    bad = np.zeros(len(codes), bool)
    for back in range(1, _CORE + 1):
        core[_CORE:] += clean[_CORE - back : len(codes) - back] * np.int16(4 ** (back - 1))
        bad[_CORE:] |= codes[_CORE - back : len(codes) - back] == AMBIGUOUS
    usable = ~bad[position]
    owner, position = owner[usable], position[usable]
    core_here, t8, is_a = core[position].astype(np.int32), codes[position - SITE_LENGTH + 1], codes[position] == 0
    pairs_8 = np.flatnonzero(t8 != AMBIGUOUS)
    lookups = [(t8[pairs_8].astype(np.int32), pairs_8, 0)]
    rest = np.arange(len(position)) if with_6mers else np.flatnonzero(is_a)
    for base in range(4):
        others = rest[t8[rest] != base]
        lookups.append((np.full(len(others), base, np.int32), others, 2))
    parts = []
    for base8, at, strongest in lookups:
        seed = seeds.by_site[base8 * 4**_CORE + core_here[at]]
        hit = np.flatnonzero(seed >= 0)
        at = at[hit]  # noqa: PLW2901  # narrowed
        kind = (strongest + ~is_a[at]).astype(np.uint8)
        parts.append((seed[hit], owner[at], position[at] - laid.starts[owner[at]], kind))
    seed, owner, t1, kind = (np.concatenate(column) for column in zip(*parts, strict=True))
    return seed, owner, t1, kind


def _positions(laid: Pool) -> tuple[Ints, Ints]:
    """Sequence and index of every place where t1 may be: in circles all, in linear ones those with t7 inside.

    A linear sequence has one place more, behind its end: its last nucleotide may be t2.
    """
    usable = laid.lengths >= np.where(laid.is_circular, SITE_LENGTH, _CORE)
    first = np.where(laid.is_circular, 0, _CORE)
    count = np.where(usable, laid.lengths - first + ~laid.is_circular, 0)
    owner = np.repeat(np.arange(len(count)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return owner, laid.starts[owner] + first[owner] + within


def _frame(seed: npt.NDArray[np.int32], sequence: Ints, t1: Ints, kind: npt.NDArray[np.uint8]) -> pl.DataFrame:
    return pl.DataFrame({"seed": seed, "sequence": sequence.astype(np.uint32), "t1": t1, "site_type": kind})
