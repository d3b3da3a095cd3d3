from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.gsea import Floats, enrichment_scores, preranked
from tasks.methods.over_representation import Membership, membership

CHANCE = 1e-6  # of a deviation that a test takes for an error although it is Monte Carlo's


def sets_of(places: list[list[int]], ranked: int) -> Membership:
    rows = np.repeat(np.arange(len(places)), [len(p) for p in places])
    return membership(rows, np.array([i for p in places for i in p], dtype=np.int64), (len(places), ranked))


def walked(places: list[int], weights: Floats) -> Floats:
    """The running sum gene by gene, as Subramanian 2005 writes it."""
    is_hit = np.isin(np.arange(len(weights)), places)
    missed = max(len(weights) - len(places), 1)
    return np.cumsum(np.where(is_hit, weights / weights[is_hit].sum(), -1 / missed))


def bound(tests: int) -> float:
    """Largest standard score of as many deviations that chance gives with the probability ``CHANCE``."""
    return float(stats.norm.isf(CHANCE / 2 / tests))


def test_scores_are_fgseas(shared: Path) -> None:
    folder = shared / "data" / "enrichment"
    metric = np.loadtxt(folder / "fgsea_inputs_stats.tsv", skiprows=1)
    lines = (folder / "fgsea_inputs_pathways.tsv").read_text().splitlines()
    places = [[int(place) - 1 for place in line.split()] for line in lines]
    rows = (folder / "fgsea_refs_ref_calcGseaStatBatchCpp.tsv").read_text().splitlines()[1:]
    expected = np.array([float(row.split("\t")[3]) for row in rows])
    scores, _ = enrichment_scores(sets_of(places, len(metric)), np.abs(metric))
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)
    assert (expected < 0).any()


