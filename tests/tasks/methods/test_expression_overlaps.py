from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from tasks.methods.expression_overlaps import Comparison, Direct, agreement, direct_contrasts, overlaps

USC = Comparison("usc", "condition", "il1b", "usc")
EXO = Comparison("exo", "condition", "il1b", "exo")
BETWEEN = Comparison("exo_vs_usc", "condition", "usc", "exo")
DAMAGE = Comparison("damage", "condition", "control", "il1b")


def expression(calls: dict[str, dict[str, str]], contrasts: tuple[Comparison, ...]) -> pl.DataFrame:
    """Rows of features (feature -> contrast -> direction); a fold change of 2, 3, … in the order of contrasts."""
    rows = []
    for (place, contrast), (feature, called) in product(enumerate(contrasts), calls.items()):
        direction = called.get(contrast.id, "ns")
        change = {"up": 1.0, "down": -1.0, "ns": 0.1}[direction] * (place + 2)
        padj = 0.01 * (place + 1) if direction != "ns" else 0.8
        rows.append((contrast.id, feature, feature.upper(), "mrna", change, padj, direction))
    names = ["contrast_id", "feature_id", "symbol", "rna_class", "log2_fold_change", "padj", "direction"]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_a_feature_changed_in_both_contrasts_is_shown_with_the_direct_contrast_beside() -> None:
    contrasts = (USC, EXO, BETWEEN)
    calls = {
        "same": {"usc": "up", "exo": "up"},
        "opposite": {"usc": "up", "exo": "down", "exo_vs_usc": "down"},
        "one": {"usc": "up"},
        "chain": {"usc": "down", "exo_vs_usc": "up"},
    }
    found = {r["feature_id"]: r for r in overlaps(expression(calls, contrasts), contrasts).to_dicts()}
    assert found.keys() == {"same", "opposite", "chain"}
    same = found["same"]
    assert (same["contrasts"], same["directions"], same["is_consistent"]) == ("usc;exo", "up;up", True)
    assert (same["contrast_count"], same["shared_reference"], same["symbol"]) == (2, "il1b", "SAME")
    assert (same["max_padj"], same["min_abs_log2_fold_change"]) == (0.02, 2.0)
    assert (same["direct_contrast"], same["direct_log2_fold_change"], same["direct_padj"]) == (
        *("exo_vs_usc", pytest.approx(0.4), 0.8),
    )
    opposite = found["opposite"]
    assert (opposite["contrasts"], opposite["directions"], opposite["is_consistent"]) == ("usc;exo", "up;down", False)
    assert (opposite["direct_log2_fold_change"], opposite["direct_padj"]) == (-4.0, pytest.approx(0.03))
    chain = found["chain"]
    assert (chain["contrasts"], chain["is_consistent"]) == ("usc;exo_vs_usc", False)
    assert (chain["shared_reference"], chain["direct_contrast"]) == (None, None)


def test_direct_contrasts_are_known_in_either_direction_and_only_within_a_variable() -> None:
    turned = Comparison("turned", "condition", "exo", "usc")
    other = Comparison("other", "batch", "usc", "exo")
    assert direct_contrasts([USC, EXO, turned, other]) == [Direct("turned", "usc", "exo")]
    assert direct_contrasts([USC, DAMAGE]) == []
    assert direct_contrasts([USC, USC]) == []


def test_nothing_in_gives_nothing_out() -> None:
    found = overlaps(expression({}, (USC,)).cast({"padj": pl.Float64, "log2_fold_change": pl.Float64,
        "contrast_id": pl.String, "feature_id": pl.String, "direction": pl.String}), [USC, EXO])  # fmt: skip
    assert found.is_empty()


calls_of = st.lists(st.tuples(*[st.sampled_from(["up", "down", "ns"])] * 3), max_size=30)


@given(calls_of)
def test_the_overlap_is_the_intersection_of_the_lists(called: list[tuple[str, str, str]]) -> None:
    contrasts = (DAMAGE, USC, EXO)
    names = [c.id for c in contrasts]
    calls = {f"g{i}": dict(zip(names, row, strict=True)) for i, row in enumerate(called)}
    if not calls:
        return
    found = overlaps(expression(calls, contrasts), contrasts)
    for row in found.to_dicts():
        mine = {c: d for c, d in calls[row["feature_id"]].items() if d != "ns"}
        assert row["contrasts"].split(";") == [c for c in names if c in mine]
        assert row["directions"].split(";") == [mine[c] for c in names if c in mine]
        assert row["is_consistent"] == (len(set(mine.values())) == 1)
    assert set(found["feature_id"]) == {f for f, row in calls.items() if sum(d != "ns" for d in row.values()) > 1}


def two_methods(count: int, seed: int) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    change = random.normal(size=count)
    frames = []
    for method, noise in (("deseq2", 0.0), ("limma_voom", 0.5)):
        own = change + noise * random.normal(size=count)
        direction = np.where(own > 1, "up", np.where(own < -1, "down", "ns"))
        pvalue = [None if i % 7 == 0 and noise else 0.5 for i in range(count)]
        frames.append(
            pl.DataFrame(
                {"method": method, "feature_id": [f"g{i}" for i in range(count)], "log2_fold_change": own}
                | {"pvalue": pl.Series(pvalue, dtype=pl.Float64), "direction": direction}
            )
        )
    return pl.concat(frames)


def test_agreement_counts_lists_and_correlates_ranks_as_scipy_does() -> None:
    table = two_methods(200, 1)
    found = agreement(table, "deseq2", "limma_voom")
    a, b = (table.filter(pl.col("method") == m) for m in ("deseq2", "limma_voom"))
    lists = [{(f, d) for f, d in m.select("feature_id", "direction").iter_rows() if d != "ns"} for m in (a, b)]
    either = {f for called in lists for f, _ in called}
    assert found["significant_a_count"] == len(lists[0])
    assert found["significant_b_count"] == len(lists[1])
    assert found["both_count"] == len(lists[0] & lists[1])
    assert found["opposite_count"] == sum(len({d for g, d in lists[0] | lists[1] if g == f}) > 1 for f in either)
    assert found["jaccard"] == pytest.approx(len(lists[0] & lists[1]) / len(either))
    tested = b["pvalue"].is_not_null()
    expected = spearmanr(a.filter(tested)["log2_fold_change"], b.filter(tested)["log2_fold_change"]).statistic
    assert found["spearman_log2_fold_change"] == pytest.approx(expected)
    assert (found["tested_both_count"], found["na_reason"]) == (tested.sum(), None)


def test_agreement_over_nothing_says_why_it_has_no_number() -> None:
    table = two_methods(20, 2).with_columns(direction=pl.lit("ns"))
    found = agreement(table.head(0), "deseq2", "limma_voom")
    assert (found["jaccard"], found["spearman_log2_fold_change"]) == (None, None)
    assert found["na_reason"] == "nothing_changed;too_few_features"
    assert agreement(table, "deseq2", "limma_voom")["na_reason"] == "nothing_changed"
    assert agreement(table, "deseq2", "deseq2")["spearman_log2_fold_change"] == pytest.approx(1.0)
