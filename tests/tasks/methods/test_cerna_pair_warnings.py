from __future__ import annotations

import polars as pl
import pytest

from tasks.methods.cerna_pair_warnings import correlation_warnings, no_pairs_reason, popular_mirnas, unstored_pairs

GIVEN = {"contrast": "a", "levels": ["x"] * 6, "is_plain": False, "candidates": "de"}
VALUES = pl.DataFrame({"value": [1.0]})


@pytest.mark.parametrize(
    ("levels", "mode", "rules"),
    [(6, "", ["few_samples_for_cerna"]), (6, "gdcrnatools", []), (50, "", []), (0, "", ["no_expression"])],
)
def test_correlations_of_few_samples_are_hints(levels: int, mode: str, rules: list[str]) -> None:
    given = GIVEN | {"levels": ["x"] * levels, "is_plain": bool(mode)}
    assert [p.rule for p in correlation_warnings(given, VALUES)] == rules
    assert [p.rule for p in correlation_warnings(given, VALUES.clear())] == ["no_expression"]


@pytest.mark.parametrize(("called", "said"), [(1, "1 is significant"), (2, "2 are significant")])
def test_pairs_that_the_table_leaves_out_are_counted(called: int, said: str) -> None:
    pairs = pl.DataFrame({"sharing_count": 3, "significant_count": called, "tier": ["predicted"] * 2})
    (told,) = unstored_pairs(GIVEN, pairs)
    assert told.message.startswith(f"3 predicted ceRNA pairs share a miRNA and {said}: all were tested")
    assert "the 2 of smallest P-value are stored" in told.message
    assert unstored_pairs(GIVEN, pairs.with_columns(sharing_count=2)) == []
    assert unstored_pairs(GIVEN, pairs.clear()) == []


def test_calls_of_popular_mirnas_are_told_with_their_share() -> None:
    assert "call 30% as many predicted ceRNA pairs as the real ones" in popular_mirnas(GIVEN, "predicted", 0.3).message


def test_the_reason_for_no_pair_says_which_rnas_were_candidates() -> None:
    kinds = {"m": "mirna", "l": "lncrna", "g": "mrna"}
    nodes = pl.DataFrame({"feature_id": list(kinds), "rna_class": list(kinds.values())})
    edges = pl.DataFrame({"mirna_id": ["m", "m"], "target_id": ["l", "g"]})
    assert no_pairs_reason(nodes, edges, GIVEN).startswith("no changed lncRNA or circRNA shares a miRNA")
    assert no_pairs_reason(nodes, edges, GIVEN | {"candidates": "tested"}).startswith("no lncRNA or circRNA shares")
    assert no_pairs_reason(nodes, edges.clear(), GIVEN) == "no tested miRNA is in the target tables"
