from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.factorial_model import factor_cells, two_way
from tests.tasks.methods.bench_reference import data, expected

FACTORS: dict[str, dict[str, float | str | bool]] = {
    "control": {"il1b": 0},
    "il1b": {"il1b": 10.0},
    "exo": {"exosome": 10.0},
    "il1b_exo": {"il1b": 10, "exosome": 10},
}


@pytest.mark.parametrize("name", ["warp", "warp_uneven"])
def test_two_way_analyses_are_type_three_of_car(name: str) -> None:
    d, r = data(name), expected()
    wool, tension = ([d.groups[c][i] for c in d.codes] for i in (0, 1))
    for term, found in zip(("wool", "tension", "wool:tension"), two_way(d.values, wool, tension), strict=True):
        for field, key in ((found.statistic, "f"), (found.df1, "df1"), (found.df2, "df2"), (found.pvalue, "p")):
            assert field[0] == pytest.approx(r[f"{name}.two_way.{term}.{key}"], rel=1e-9)


def test_conditions_become_cells_and_what_is_no_factorial_says_why() -> None:
    names, cells = factor_cells(FACTORS, list(FACTORS))
    assert names == ("il1b", "exosome")
    assert cells == [("0", "0"), ("10", "0"), ("0", "10"), ("10", "10")]
    assert factor_cells(FACTORS, ["control", "il1b", "il1b_exo"]) == "empty_cell"
    assert factor_cells(FACTORS, ["control", "il1b"]) == "not_two_factors"
    assert factor_cells({**FACTORS, "again": {"il1b": 10}}, [*FACTORS, "again"]) == "conditions_share_a_cell"


def test_degenerate_data_have_a_reason() -> None:
    one, two = ["a", "a", "b", "b"], ["x", "y", "x", "y"]
    assert two_way(np.array([[1.0, 2.0, 3.0, 5.0]]).T, one, two)[0].na_reason == ("no_residual_df",)
    for values, reason in (([1.0] * 8, "no_variance"), ([1.0, 2, 3, 5] * 2, "zero_within_group_variance")):
        found = two_way(np.array([values]).T, one * 2, two * 2)
        assert found[0].na_reason == (reason,)
        assert np.isnan(found[0].pvalue[0])
    aliased = two_way(np.arange(8.0)[:, None] ** 2, one * 2, two * 2, [one * 2])
    assert aliased[0].na_reason == ("aliased_with_block",)
    assert aliased[1].na_reason == (None,)
