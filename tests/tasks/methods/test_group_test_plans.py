from __future__ import annotations

import pytest

from tasks.methods.group_test_plans import Layout, Question, has_partial_overlap, plans


def layout(*units: tuple[str, str, str], n_unit: str = "donor") -> Layout:
    conditions, donors, blocks = zip(*units, strict=True)
    return Layout(n_unit, conditions, donors, blocks, is_averaged=False)


MATCHED = [(c, d, "") for c in ("a", "b") for d in ("p", "q")]
APART = [("a", "p", ""), ("a", "q", ""), ("b", "r", ""), ("b", "s", "")]
PARTLY = [("a", "p", ""), ("a", "q", ""), ("b", "q", ""), ("b", "s", "")]
PLATES = [(c, d, f"P{d == 'q'}") for c, d, _ in MATCHED]


@pytest.mark.parametrize(
    ("units", "n_unit", "design", "tests"),
    [
        (MATCHED, "donor", "auto", ["paired_t", "student_t"]),
        (MATCHED, "donor", "independent", ["student_t"]),
        (MATCHED, "culture", "blocked", ["student_t"]),
        (APART, "donor", "auto", ["student_t"]),
        (PARTLY, "donor", "auto", ["student_t"]),
        (PARTLY, "donor", "blocked", ["blocked_t", "student_t"]),
        (PLATES, "donor", "independent", ["blocked_t", "student_t"]),
    ],
)
def test_the_layout_and_the_study_choose_the_model(
    units: list[tuple[str, str, str]], n_unit: str, design: str, tests: list[str]
) -> None:
    question = Question(("a", "b"), (("a", "b"),), 0.05, design, None)
    found = plans(layout(*units, n_unit=n_unit), question)
    assert [m.omnibus for m in found] == tests
    assert [m.role for m in found] == (["primary"] if len(tests) == 1 else ["primary", "as_published"])


def test_only_donors_in_some_but_not_all_groups_overlap_partly() -> None:
    assert [has_partial_overlap(layout(*u)) for u in (MATCHED, APART, PARTLY)] == [False, False, True]
