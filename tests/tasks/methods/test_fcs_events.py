from __future__ import annotations

from dataclasses import dataclass

import pytest

from schemas.errors import BadInputError
from tasks.methods.fcs_events import Layout


@dataclass(frozen=True)
class Width:
    bits: int
    range: float | None = None


def layout(kind: str, order: str, *bits: int) -> Layout:
    return Layout.of({"$DATATYPE": kind, "$BYTEORD": order}, [Width(b) for b in bits], "a.fcs", "data set 1")


@pytest.mark.parametrize(
    ("kind", "order", "bits", "row_bytes", "is_big"),
    [
        ("F", "1,2,3,4", (32, 32), 8, False),
        ("F", "4,3,2,1", (16, 16), 8, True),
        ("D", "1,2,3,4,5,6,7,8", (64,), 8, False),
        ("I", "2,1", (16, 16, 8), 5, True),
        ("I", "1,2,3,4", (10, 10), 8, False),
        ("I", "", (24,), 3, False),
        ("A", "1,2,3,4", (5, 3), 8, False),
        ("A", "1,2,3,4", (0, 3), 0, False),
    ],
)
def test_an_event_takes_the_bytes_of_its_channels(
    kind: str,
    order: str,
    bits: tuple[int, ...],
    row_bytes: int,
    is_big: bool,  # noqa: FBT001 -- a parameter
) -> None:
    found = layout(kind, order, *bits)
    assert (found.row_bytes, found.is_big) == (row_bytes, is_big)


@pytest.mark.parametrize(
    ("kind", "order", "bits", "rule"),
    [
        ("Q", "1,2", (16,), "data_type"),
        ("I", "1,x", (16,), "byte_order"),
        ("I", "1,3", (16,), "byte_order"),
        ("I", "3,4,1,2", (16, 16), "byte_order"),
        ("I", "1,2,3,4", (80,), "channel_width"),
        ("I", "1,2", (20,), "channel_width"),
    ],
)
def test_a_layout_that_no_reader_knows_is_refused(kind: str, order: str, bits: tuple[int, ...], rule: str) -> None:
    with pytest.raises(BadInputError) as caught:
        layout(kind, order, *bits)
    assert [p.rule for p in caught.value.problems] == [rule]
