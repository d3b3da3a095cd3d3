from __future__ import annotations

from tasks.simulation.design import BENCH, CONDITIONS, CONTRASTS, DONORS, SEQUENCED, SEQUENCING


def test_every_condition_has_a_culture_of_every_donor() -> None:
    for cultures, conditions in ((BENCH, CONDITIONS), (SEQUENCING, SEQUENCED)):
        found = [(c.treatment.condition, c.donor) for c in cultures]
        assert found == [(condition, donor) for condition in CONDITIONS if condition in conditions for donor in DONORS]


def test_cultures_are_named_once_and_contrasts_compare_what_was_sequenced() -> None:
    names = [c.sample for c in (*BENCH, *SEQUENCING)]
    assert len(set(names)) == len(names)
    assert {c.reference for c in CONTRASTS} | {c.target for c in CONTRASTS} == set(SEQUENCED)
