from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from deployments.narrow_tables import Rows

NAMES = ("file", "well", "sample_id", "value", "sha256")
INT64 = st.integers(-(2**63), 2**63 - 1)  # as long as a column of a table holds
HASH = "b2c48545008d40f00466ce12b7abffd80df36906e720bcd3d3b97890fc075211"
PLATES = [
    ["landing/cck8/240305_CCK8_24h.txt", "C05", "NP2_il1b", "0.624", HASH],
    ["landing/cck8/240305_CCK8_24h.txt", "C06", "NP2_il1b", "0.6340123", HASH],
    ["landing/cck8/240307_CCK8_72h.txt", "C05", "NP2_il1b_exo", "1.9", HASH],
    ["landing/cck8/240307_CCK8_72h.txt", "C06", "NP2_il1b_exo", "0.15", HASH],
]


def lines(rows: Rows, width: int) -> list[str]:
    text = StringIO()
    Console(file=text, width=width, color_system=None).print(rows)
    return [line.rstrip() for line in text.getvalue().splitlines()]


def test_where_there_is_room_columns_stand_side_by_side() -> None:
    head, first, *_ = lines(Rows(NAMES, PLATES, frozenset({"value"})), 160)
    assert head.split() == list(NAMES)
    assert first.split() == PLATES[0]


def test_in_80_columns_what_rows_share_is_said_once() -> None:
    assert lines(Rows(NAMES, PLATES, frozenset({"value"})), 80) == [
        f"sha256={HASH}",
        "file                              well  sample_id         value",
        "landing/cck8/240305_CCK8_24h.txt  C05   NP2_il1b          0.624",
        "landing/cck8/240305_CCK8_24h.txt  C06   NP2_il1b      0.6340123",
        "landing/cck8/240307_CCK8_72h.txt  C05   NP2_il1b_exo        1.9",
        "landing/cck8/240307_CCK8_72h.txt  C06   NP2_il1b_exo       0.15",
    ]


def test_in_fewer_rows_stand_under_a_long_text_that_they_share() -> None:
    found = lines(Rows(NAMES[:4], [row[:4] for row in PLATES], frozenset({"value"})), 45)
    assert found[:4] == [
        "file landing/cck8/240305_CCK8_24h.txt",
        "  well  sample_id      value",
        "  C05   NP2_il1b       0.624",
        "  C06   NP2_il1b   0.6340123",
    ]


def test_a_single_wide_row_is_a_list_of_its_columns() -> None:
    found = lines(Rows(NAMES, PLATES[:1], frozenset({"value"})), 80)
    assert found[0].startswith("1 of 1 ")
    assert [line.split() for line in found[1:]] == [[n, v] for n, v in zip(NAMES, PLATES[0], strict=True)]


@given(
    st.lists(st.tuples(st.floats(allow_nan=False), st.text("ab ", max_size=60), INT64), min_size=1, max_size=6),
    st.integers(40, 120),
)
def test_no_number_is_broken_at_any_width(rows: list[tuple[float, str, int]], width: int) -> None:
    cells = [[repr(value), text, str(count)] for value, text, count in rows]
    found = lines(Rows(("value", "text", "count"), cells, frozenset({"value", "count"})), width)
    words = {word.rpartition("=")[2] for line in found for word in line.split()}
    assert all({row[0], row[2]} <= words for row in cells)


@pytest.mark.parametrize("width", [20, 80])
def test_no_rows_are_a_head(width: int) -> None:
    assert "".join(lines(Rows(("file", "well"), []), width)).split() == ["file", "well"]
