"""Seed sites of 2,500 miRNAs in 20,000 sequences (40 Mb), against Python's regular expressions on a part of them.

The peer looks for each miRNA's pattern in the same text, as scripts of the field do. It scans 20 miRNAs in
2 Mb; both speeds are counted in nucleotides times miRNAs. What is printed is ours as Mb/s for all 2,500.
"""

from __future__ import annotations

import re
import time

import numpy as np
import pytest

from tasks.methods.seed_sites import site_counts

pytestmark = pytest.mark.bench
MIRNAS, SEQUENCES, LENGTH = 2_500, 20_000, 2_000
PEER_MIRNAS, PEER_SEQUENCES = 20, 1_000
COMPLEMENT = str.maketrans("ACGU", "UGCA")


def sequences(rng: np.random.Generator, count: int, length: int) -> list[str]:
    letters = np.frombuffer(b"ACGU", np.uint8)[rng.integers(0, 4, (count, length))]
    return [row.tobytes().decode() for row in letters]


def by_patterns(mirnas: list[str], targets: list[str]) -> int:
    """Number of sites of at least seven pairs or six and an A, by a regular expression for each miRNA."""
    found = 0
    for mirna in mirnas:
        seven = mirna[1:8].translate(COMPLEMENT)[::-1]
        pattern = re.compile(f"(?={seven})|(?=[^{seven[0]}]{seven[1:]}A)")
        found += sum(len(pattern.findall(target + target[:7])) for target in targets)
    return found


def test_seed_sites_against_regular_expressions() -> None:
    rng = np.random.default_rng(7)
    mirnas, targets = sequences(rng, MIRNAS, 22), sequences(rng, SEQUENCES, LENGTH)
    some, part = mirnas[:PEER_MIRNAS], targets[:PEER_SEQUENCES]
    start = time.perf_counter()
    expected = by_patterns(some, part)
    peer = PEER_MIRNAS * PEER_SEQUENCES * LENGTH / (time.perf_counter() - start)
    few = site_counts(some, part, [True] * len(part))
    assert few.select("8mer", "7mer-m8", "7mer-A1").sum().row(0) != (0, 0, 0)
    assert abs(sum(few.select("8mer", "7mer-m8", "7mer-A1").sum().row(0)) - expected) <= PEER_MIRNAS  # doubled ends
    start = time.perf_counter()
    counts = site_counts(mirnas, targets, [True] * len(targets))
    seconds = time.perf_counter() - start
    ours = MIRNAS * SEQUENCES * LENGTH / seconds
    speed = SEQUENCES * LENGTH / 1e6 / seconds
    print(  # noqa: T201  # the measurement is the output
        f"{speed:.1f} Mb/s for {MIRNAS} miRNAs, {counts.height:,} pairs, {ours / peer:.0f} times regular expressions"
    )
    assert ours > 50 * peer
