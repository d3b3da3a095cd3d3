from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from schemas.errors import BadInputError
from schemas.sheets import Layout, LayoutLane
from tasks.contracts import Parsed, RawFile
from tasks.parsers.image_lab import PARSER
from tests.tasks.parsers.assay_files import IMAGE_LAB
from tests.tasks.parsers.bench_files import context, raw_file

LANES = Layout(name="gel", lanes=(LayoutLane(lane=1, sample="C1"), LayoutLane(lane=2, sample="T1")))
VOLUMES = (
    "No.,Label,Type,Volume (Int),Adj. Vol. (Int),Mean Bkgd. (Int),# of Pixels,Max. Value (Int),Mean Value (Int)\n"
    "1,U1,Unknown,1500,1000,5,100,2000,15\n2,U2,Unknown,1800,1300,5,100,65535,18\n3,B1,Background,500,0,5,100,9,5\n"
)


def parsed(folder: Path, text: str, **about: object) -> Parsed:
    return PARSER.parse(raw_file(folder, text.encode()), context(**about))


def test_bands_of_a_lane_table(tmp_path: Path) -> None:
    found = parsed(tmp_path, IMAGE_LAB, layout=LANES, membrane="M1")
    assert found.problems == ()
    rows = found.frames["core.blot_bands"].select(
        "lane", "sample_name", "target", "target_role", "signal", "background"
    )
    assert rows.rows() == [
        (1, "C1", "SOX9", "target", 1000.0, 500.0),
        (1, "C1", "GAPDH", "loading", 2000.0, 500.0),
        (2, "T1", "SOX9", "target", 4000.0, 500.0),
        (2, "T1", "GAPDH", "loading", 2000.0, 400.0),
    ]
    assert found.unread == ("Band No.", "Mol. Wt. (KDa)", "Relative Front", "Abs. Quant.", "Rel. Quant.")


def test_a_volume_table_counts_lanes_in_order(tmp_path: Path) -> None:
    found = parsed(tmp_path, VOLUMES, layout=LANES, target="SOX9")
    rows = found.frames["core.blot_bands"].select("lane", "sample_name", "target", "signal", "flag")
    assert rows.rows() == [(1, "C1", "SOX9", 1000.0, None), (2, "T1", "SOX9", 1300.0, "saturated")]
    assert [p.rule for p in found.problems] == ["saturated"]


def test_empty_lane_cells_go_on_and_words_are_refused(tmp_path: Path) -> None:
    text = IMAGE_LAB.replace("\n1,2,", "\n,2,")
    assert parsed(tmp_path, text).frames["core.blot_bands"]["lane"].to_list() == [1, 1, 2, 2]
    with pytest.raises(BadInputError, match=r"line 4, column Lane: 'x' is no lane"):
        parsed(tmp_path, IMAGE_LAB.replace("\n2,1,", "\nx,1,"))


def test_totals_of_lanes_below_a_title_are_read(tmp_path: Path) -> None:
    text = (
        "blot 7\n2024-01-02 exposure\n"
        "Lane No.\tAdj. Total Band Vol. (Int)\tTotal Band Vol. (Int)\n1\t100\t150\n2\t300\t320\n"
    )
    raw = raw_file(tmp_path, text.encode())
    assert PARSER.claims(raw, context())
    found = PARSER.parse(raw, context(layout=LANES, target="SOX9")).frames["core.blot_bands"]
    assert found.select("lane", "sample_name", "signal", "background").rows() == [
        (1, "C1", 100.0, 50.0),
        (2, "T1", 300.0, 20.0),
    ]


def test_a_workbook_has_its_lanes_beside_each_other(tmp_path: Path) -> None:
    titles = ["Lane", "Band No.", "Band Label", "Adj. Volume (Int)", "Volume (Int)"]
    lanes = [[[1, 1, "SOX9", 1000, 1500], [1, 2, "GAPDH", 2000, 2500]], [[2, 1, "SOX9", 4000, 4500]]]
    path = tmp_path / "lanes.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, rows in enumerate(lanes):
            at = number * len(titles)
            sheet.write(0, at, f"Lane {number + 1}")
            sheet.write_row(1, at, titles)
            for i, cells in enumerate(rows):
                sheet.write_row(2 + i, at, cells)
    raw = RawFile.read(path)
    assert PARSER.claims(raw, context())
    found = PARSER.parse(raw, context(layout=LANES)).frames["core.blot_bands"]
    assert found.select("lane", "sample_name", "target", "signal").rows() == [
        (1, "C1", "SOX9", 1000.0),
        (1, "C1", "GAPDH", 2000.0),
        (2, "T1", "SOX9", 4000.0),
    ]