def test_scores_are_gseapys_and_nes_and_p_differ_from_its_by_chance() -> None:
    from gseapy.gse import prerank_rs  # noqa: PLC0415 - slow to import

    random = np.random.default_rng(3)
    metric = np.sort(random.normal(0, 3, 1200))[::-1]
    ends = (1200, 600, 900)  # by chance, near the top, a little
    places = [random.choice(ends[i % 3], 10 + i // 2, replace=False).tolist() for i in range(24)]
    places[3] = (1199 - np.arange(0, 90, 5)).tolist()
    found = preranked(sets_of(places, 1200), metric, (1, 500), 2000)
    named = {f"t{i}": [f"g{j}" for j in row] for i, row in enumerate(places)}
    answer = prerank_rs([f"g{i}" for i in range(1200)], metric.tolist(), named, 1.0, 1, 500, 2000, 1, 7)
    theirs = {row.term: row for row in answer.summaries}
    ordered = [theirs[f"t{i}"] for i in range(24)]
    np.testing.assert_allclose(found.es, [row.es for row in ordered], rtol=0, atol=1e-12)
    limit = bound(2 * len(ordered))
    for place, row in enumerate(ordered):
        null = np.abs([score for score in row.esnull if (score >= 0) == (row.es >= 0)])
        mean = abs(found.es[place] / found.nes[place])  # ours, of about as many scores as theirs
        error = null.std(ddof=1) * np.sqrt(2 / len(null))
        assert abs(mean - null.mean()) < limit * error
        counted = (row.pval * len(null) + 1) / (len(null) + 1)
        pooled = (counted + found.pvalue[place]) / 2
        assert abs(counted - found.pvalue[place]) < limit * np.sqrt(pooled * (1 - pooled) * 2 / len(null))
    assert found.es[3] < 0 < found.pvalue[3] < 0.01


def test_p_values_are_those_of_all_sets_of_the_size_but_for_chance() -> None:
    metric = np.array([5.0, 3.2, 2.5, 1.1, 0.4, 0.0, -0.3, -1.7, -2.0, -4.1])
    places = [[0, 2, 3], [0, 7, 9], [4, 5, 6], [8, 9], [0, 1, 2, 4]]
    permutations = 20_000
    found = preranked(sets_of(places, 10), metric, (1, 10), permutations)
    for row, chosen in enumerate(places):
        every = [walked(list(other), np.abs(metric)) for other in combinations(range(10), len(chosen))]
        scores = np.array([walk.max() if walk.max() > -walk.min() + 1e-12 else walk.min() for walk in every])
        alike = scores[(scores >= 0) == (found.es[row] >= 0)]
        exact = np.mean(np.abs(alike) >= abs(found.es[row]) - 1e-12)
        counted = permutations * len(alike) / len(every) * 0.9  # no fewer than that, all but surely
        error = np.sqrt(exact * (1 - exact) / counted) + 1 / counted
        assert abs(found.pvalue[row] - exact) < bound(len(places)) * error
        spread = alike.std() / np.sqrt(counted) + 1e-12
        assert abs(found.es[row] / found.nes[row] - np.abs(alike).mean()) < bound(len(places)) * spread


@settings(max_examples=60)
@given(
    st.lists(st.floats(-50, 50), min_size=2, max_size=40),
    st.lists(st.integers(0, 39), min_size=1, max_size=39, unique=True),
)
def test_a_score_is_the_farthest_point_of_the_running_sum_and_lies_at_its_peak(
    values: list[float], picked: list[int]
) -> None:
    metric = np.sort(np.round(values, 3))[::-1]
    places = sorted({place % len(metric) for place in picked})
    weights = np.abs(metric) if np.abs(metric[places]).sum() else np.ones(len(metric))
    (score,), (peak,) = enrichment_scores(sets_of([places], len(metric)), np.abs(metric))
    walk = walked(places, weights)
    assert abs(score) == pytest.approx(max(walk.max(), -walk.min()), abs=1e-12)
    reached = walk[peak] if score > 0 else walk[peak - 1] if peak else 0.0
    assert score == pytest.approx(reached, abs=1e-12)
    assert peak in places


def test_numbers_depend_on_ranking_size_and_seed_and_not_on_other_sets() -> None:
    random = np.random.default_rng(5)
    metric = np.sort(random.normal(0, 2, 300))[::-1]
    places = [random.choice(300, size, replace=False).tolist() for size in (12, 40, 12, 3)]
    whole = preranked(sets_of(places, 300), metric, (5, 100), 300)
    assert whole.family.tolist() == [0, 1, 2]
    assert whole.set_size.tolist() == [12, 40, 12]
    alone = preranked(sets_of(places[:1], 300), metric, (5, 100), 300)
    assert (alone.nes[0], alone.pvalue[0]) == (whole.nes[0], whole.pvalue[0])
    again = preranked(sets_of(places, 300), metric, (5, 100), 300)
    np.testing.assert_array_equal(again.pvalue, whole.pvalue)
    other = preranked(sets_of(places, 300), metric, (5, 100), 300, seed=2)
    assert (other.nes != whole.nes).all()


def test_a_set_of_all_ranked_genes_is_nothing_special_and_no_p_is_zero() -> None:
    metric = np.linspace(4, -4, 60)
    found = preranked(sets_of([list(range(60)), list(range(12))], 60), metric, (1, 60), 100)
    assert (found.es[0], found.nes[0], found.pvalue[0]) == (1, 1, 1)
    assert found.es[1] == 1
    assert 1 / 101 <= found.pvalue[1] <= 1 / 20


def test_a_sign_that_no_random_set_has_gives_no_normalised_score() -> None:
    metric = np.concatenate([[1e6], np.linspace(1e-6, -1e-6, 1999)])
    found = preranked(sets_of([list(range(1, 2000))], 2000), metric, (1, 2000), 100)
    assert found.es[0] == pytest.approx(-1)
    assert np.isnan(found.nes[0])
    assert found.pvalue[0] == 1


def test_no_set_and_no_gene_are_answers_and_a_metric_in_disorder_is_not() -> None:
    nothing = preranked(sets_of([[0, 1]], 4), np.array([2.0, 1, 0, -1]), (3, 9), 100)
    assert len(nothing.family) == len(nothing.pvalue) == 0
    assert len(preranked(sets_of([], 0), np.array([]), (1, 9), 100).family) == 0
    for metric in ([1.0, 2.0], [2.0, np.nan]):
        with pytest.raises(ValueError, match="descend"):
            preranked(sets_of([[0]], 2), np.array(metric), (1, 9), 100)
