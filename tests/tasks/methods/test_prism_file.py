from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pzfx
import pzfx_parser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tasks.methods.prism_file import EMPTY, PrismTable, Value
from tasks.methods.prism_file import pzfx as pzfx_bytes

MADE = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


def test_what_two_readers_find_is_what_was_given(tmp_path: Path) -> None:
    columns = [("A & B", [[Value(0.1 + 0.2), EMPTY], [Value(1e-300), Value(-2.0)]])]
    columns += [("β", [[Value(3.0), Value(4.0, is_excluded=True)], [EMPTY, EMPTY]])]
    tables = [
        PrismTable("grouped", "TwoWay", columns, ["SOX9", "<ACAN>"]),
        PrismTable("course", "XY", columns, x=("Hours", [0, 24.5])),
    ]
    path = tmp_path / "x.pzfx"
    path.write_bytes(pzfx_bytes(tables, [("Study", "IL-1β")], MADE))
    expected = [[0.1 + 0.2, 1e-300, 3, np.nan], [np.nan, -2, np.nan, np.nan]]
    assert pzfx.pzfx_tables(str(path)) == ["grouped", "course"]
    first = pzfx.read_pzfx(str(path), "grouped")
    assert first["ROWTITLE"].tolist() == ["SOX9", "<ACAN>"]
    assert first.columns.tolist()[1:] == ["A & B_1", "A & B_2", "β_1", "β_2"]
    np.testing.assert_array_equal(first.drop(columns="ROWTITLE").astype(float), expected)
    np.testing.assert_array_equal(pzfx_parser.read_pzfx(path)["grouped"].astype(float), expected)
    assert pzfx.read_pzfx(str(path), "course")["Hours"].tolist() == [0, 24.5]
    assert pzfx.read_pzfx(str(path), "course", strike_action="keep")["β_1"].tolist() == [3, 4]
    root = etree.fromstring(path.read_bytes())
    assert [(t.get("TableType"), t.get("XFormat")) for t in root.iter("Table")] == [
        ("TwoWay", "none"),
        ("XY", "numbers"),
    ]
    assert root.find("Info/Constant/Value").text == "IL-1β"


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.text(min_size=1))
def test_any_number_and_any_title_make_a_file_that_can_be_read(
    tmp_path: Path, numbers: list[float], title: str
) -> None:
    path = tmp_path / "x.pzfx"
    table = PrismTable(title, "OneWay", [("A", [[Value(n) for n in numbers]])])
    path.write_bytes(pzfx_bytes([table], [], MADE))
    assert pzfx.read_pzfx(str(path), 1)["A"].tolist() == numbers
