from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.design_matrix import design
from tasks.methods.estimability import aliased, separated

Rows = dict[str, dict[str, str]]


def rows(**columns: str) -> Rows:
    """Samples S1, S2, …: a letter of each column's text is the level of the sample."""
    return {
        f"S{i}": dict(zip(columns, levels, strict=True))
        for i, levels in enumerate(zip(*columns.values(), strict=True), start=1)
    }


def told(metadata: Rows, *factors: str) -> str:
    model = design(metadata, variable=factors[-1], blocking=factors[:-1])
    return aliased(metadata, factors, model.columns, model.matrix)


def test_two_levels_without_a_common_block_are_told_with_blocks_and_samples() -> None:
    found = separated(rows(batch="111122", condition="aabbcc"), "condition", "batch", ("a", "c"))
    assert found == (
        "condition cannot be told from batch: no batch has both a and c (a occurs only with batch 1: S1, S2; "
        "c occurs only with batch 2: S5, S6), so either may explain a difference"
    )


@pytest.mark.parametrize("batch", ["112211", "111111", "121212"])
def test_levels_in_one_block_can_be_compared(batch: str) -> None:
    assert separated(rows(batch=batch, condition="abccab"), "condition", "batch", ("a", "b")) is None


def test_levels_are_linked_through_a_third_one() -> None:
    # a and c share no donor, b links them: an incomplete block design
    assert separated(rows(donor="1122", condition="abbc"), "condition", "donor", ("a", "c")) is None


def test_columns_that_say_the_same_are_told_with_levels_and_samples() -> None:
    assert told(rows(batch="111122", condition="aabbcc"), "batch", "condition") == (
        "condition cannot be told from batch: batch 1 occurs only with condition a, b (S1, S2, S3, S4); "
        "batch 2 occurs only with condition c (S5, S6)"
    )
    assert told(rows(donor="123412", sex="mmffmm", condition="aaabbb"), "donor", "sex", "condition") == (
        "sex cannot be told from donor: sex m occurs only with donor 1, 2 (S1, S2, S5, S6); "
        "sex f occurs only with donor 3, 4 (S3, S4)"
    )


def test_three_columns_that_add_up_are_told_by_the_one_that_follows() -> None:
    # every two of them are crossed; together 1, y and b fall on the same samples
    metadata = rows(donor="1122", lane="xyxy", condition="abba")
    metadata |= {f"{s}'": row for s, row in metadata.items()}
    model = design(metadata, variable="condition", blocking=["donor", "lane"])
    columns = [*model.columns, ("arm", "z")]
    matrix = model.matrix[:, [0, 1, 2, 3, 1]]
    matrix[:, 4] = model.matrix[:, 1] + model.matrix[:, 2]
    found = aliased(metadata, ("donor", "lane", "condition"), columns, matrix)
    assert found.startswith("arm z (S2, S3, S4, S2', S3', S4') cannot be told from donor 2, lane y:")


@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from("abc")), min_size=2, max_size=10))
def test_levels_are_separated_exactly_where_the_difference_cannot_be_estimated(cells: list[tuple[str, str]]) -> None:
    metadata = {f"S{i}": {"donor": d, "condition": c} for i, (d, c) in enumerate([("1", "a"), ("2", "b"), *cells])}
    matrix = np.array(
        [[row["condition"] == c for c in "abc"] + [row["donor"] == d for d in "123"] for row in metadata.values()],
        float,
    )
    wanted = np.array([-1.0, 1, 0, 0, 0, 0])
    is_estimable = np.linalg.matrix_rank(np.vstack([matrix, wanted])) == np.linalg.matrix_rank(matrix)
    assert (separated(metadata, "condition", "donor", ("a", "b")) is None) == is_estimable
