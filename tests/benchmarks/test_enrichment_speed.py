"""Over-representation of 100 lists in 10,000 terms against gseapy: the same p-values; CPU times of one run.

gseapy tests one list at a time: it is timed on a few of the lists and its time scaled to all of them, in its favour
without reading files or writing reports.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from tasks.methods.over_representation import membership, over_representation

pytestmark = pytest.mark.bench
FASTER = 50  # times gseapy
GENES, LISTS, TERMS, TIMED = 20_000, 100, 10_000, 3


def _tables() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(11)
    sizes = np.exp(random.uniform(np.log(10), np.log(500), TERMS)).astype(int)
    sets = np.zeros((TERMS, GENES), dtype=bool)
    for row, size in zip(sets, sizes, strict=True):
        row[random.choice(GENES, size, replace=False)] = True
    lists = random.uniform(size=(LISTS, GENES)) < random.uniform(0.005, 0.05, (LISTS, 1))
    return lists, sets


def test_a_hundred_lists_are_tested_many_times_faster_than_by_gseapy() -> None:
    from gseapy.stats import calc_pvalues  # noqa: PLC0415 - slow to import

    lists, sets = _tables()
    found = [membership(*np.nonzero(table), table.shape) for table in (lists, sets)]
    start = time.process_time()
    ours = over_representation(found[0], found[1], (1, GENES))
    mine = time.process_time() - start
    genes = np.array([f"G{i}" for i in range(GENES)])
    named = {f"T{i}": set(genes[row].tolist()) for i, row in enumerate(sets)}
    background = set(genes.tolist())
    start = time.process_time()
    theirs = [calc_pvalues(set(genes[row].tolist()), named, background) for row in lists[:TIMED]]
    peer = (time.process_time() - start) * LISTS / TIMED
    for row, answer in enumerate(theirs):
        terms, pvalues = list(answer)[:2]
        places = [int(term[1:]) for term in terms]
        np.testing.assert_allclose(ours.pvalue[row, places], np.asarray(pvalues, dtype=float), rtol=1e-9, atol=1e-12)
    assert peer >= FASTER * mine
