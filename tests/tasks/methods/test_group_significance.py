from __future__ import annotations

from itertools import combinations

import polars as pl

from tasks.methods.group_significance import MOST_BRACKETS, bracketed, drawn_range, significant, uses_marks


def pairs(count: int) -> pl.DataFrame:
    names = [f"g{i}" for i in range(count)]
    rows = list(combinations(names, 2))
    return pl.DataFrame(
        {
            "group_a": [a for a, _ in rows],
            "group_b": [b for _, b in rows],
            "padj": [None if i == 0 else 0.04 / i for i in range(len(rows))],
            "stars": [None if i == 0 else "ns" if i == 1 else "*" for i in range(len(rows))],
        }
    )


def test_untested_and_insignificant_pairs_have_no_bracket_and_the_surest_have_one() -> None:
    all_pairs = pairs(6)
    assert significant(all_pairs).height == 13
    shown = bracketed(all_pairs)
    assert shown.height == 2 * MOST_BRACKETS
    assert shown["padj"].to_list() == sorted(0.04 / i for i in range(3, 15))


def test_marks_stand_for_many_pairs_where_control_and_disease_were_compared() -> None:
    both = {"control": "g0", "disease": "g1", "is_asked": False}
    assert uses_marks(pairs(5), both)
    assert not uses_marks(pairs(4), both)
    assert uses_marks(pairs(3), {**both, "is_asked": True})
    assert not uses_marks(pairs(6), {**both, "disease": None})


def test_a_range_spans_points_and_errors_and_passes_over_missing_ones() -> None:
    groups = pl.DataFrame({"low": [1.0, float("nan")], "high": [2.0, float("nan")]})
    assert drawn_range(groups, pl.DataFrame({"drawn": [0.5, 1.5]})) == (0.5, 2.0)
