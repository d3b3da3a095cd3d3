from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.methods.count_matrices import CountMatrix, count_matrix, refusal, remarks, size_factors


def matrix(counts: np.ndarray) -> CountMatrix:
    return CountMatrix(tuple(f"g{i}" for i in range(len(counts))), ("a", "b"), counts.astype(float))


GOOD = np.arange(1, 41).reshape(20, 2)


def test_each_samples_counts_come_from_its_own_object_and_library() -> None:
    rows = [("gene", "a", "A", "o1", "g1", 3.0), ("gene", "a", "A", "o2", "g1", 9.0),
            ("mirna", "a", "A", "o1", "g1", 7.0),
            ("gene", "b", "B", "o1", "g2", 4.0), ("gene", "b", "B", "o1", "g1", 5.0)]  # fmt: skip
    names = ["library", "sample_id", "sample_name", "object_id", "feature_id", "count"]
    found = count_matrix(pl.DataFrame(rows, schema=names, orient="row"), "gene", {"b": "o1", "a": "o1"})
    assert (found.features, found.samples, found.doubled) == (("g1", "g2"), ("b", "a"), ())
    np.testing.assert_array_equal(found.counts, [[5.0, 3.0], [4.0, np.nan]])
    twice = pl.DataFrame([*rows, ("gene", "a", "A.bam", "o1", "g1", 3.0)], schema=names, orient="row")
    assert str(refusal(count_matrix(twice, "gene", {"b": "o1", "a": "o1"}))).count("A.bam") == 1


@pytest.mark.parametrize(
    ("counts", "rule"),
    [
        (GOOD * [1, 0], "sample_without_reads"),
        (GOOD - 5.0, "counts_not_counts"),
        (GOOD[:9], "too_few_features"),
        (np.eye(2).repeat(20, axis=0), "too_few_features"),
        (np.where(GOOD == 3, np.inf, GOOD), "counts_not_counts"),
    ],
)
def test_counts_that_no_fit_can_use_are_refused(counts: np.ndarray, rule: str) -> None:
    found = refusal(matrix(counts))
    assert found is not None
    assert found.rule == rule


def test_fractional_and_missing_counts_are_remarked_and_good_ones_are_not() -> None:
    assert refusal(matrix(GOOD)) is None
    assert remarks(matrix(GOOD), "gene") == []
    assert [r.rule for r in remarks(matrix(GOOD + 0.5), "gene")] == ["lengths_unknown"]
    holes = matrix(np.where(GOOD == 3, np.nan, GOOD))
    assert [r.rule for r in remarks(holes, "gene")] == ["features_missing"]
    assert remarks(holes, "circrna") == []  # callers list what they found
    assert holes.reads[1].tolist() == [0.0, 4.0]


def test_counts_are_rounded_as_r_rounds() -> None:
    assert matrix(np.array([[0.5, 1.5], [2.5, 2.51]])).reads.tolist() == [[0.0, 2.0], [2.0, 3.0]]


def test_ratio_gives_way_to_poscounts_and_says_so() -> None:
    assert size_factors(GOOD.astype(float), "ratio")[1] == ()
    sparse = np.array([[1.0, 0.0, 2.0], [0.0, 4.0, 3.0]])
    assert [f.rule for f in size_factors(sparse, "ratio")[1]] == ["every_feature_has_a_zero"]
    assert size_factors(sparse, "poscounts")[1] == ()


def test_tmm_size_factors_are_effective_library_sizes_on_their_geometric_mean() -> None:
    counts = np.outer(np.arange(1.0, 40), [1, 2, 4])
    assert size_factors(counts, "tmm")[0] == pytest.approx([0.5, 1, 2])


def test_many_genes_without_reads_are_counted() -> None:
    silent = np.vstack([GOOD, np.zeros((61, 2))])
    (found,) = remarks(matrix(silent), "gene")
    assert (found.rule, found.message) == (
        "features_without_reads",
        "61 of 81 genes have no reads in any of these samples (all_zero)",
    )
    assert remarks(matrix(silent), "circrna") == remarks(matrix(silent[:79]), "gene") == []


def test_a_least_number_of_reads_that_leaves_too_few_features_is_told_as_the_cause() -> None:
    found = refusal(matrix(GOOD), min_count=70)
    assert found is not None
    assert (found.rule, found.message[:60]) == (
        "too_few_features",
        "3 features have reads in two samples or more and 70 or more ",
    )
    assert found.remedy == "Lower expression.min_count in study.yaml: without it there are 20."
    assert refusal(matrix(GOOD), min_count=30) is None
