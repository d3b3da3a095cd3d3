from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.group_model import fit, pair
from tasks.methods.letter_display import letters
from tests.tasks.methods.bench_reference import SETS, data, expected


@pytest.mark.parametrize("name", SETS)
def test_groups_share_letters_where_multcompview_lets_them(name: str) -> None:
    d, r = data(name), expected()
    model, size = fit(d.values, d.codes), len(d.pairs)
    differs = {(d.groups[a], d.groups[b]): bool(pair(model, a, b).pvalue[0] * size < 0.05) for _, a, b in d.pairs}
    found = letters(d.groups, differs)
    assert found is not None
    for a, b in combinations(d.groups, 2):
        assert bool(set(found[a]) & set(found[b])) == bool(r[f"{name}.shares.{a}-{b}"])


@given(st.lists(st.booleans(), min_size=15, max_size=15))
def test_letters_say_just_what_the_tests_said(results: list[bool]) -> None:
    differs: dict[tuple[str, str], bool | None] = dict(zip(combinations("abcdef", 2), results, strict=True))
    found = letters("abcdef", differs)
    assert found is not None
    assert found["a"].startswith("a")
    for (a, b), is_different in differs.items():
        assert bool(set(found[a]) & set(found[b])) != is_different


def test_untested_groups_have_no_letters_and_missing_pairs_give_none() -> None:
    known: dict[tuple[str, str], bool | None] = {("a", "b"): True, ("a", "c"): None, ("b", "c"): None}
    assert letters("abc", known) == {"a": "a", "b": "b"}
    assert letters("abc", {("a", "b"): True, ("a", "c"): True}) is None
    assert letters("ab", {("a", "b"): None}) is None
