from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from tasks.methods.term_clusters import kappa, shared_counts, term_clusters

GENES = [f"g{i:02d}" for i in range(40)]


def terms(members: list[set[str]], pvalues: list[float] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "term_id": [f"t{i:02d}" for i in range(len(members))],
            "pvalue": pvalues or [0.001 * (i + 1) for i in range(len(members))],
            "genes": [";".join(sorted(m)) for m in members],
        },
        schema={"term_id": pl.String, "pvalue": pl.Float64, "genes": pl.String},
    )


def pairwise(members: list[set[str]], total: int) -> np.ndarray:
    """Kappa of every pair of terms."""
    table, sizes = shared_counts(terms(members)["genes"])
    both = (table @ table.T).toarray()
    size = sizes.astype(float)
    return kappa(both, size[:, None], size[None, :], total)


def test_kappa_is_scikit_learns() -> None:
    random = np.random.default_rng(5)
    members = [set(random.choice(GENES, size, replace=False)) for size in (1, 2, 5, 9, 20, 33, 39, 5, 9, 1)]
    members.append(set(members[3]))
    found = pairwise(members, len(GENES))
    flags = [[g in m for g in GENES] for m in members]
    expected = [[cohen_kappa_score(a, b) for b in flags] for a in flags]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_terms_that_hold_every_gene_agree() -> None:
    assert pairwise([set(GENES), set(GENES)], len(GENES)).tolist() == [[1, 1], [1, 1]]


def test_the_most_significant_term_speaks_for_those_that_rest_on_its_genes() -> None:
    first, other = set(GENES[:10]), set(GENES[20:26])
    members = [other, first | {"g10"}, first, first - {"g00"}, {"g30"}]
    found = term_clusters(terms(members, [0.02, 0.03, 0.001, 0.001, 0.04]), len(GENES)).sort("term_id")
    assert found["cluster"].to_list() == [2, 1, 1, 1, 3]
    assert found["is_representative"].to_list() == [True, False, True, False, True]  # of equals the first id


@pytest.mark.parametrize("count", [0, 1])
def test_no_term_and_a_lone_term_are_answers(count: int) -> None:
    found = term_clusters(terms([{"g01"}] * count), 5)
    assert found["cluster"].to_list() == [1] * count


@given(
    st.lists(st.sets(st.sampled_from(GENES), min_size=1), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_clusters_are_those_of_the_rule_whatever_the_order_of_rows(members: list[set[str]], random: object) -> None:
    given_terms = terms(members)
    found = term_clusters(given_terms, len(GENES)).sort("term_id")
    agreement = pairwise(members, len(GENES))
    heads: list[int] = []
    expected = []
    for row in range(len(members)):
        mine = next((at for at, head in enumerate(heads, 1) if agreement[head, row] >= 0.5), None)
        if mine is None:
            heads.append(row)
            mine = len(heads)
        expected.append(mine)
    assert found["cluster"].to_list() == expected
    assert found.filter("is_representative").height == len(heads)
    mixed = given_terms.sample(fraction=1, shuffle=True, seed=random.randint(0, 99))  # type: ignore[attr-defined]
    assert term_clusters(mixed, len(GENES)).sort("term_id").equals(found)
    half = term_clusters(given_terms.head((len(members) + 1) // 2), len(GENES)).sort("term_id")
    assert half["cluster"].to_list() == expected[: half.height]
