from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.significance_brackets import levels, marks

GROUPS = 6
SPANS = st.lists(st.sampled_from(list(combinations(range(GROUPS), 2))), unique=True, max_size=15)
TOPS = st.lists(st.floats(0, 10), min_size=GROUPS, max_size=GROUPS)


@given(SPANS, TOPS)
def test_no_bracket_touches_another_one_or_what_it_spans(spans: list[tuple[int, int]], tops: list[float]) -> None:
    heights = levels(spans, tops, 0.5)
    for (left, right), height in zip(spans, heights, strict=True):
        assert height >= max(tops[left : right + 1]) + 0.5
    for (one, a), (other, b) in combinations(zip(spans, heights, strict=True), 2):
        meet = max(one[0], other[0]) <= min(one[1], other[1])
        assert not meet or abs(a - b) >= 0.5 - 1e-9


def test_narrow_brackets_lie_below_wide_ones_whatever_their_order() -> None:
    assert levels([(0, 2), (0, 1)], [1, 3, 1], 1) == [5, 4]
    assert levels([(0, 1), (2, 3)], [1, 1, 2, 2], 1) == [2, 3]
    assert levels([], [1, 2], 1) == []


def pair(a: str, b: str, stars: str | None) -> dict[str, str | None]:
    return {"group_a": a, "group_b": b, "stars": stars}


def test_stars_are_against_control_and_as_many_signs_against_disease() -> None:
    rows = [
        pair("control", "il1b", "***"),
        pair("control", "exo", "ns"),
        pair("il1b", "exo", "**"),
        pair("control", "usc", "*"),
        pair("il1b", "usc", "ns"),
        pair("usc", "exo", "****"),
        pair("il1b", "gw", None),
    ]
    found = marks(rows, ["control", "il1b", "exo", "usc", "gw"], "control", "il1b")
    assert found == {"control": [], "il1b": ["***"], "exo": ["##"], "usc": ["*"], "gw": []}


def test_a_later_control_is_found_on_either_side_of_a_pair() -> None:
    assert marks([pair("exo", "control", "*")], ["exo", "control"], "control", None) == {"exo": ["*"], "control": []}
