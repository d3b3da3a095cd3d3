from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.reference_stability import gene_norm

Logs = Sequence[Sequence[float]]  # one list of log2 quantities per gene


def m_of_the_paper(logs: Logs) -> list[float]:
    """M by equations 1 to 3 of Vandesompele et al. 2002: pairwise SDs of log ratios, averaged over the other genes."""
    found = []
    for j, one in enumerate(logs):
        ratios = [[a - b for a, b in zip(one, other, strict=True)] for k, other in enumerate(logs) if k != j]
        found.append(statistics.fmean(statistics.stdev(r) for r in ratios))
    return found


def variation_of_the_paper(kept: Logs, more: Logs) -> float:
    """V of n/n+1: SD of the log ratio of two normalisation factors, each a geometric mean."""
    factors = [[statistics.fmean(values) for values in zip(*genes, strict=True)] for genes in (kept, more)]
    return statistics.stdev(a - b for a, b in zip(*factors, strict=True))


def shaky_genes() -> list[list[float]]:
    rng = np.random.default_rng(3)
    loading = rng.normal(0, 1, 12)
    return [list(loading + rng.normal(0, sd, 12)) for sd in (0.6, 0.1, 1.4, 0.12, 0.3)]


def test_m_rank_and_v_are_those_of_the_papers_definition() -> None:
    logs = shaky_genes()
    found = gene_norm(np.array(logs).T)
    assert found.m == pytest.approx(m_of_the_paper(logs))
    left, dropped, means = list(range(5)), [], []
    while True:
        m = m_of_the_paper([logs[g] for g in left])
        means.append(statistics.fmean(m))
        if len(left) == 2:
            break
        dropped.append(left.pop(m.index(max(m))))
    assert dropped == [2, 0, 4]  # in order of their noise
    assert sorted(left) == [1, 3]
    assert [int(r) for r in found.rank] == [4, 1, 5, 1, 3]
    assert found.stepwise_m == pytest.approx(means[::-1])
    order = [*left, *dropped[::-1]]
    expected = [
        variation_of_the_paper([logs[g] for g in order[:n]], [logs[g] for g in order[: n + 1]]) for n in (2, 3, 4)
    ]
    assert found.variation == pytest.approx(expected)


def test_genes_of_constant_ratio_are_perfectly_stable() -> None:
    found = gene_norm(np.array([[1.0, 4.0, 2.0], [2.0, 5.0, 2.5], [7.0, 10.0, 9.0]]))
    assert found.m[0] == pytest.approx(np.mean([0, np.std([-1, -0.5, -2], ddof=1)]))
    assert [int(r) for r in found.rank] == [1, 1, 3]
    assert found.stepwise_m[0] == pytest.approx(0)


def test_too_few_genes_or_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="3 samples of 1 genes"):
        gene_norm(np.zeros((3, 1)))
    with pytest.raises(ValueError, match="2 samples of 2 genes"):
        gene_norm(np.zeros((2, 2)))


@given(st.lists(st.lists(st.floats(-20, 20), min_size=4, max_size=4), min_size=3, max_size=6), st.floats(-9, 9))
def test_loading_and_unit_of_a_gene_do_not_matter(logs: list[list[float]], shift: float) -> None:
    table = np.array(logs)  # samples x 4 genes
    loaded = table + np.arange(len(table))[:, None] * shift  # more RNA in some samples
    loaded[:, 0] += shift  # another dilution of one assay
    assert gene_norm(loaded).m == pytest.approx(gene_norm(table).m, abs=1e-9)
    pairs = [np.std(table[:, a] - table[:, b], ddof=1) for a, b in itertools.combinations(range(4), 2)]
    assert gene_norm(table).stepwise_m[-1] == pytest.approx(np.mean(pairs))
