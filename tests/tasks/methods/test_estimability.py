from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.estimability import DesignRank, design_matrix, design_rank


def test_a_matched_design_spends_one_degree_of_freedom_a_donor() -> None:
    treatment = ["a", "a", "a", "b", "b", "b"]
    donor = ["1", "2", "3", "1", "2", "3"]
    assert design_rank(treatment, [], reference="a", target="b") == DesignRank(True, 4)
    assert design_rank(treatment, [donor], reference="a", target="b") == DesignRank(True, 2)


def test_a_block_that_goes_along_with_the_treatment_is_aliased() -> None:
    assert not design_rank(list("aabb"), [list("1122")], reference="a", target="b").is_estimable


def test_a_block_a_sample_leaves_nothing() -> None:
    assert design_rank(list("aabb"), [list("1212")], reference="a", target="b") == DesignRank(True, 1)
    assert design_rank(list("ab"), [list("11")], reference="a", target="b") == DesignRank(True, 0)


def test_a_contrast_is_estimable_through_a_third_level() -> None:
    # a and c share no donor, b links them: an incomplete block design
    assert design_rank(list("abbc"), [list("1122")], reference="a", target="c").is_estimable


def test_the_matrix_has_a_column_a_level() -> None:
    matrix, levels = design_matrix(list("abb"), [list("112")])
    assert levels == ["a", "b"]
    assert matrix.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("123")), max_size=12))
def test_degrees_of_freedom_never_grow_by_blocking(rows: list[tuple[str, str]]) -> None:
    variable, block = ["a", "b", *(v for v, _ in rows)], ["1", "1", *(b for _, b in rows)]
    plain = design_rank(variable, [], reference="a", target="b")
    blocked = design_rank(variable, [block], reference="a", target="b")
    assert plain.is_estimable
    assert 0 <= blocked.residual_df <= plain.residual_df == len(variable) - 2
    assert blocked.is_estimable  # block 1 has both
