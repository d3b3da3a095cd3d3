"""Over-representation of 100 lists in 10,000 terms against gseapy: the same p-values; CPU times of one run.

Ours is timed twice: the test alone, and the rows of ``result.enrichment`` with genes, FDR and groups of like terms from
tables of names. gseapy tests one list at a time: it is timed on a few of the lists and its time scaled to all of them,
in its favour without reading files, correcting or writing reports.
"""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest

from tasks.methods.enrichment import enriched_terms
from tasks.methods.gene_lists import GeneList
from tasks.methods.over_representation import membership, over_representation

pytestmark = pytest.mark.bench
FASTER, FASTER_WHOLE = 50, 10  # times gseapy: the test alone, and rows from tables
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
    genes = np.array([f"G{i:05}" for i in range(GENES)])
    terms, members = np.nonzero(sets)
    names = pl.Series("set_id", terms).cast(pl.String)
    table = pl.DataFrame({"collection": "C", "set_id": names, "set_name": names, "gene": genes[members]})
    table = table.with_columns(gene_set_hash=pl.lit("h"), symbol=pl.col("gene"))
    tested = pl.Series("gene", genes)
    asked = [GeneList(str(i), pl.Series("gene", genes[row]), tested) for i, row in enumerate(lists)]
    start = time.process_time()
    rows = enriched_terms(asked, table, (1, GENES), ["ora"], 0.05)
    whole = time.process_time() - start
    named = {str(i): set(genes[row].tolist()) for i, row in enumerate(sets)}
    background = set(genes.tolist())
    start = time.process_time()
    theirs = [calc_pvalues(set(genes[row].tolist()), named, background) for row in lists[:TIMED]]
    peer = (time.process_time() - start) * LISTS / TIMED
    for row, answer in enumerate(theirs):
        ids, pvalues = list(answer)[:2]
        places, expected = [int(term) for term in ids], np.asarray(pvalues, dtype=float)
        np.testing.assert_allclose(ours.pvalue[row, places], expected, rtol=1e-9, atol=1e-12)
        own = rows.filter(gene_list=str(row)).join(
            pl.DataFrame({"term_id": list(ids), "theirs": expected}), on="term_id"
        )
        assert own.height == len(ids) == rows.filter(gene_list=str(row)).height
        np.testing.assert_allclose(own["pvalue"], own["theirs"], rtol=1e-9, atol=1e-12)
    line = f"test {mine:.2f} s, {rows.height:,} rows {whole:.2f} s, gseapy {peer:.1f} s CPU"
    print(f"\n{LISTS} lists, {TERMS:,} terms: {line}")  # noqa: T201  # what a benchmark is for
    assert peer >= FASTER * mine
    assert peer >= FASTER_WHOLE * whole
