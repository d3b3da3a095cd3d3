from __future__ import annotations

from tasks.analyses.protein import ANALYSIS, TABLE
from tests.tasks.analyses.bench_analyses import Row, computed, measured

BAND: Row = {"object_id": "f1", "membrane": "M1", "membrane_is_explicit": True, "lane": 1, "band": 1,
             "sample_id": "C1", "target": "SOX9", "target_role": "target", "signal": 8.0}  # fmt: skip
GAPDH = BAND | {"target": "GAPDH", "target_role": "loading", "signal": 2.0}
T1 = {"sample_id": "T1", "lane": 2}


def test_levels_are_measured_as_log2_with_the_membrane_as_block() -> None:
    done = computed(ANALYSIS, [BAND, GAPDH, BAND | T1 | {"signal": 1.0}, GAPDH | T1])
    rows = measured(ANALYSIS, done["a"])
    assert [(r["sample_id"], r["value"], r["block_id"], r["measure"], r["target"]) for r in rows] == [
        ("C1", 2.0, "M1", "protein", "SOX9"),
        ("T1", -1.0, "M1", "protein", "SOX9"),
    ]
    assert {(r["scale"], r["technical_n"]) for r in rows} == {("log2", 1)}
    assert done["a"].problems == ()


def test_loading_on_another_membrane_is_told_in_one_line_and_never_used() -> None:
    done = computed(ANALYSIS, [BAND, BAND | T1, GAPDH | {"membrane": "M2"}, GAPDH | T1 | {"membrane": "M2"}])["a"]
    assert done.frames[TABLE]["log2_ratio"].is_null().all()
    assert set(done.frames[TABLE]["na_reason"]) == {"no_loading_on_membrane"}
    (problem,) = done.problems
    assert problem.rule == "cross_membrane_loading"
    assert str(problem) == (
        "files.csv, membrane M1, SOX9: the loading control of these lanes is on membrane M2; loading counts on the "
        "same membrane only. If it is one membrane, write the same `membrane` for both files in files.csv; "
        "else re-probe it."
    )


def test_a_membrane_without_any_loading_control_is_told_too() -> None:
    done = computed(ANALYSIS, [BAND])["a"]
    assert [p.rule for p in done.problems] == ["no_loading_on_membrane"]
