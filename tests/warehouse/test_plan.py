from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import DeclarationError
from warehouse.plan import digest, frame_digest, is_computed, is_fact, matching

FRAME = pl.DataFrame({"sample_id": ["A", "B", None], "time_h": [0.0, 24.0, None]})


def test_null_is_a_value_that_a_part_can_ask_for() -> None:
    assert matching(FRAME, {"sample_id": ("A", None)})["sample_id"].to_list() == ["A", None]
    assert matching(FRAME, {"time_h": (24.0,)})["sample_id"].to_list() == ["B"]
    assert matching(FRAME, {"sample_id": ()}).height == 0
    assert matching(FRAME, {}).height == 3


def test_a_part_may_only_filter_what_its_analysis_named_as_a_slice() -> None:
    with pytest.raises(DeclarationError, match=r"core\.plate_wells\.plate, which is no slice column"):
        matching(FRAME, {"plate": ("P1",)}, "core.plate_wells")


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 3)), max_size=6), st.randoms())
def test_rows_and_columns_in_any_order_have_the_same_digest(rows: list[tuple[str, int]], random: object) -> None:
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.Int64}, orient="row")
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = pl.DataFrame(shuffled, schema={"a": pl.String, "b": pl.Int64}, orient="row").select("b", "a")
    assert frame_digest(frame) == frame_digest(other)


def test_another_value_or_another_row_moves_the_digest() -> None:
    frame = pl.DataFrame({"a": [1, 2]})
    assert len({frame_digest(f) for f in (frame, frame[:1], frame + 1, pl.concat([frame, frame]))}) == 4


def test_a_json_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    assert digest([1, 2]) != digest([2, 1])


def test_facts_are_what_raw_files_give() -> None:
    assert is_fact("core.plate_wells")
    assert not any(is_fact(t) for t in ("core.samples", "core.raw_objects", "core.features", "result.viability"))


def test_facts_that_analyses_add_to_depend_on_their_runs() -> None:
    assert is_computed("core.flow_populations")
    assert not any(is_computed(t) for t in ("core.flow_samples", "core.plate_wells", "result.viability"))
