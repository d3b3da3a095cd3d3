from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from schemas.errors import DeclarationError
from tasks.methods.cerna_pairs import Incidence, PairFamily, adjusted, incidence, pair_family, tail
from tests.tasks.methods.cerna_reference import POPULATION, gdc_run


def table(rows: int, columns: int, density: float, seed: int) -> Incidence:
    cells = np.nonzero(np.random.default_rng(seed).random((rows, columns)) < density)
    return incidence(*cells, shape=(rows, columns))


def by_pair(family: PairFamily) -> dict[tuple[int, int], tuple[float, ...]]:
    values = zip(family.shared.tolist(), family.pvalue.tolist(), family.padj.tolist(), strict=True)
    return dict(zip(zip(family.cerna.tolist(), family.mrna.tolist(), strict=True), values, strict=True))


def test_the_pairs_of_gdcrnatools_have_its_numbers(shared: Path) -> None:
    run = gdc_run(shared)
    family = pair_family(run.cernas, run.mrnas, POPULATION)
    mine = pl.DataFrame(
        {
            "lncRNAs": [run.lncrnas[i] for i in family.cerna],
            "Genes": [run.genes[i] for i in family.mrna],
            "shared": family.shared,
            "fold": family.fold_enrichment(),
            "pvalue": family.pvalue,
        }
    )
    both = run.expected.join(mine, on=["lncRNAs", "Genes"])
    assert both.height == run.expected.height == len(family.shared) == 3646
    assert family.family_size == 12_000
    assert both["shared"].to_list() == both["Counts"].to_list()
    for own, theirs in (("pvalue", "hyperPValue"), ("fold", "foldEnrichment")):
        np.testing.assert_allclose(both[own], both[theirs], rtol=0, atol=1e-12, equal_nan=False, err_msg=theirs)


@pytest.mark.parametrize("population", [1, 2, 7, 60, 300, 2500])
def test_tails_are_those_of_scipy_relative_to_their_size(population: int) -> None:
    others = np.unique([0, 1, population // 3, population // 2, population - 1, population])
    for own in {0, 1, population // 4, population // 2, population - 1, population}:
        found = tail(own, others, population, own)
        k = np.arange(own + 1)
        expected = stats.hypergeom.sf(k[None, :] - 1, population, own, others[:, None])
        is_normal = expected > 1e-280
        assert found[is_normal] == pytest.approx(expected[is_normal], rel=1e-11)
        assert found[~is_normal] == pytest.approx(0, abs=1e-279)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 9), st.integers(0, 9), st.floats(0, 1))
def test_the_family_counts_pairs_that_share_nothing(seed: int, cernas: int, mrnas: int, density: float) -> None:
    first, second = table(cernas, 12, density, seed), table(mrnas, 12, density, seed + 1)
    family = pair_family(first, second)
    found = by_pair(family)
    one, two = first.toarray().astype(int), second.toarray().astype(int)
    shared = one @ two.T
    exact = stats.hypergeom.sf(shared - 1, 12, one.sum(axis=1)[:, None], two.sum(axis=1)[None, :])
    assert set(found) == set(zip(*(i.tolist() for i in np.nonzero(shared)), strict=True))
    after = stats.false_discovery_control(exact.ravel()).reshape(exact.shape) if exact.size else exact
    for (i, j), (count, pvalue, padj) in found.items():
        assert count == shared[i, j]
        assert pvalue == pytest.approx(exact[i, j], rel=1e-10)
        assert padj == pytest.approx(after[i, j], rel=1e-10)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_rows_and_mirnas_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = table(8, 20, 0.3, seed), table(11, 20, 0.3, seed + 1)
    rows, mirnas = rng.permutation(8), rng.permutation(20)
    plain = by_pair(pair_family(first, second))
    turned = by_pair(pair_family(first[rows][:, mirnas], second[:, mirnas]))
    assert {(int(rows[i]), j): v for (i, j), v in turned.items()} == plain


def test_a_pair_is_the_same_whichever_side_is_called_cerna() -> None:
    first, second = table(8, 40, 0.3, 3), table(11, 40, 0.2, 4)
    there, back = by_pair(pair_family(first, second)), by_pair(pair_family(second, first))
    assert there.keys() == {(i, j) for j, i in back}
    assert all(back[j, i] == pytest.approx(v, rel=1e-12) for (i, j), v in there.items())


def test_an_entry_that_two_sources_give_counts_once() -> None:
    twice = incidence(np.array([0, 0, 0]), np.array([1, 1, 2]), (1, 3))
    assert twice.toarray().tolist() == [[0, 1, 1]]


def test_a_population_smaller_than_its_mirnas_is_refused() -> None:
    with pytest.raises(DeclarationError, match="population of 3 miRNAs"):
        pair_family(table(2, 4, 0.5, 1), table(2, 4, 0.5, 2), 3)


def test_ties_have_the_rank_of_the_last_of_them() -> None:
    pvalues, counts = np.array([0.01, 0.04, 0.04, 0.5, 0.9]), np.array([2, 1, 3, 0, 1])
    every = np.repeat(pvalues, counts).tolist() + [1.0] * 3
    expected = stats.false_discovery_control(every)
    found = adjusted(pvalues, counts, len(every))
    assert found[[0, 1, 2, 4]] == pytest.approx(expected[[0, 2, 3, 6]])


@pytest.mark.parametrize("count", [1, 5, 40, 10**6])
def test_the_strongest_pairs_are_those_that_a_full_sort_puts_first(count: int) -> None:
    family = pair_family(table(12, 40, 0.2, 5), table(30, 40, 0.2, 6))
    ranked = sorted(zip(family.pvalue.tolist(), family.cerna.tolist(), family.mrna.tolist(), strict=True))
    kept = family.strongest(count)
    found = sorted(zip(kept.pvalue.tolist(), kept.cerna.tolist(), kept.mrna.tolist(), strict=True))
    assert found == ranked[:count]
    assert len(family.pvalue) > len(set(family.pvalue.tolist()))  # ties among them
    assert {pair: by_pair(family)[pair] for pair in by_pair(kept)} == by_pair(kept)
    assert kept.family_size == family.family_size
