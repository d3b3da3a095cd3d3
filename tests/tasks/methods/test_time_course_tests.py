from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.time_course_tests import course_rows
from tasks.methods.time_courses import Course
from tasks.methods.two_way_anova import two_way


def course(*, plates: int = 1, n_unit: str = "culture") -> Course:
    random = np.random.default_rng(4)
    cells = [
        (c, t, f"{c}{u}{t:g}" if n_unit == "culture" else f"d{u}") for c in "ab" for t in (1.0, 2.0) for u in range(4)
    ]
    return Course(
        name={"measure": "viability", "target": "", "scale": "raw"},
        n_unit=n_unit,
        conditions=("a", "b"),
        times=(1.0, 2.0),
        values=dict(zip(cells, random.normal(size=len(cells)), strict=True)),
        blocks={cell: f"P{cell[1]:g}{index % plates}" for index, cell in enumerate(cells)},
        declared=frozenset(cells),
        is_averaged=False,
    )


def test_several_plates_at_a_time_are_held_constant_and_hide_the_time() -> None:
    given = course(plates=2)
    rows = {(r["role"], r["effect"]): r for r in course_rows(given, "auto", "auto", None)}
    assert "plates held constant" in rows["primary", "time"]["design_note"]
    assert rows["primary", "time"]["na_reason"] == "aliased_with_block"
    cells = sorted(given.values)
    expected = two_way(
        np.array([given.values[c] for c in cells]),
        np.array([int(c[0] == "b") for c in cells]),
        np.array([int(c[1] == 2) for c in cells]),
        sum_of_squares="III",
        blocks=[np.unique([given.blocks[c] for c in cells], return_inverse=True)[1]],
    )
    assert rows["primary", "condition"]["pvalue"] == pytest.approx(expected[0].pvalue, rel=1e-12)
    assert rows["as_published", "time"]["pvalue"] is not None
    assert rows["as_published", "time"]["design_note"].startswith("n = values; ")


def test_one_plate_a_time_is_the_plain_analysis_and_stands_alone() -> None:
    rows = list(course_rows(course(), "auto", "auto", 2.0))
    assert {(r["role"], r["method"], r["n"]) for r in rows} == {("primary", "two_way", 16)}
    assert all("2 h is the confirmatory time" in r["design_note"] for r in rows)


def test_donors_on_separate_plates_are_a_block() -> None:
    rows = list(course_rows(course(n_unit="donor"), "auto", "separate_plates", None))
    primary = next(r for r in rows if r["role"] == "primary")
    assert "donor held constant" in primary["design_note"]
    assert primary["df2"] == 16 - 4 - 3
    assert {r["role"] for r in rows} == {"primary", "as_published"}
