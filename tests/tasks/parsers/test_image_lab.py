from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from schemas.study import Layout, LayoutLane
from tasks.contracts import Parsed
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
