from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.id_matching import KnownIds, difference, folded, look_alikes


@pytest.mark.parametrize(
    ("value", "near", "how"),
    [
        ("c1", "C1", "it differs only by upper and lower case"),
        ("C-1", "C1", "it differs only by a hyphen, underscore, dot or space"),
        ("c_1", "C1", "it differs only by case and hyphen, underscore, dot or space"),
        ("C1_S1_L001", "C1", "it differs only by a suffix"),
        ("il1b_ex", "il1b_exo", ""),
        ("controll", "control", ""),
        ("IL1B-exo", "il1b_exo", "it differs only by case and hyphen, underscore, dot or space"),
        ("contorl", "control", ""),
    ],
)
def test_the_likely_match_is_suggested_with_the_difference(value: str, near: str, how: str) -> None:
    known = KnownIds(["C1", "C2", "control", "il1b", "il1b_exo"])
    assert known.nearest(value) == near
    assert difference(value, near) == how
    assert known.suggestion(value) == f"Did you mean {near}{f' ({how})' if how else ''}?"


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    known = KnownIds(["C1", "C2"])
    assert known.nearest("treated") is None
    assert known.nearest("--") is None
    assert known.suggestion("treated", "Add it.") == "Add it."


@pytest.mark.parametrize(
    ("value", "near"),
    [("NP3_il1b_exo", None), ("NP1_il1b", None), ("NP1_il1b_ex", "NP1_il1b_exo"), ("NP3_il1b_L001", "NP3_il1b")],
)
def test_a_word_that_tells_treatments_apart_is_no_slip(value: str, near: str | None) -> None:
    assert KnownIds(["NP1_il1b_exo", "NP3_il1b"], are_treatments=True).nearest(value) == near


def test_ids_that_cannot_be_told_apart_by_eye_are_paired() -> None:
    assert look_alikes(["C1", "T1", "c-1", "C_1"]) == [("C1", "c-1"), ("C1", "C_1")]


@given(st.sets(st.text(min_size=1, max_size=8), min_size=1), st.text(max_size=8))
def test_a_suggestion_is_a_known_id_and_a_known_id_finds_its_like(ids: set[str], value: str) -> None:
    known = KnownIds(sorted(ids))
    assert known.nearest(value) in {None, *ids}
    for one in ids:
        near = known.nearest(one)
        assert near is None or folded(near) == folded(one)


def test_thousands_of_unknown_ids_do_not_take_minutes() -> None:
    known = KnownIds(f"landing/file_{n}.txt" for n in range(10_000))
    assert known.nearest("landing/file-77.txt") == "landing/file_77.txt"
    assert [known.nearest(f"landing/other_{n}.txt") for n in range(10_000)][-1] is None
