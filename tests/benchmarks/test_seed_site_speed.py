"""Seed sites of 2,500 miRNAs in 20,000 sequences (40 Mb), found and scored, against Python's regular expressions.

What is measured is what the parser of sequences calls: every site with its local AU content and 3′ pairing, and
the pairs that they make. The peer looks for each miRNA's pattern in the same text, as scripts of the field do, and
weighs the A and U around each hit; it scores no 3′ pairing. It scans 20 miRNAs in 2 Mb; both speeds are counted in
nucleotides times miRNAs. What is printed is ours as Mb/s for all 2,500, and the most memory that the process held.
"""

from __future__ import annotations

import re
import resource
import time

import numpy as np
import polars as pl
import pytest

from tasks.methods.predicted_targets import predicted_pairs, predicted_sites

pytestmark = pytest.mark.bench
MIRNAS, SEQUENCES, LENGTH = 2_500, 20_000, 2_000
PEER_MIRNAS, PEER_SEQUENCES = 20, 1_000
COMPLEMENT = str.maketrans("ACGU", "UGCA")
TYPES = ("8mer", "7mer-m8", "7mer-A1")
FLANK = 30


def sequences(rng: np.random.Generator, count: int, length: int) -> list[str]:
    letters = np.frombuffer(b"ACGU", np.uint8)[rng.integers(0, 4, (count, length))]
    return [row.tobytes().decode() for row in letters]


def by_patterns(mirnas: list[str], targets: list[str]) -> tuple[int, float]:
    """Number of sites of at least seven pairs or six and an A, and the sum of their AU content, hit by hit."""
    found, content = 0, 0.0
    for mirna in mirnas:
        seven = mirna[1:8].translate(COMPLEMENT)[::-1]
        pattern = re.compile(f"(?=(?P<m8>{seven})|[^{seven[0]}]{seven[1:]}A)")
        for target in targets:
            ring = target[-40:] + target + target[:40]
            for match in pattern.finditer(target + target[:7]):
                if match.start() == len(target):
                    continue  # the first nucleotide again
                start, has_m8 = match.start() + 40, match["m8"] is not None
                t1 = start + 7
                has_a = ring[t1] == "A"
                up = [1 / (i + 1 if has_m8 else i + 2) for i in range(FLANK)]
                down = [1 / (i + 2) if has_a else 1 / max(i + 1, 2) for i in range(FLANK)]
                before, after = ring[start - FLANK : start][::-1], ring[t1 + has_a : t1 + has_a + FLANK]
                weighed = zip(up + down, before + after, strict=True)
                content += sum(w for w, letter in weighed if letter in "AU") / (sum(up) + sum(down))
                found += 1
    return found, content


def table(mirnas: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"name": [f"hsa-miR-{i}-5p" for i in range(len(mirnas))], "sequence": mirnas})


def test_sites_found_and_scored_against_regular_expressions() -> None:
    rng = np.random.default_rng(7)
    mirnas, targets = sequences(rng, MIRNAS, 22), sequences(rng, SEQUENCES, LENGTH)
    ids, circles = [f"hsa_circ_{i:07}" for i in range(SEQUENCES)], [True] * SEQUENCES
    some, part = mirnas[:PEER_MIRNAS], targets[:PEER_SEQUENCES]
    start = time.perf_counter()
    expected, content = by_patterns(some, part)
    peer = PEER_MIRNAS * PEER_SEQUENCES * LENGTH / (time.perf_counter() - start)
    few = predicted_sites(table(some), ids[:PEER_SEQUENCES], part, circles[:PEER_SEQUENCES], TYPES)
    assert few.height == expected > 0
    assert few["au_content"].sum() == pytest.approx(content, rel=1e-9)
    start = time.perf_counter()
    sites = predicted_sites(table(mirnas), ids, targets, circles, TYPES)
    pairs = predicted_pairs(sites, ids)
    seconds = time.perf_counter() - start
    ours = MIRNAS * SEQUENCES * LENGTH / seconds
    speed = SEQUENCES * LENGTH / 1e6 / seconds
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(  # noqa: T201  # the measurement is the output
        f"{speed:.1f} Mb/s for {MIRNAS} miRNAs: {sites.height:,} sites in {pairs.height:,} pairs, "
        f"{ours / peer:.0f} times regular expressions, at most {peak_gb:.1f} GB"
    )
    assert ours > 50 * peer
