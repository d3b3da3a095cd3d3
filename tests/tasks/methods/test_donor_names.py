from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.donor_names import donors_in


@pytest.mark.parametrize(
    ("name", "donor", "rest"),
    [
        ("il1b_donor1", "donor1", "il1b"),
        ("Donor 2 il1b", "Donor 2", "il1b"),
        ("ctrlDonor3", "Donor3", "ctrl"),
        ("don_1-IL-1b_rep2", "don_1", "IL-1b_rep2"),
        ("il1b.pat2.72h", "pat2", "il1b_72h"),
        ("HD12_exo", "HD12", "exo"),
        ("patient-4", "patient-4", ""),
    ],
)
def test_words_for_people_tell_a_donor(name: str, donor: str, rest: str) -> None:
    assert donors_in([name])[name][:2] == (donor, rest)


@pytest.mark.parametrize(
    "names",
    [
        ["vit_D3_1", "vit_D3_2", "con_1"],  # one number beside one rest: a substance
        ["P1", "P2", "C1", "C2"],  # nothing else in the name: patients against controls
        ["CD34_1", "cd3_2", "Il1bD1", "siP53"],  # no word of its own
        ["format1_con", "spat2_con", "impatience_2"],
        ["SRR1039508", "", "样本1"],
    ],
)
def test_other_numbers_tell_none(names: list[str]) -> None:
    assert donors_in(names) == {}


def test_a_letter_tells_donors_where_its_numbers_recur() -> None:
    found = donors_in(["con_D1", "con_d2", "il1b-D2", "il1b d1", "con_D1_P3", "x"])
    assert {name: (cut.donor, cut.rest, cut.is_letter) for name, cut in found.items()} == {
        "con_D1": ("D1", "con", True),
        "con_d2": ("d2", "con", True),
        "il1b-D2": ("d2", "il1b", True),
        "il1b d1": ("D1", "il1b", True),
        "con_D1_P3": ("D1", "con_P3", True),  # the passage stays
    }
    assert [cut.donor for cut in donors_in(["P3-con", "P3-il1b"]).values()] == ["P3", "P3"]


def test_spellings_of_one_donor_are_one_and_guesses_where_a_letter_is_among_them() -> None:
    found = donors_in(["con_D1", "con_D2", "il1b_donor2", "donor3_il1b", "Don_3 con", "pat2_con"])
    assert [(cut.donor, cut.is_letter) for cut in found.values()] == [
        ("D1", True), ("D2", True), ("D2", True), ("donor3", False), ("donor3", False), ("pat2", False),
    ]  # fmt: skip


@given(st.lists(st.text(max_size=12), max_size=6))
def test_a_donor_is_part_of_its_name_and_order_of_names_changes_no_cut(names: list[str]) -> None:
    found = donors_in(names)
    assert all(any(f.donor in n for n in names) and f.number in n for n, f in found.items())
    again = donors_in(names[::-1])
    assert {n: (f.rest, f.number) for n, f in again.items()} == {n: (f.rest, f.number) for n, f in found.items()}
