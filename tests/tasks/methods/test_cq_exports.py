from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.methods.cq_exports import find_table, metadata, parsed, run_of, section
from tests.tasks.parsers.bench_files import context, raw_file

ROWS = [
    ["* Block Type = 384-Well Block"],
    ["Experiment File Name", "D:\\runs\\night 2.eds", ""],
    ["# Comment", ""],
    ["[Amplification Data]"],
    ["Well", "Cycle", "Target Name", "Rn"],
    ["1", "1", "GAPDH", "0.6"],
    ["[Results]"],
    ["Well", "Target Name", "CT"],
    ["1", "GAPDH", "20"],
    ["2", "GAPDH"],
    ["[Melt Curve]"],
]


def test_header_lines_sections_and_tables_are_found(tmp_path: Path) -> None:
    meta = metadata(ROWS[:3])
    assert meta == {"block type": "384-Well Block", "experiment file name": "D:\\runs\\night 2.eds", "comment": ""}
    assert metadata([["# Block Type: 96-Well"], ["Plate Type: RQ Plate"]]) == {
        "block type": "96-Well",
        "plate type": "RQ Plate",
    }
    assert section(ROWS, "results") == 6
    found = find_table(ROWS)
    assert found is not None
    table, header = found
    assert header == 7
    assert [number for number, _ in table.rows] == [9, 10]
    run = run_of(meta, raw_file(tmp_path, b"x"), context())
    assert (run.name, run.size, run.barcode) == ("night 2", 384, "")
    assert run_of({}, raw_file(tmp_path, b"x", "run.txt.gz"), context()).name == "run"


def test_a_row_that_ends_before_its_cq_is_refused(tmp_path: Path) -> None:
    found = find_table(ROWS)
    assert found is not None
    with pytest.raises(BadInputError, match=r"line 10: the row has 2 cells and ends before its Cq"):
        parsed(found[0], run_of({}, raw_file(tmp_path, b"x"), context()))
