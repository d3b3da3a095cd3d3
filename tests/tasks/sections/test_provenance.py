from __future__ import annotations

from tasks.methods.report_traces import file_anchor
from tests.report_study import PLATE, RUN, chapters, column, frames, grids, table


def test_files_stand_with_their_whole_hash_where_readings_lead() -> None:
    found = grids(chapters(frames())["provenance"])["files"]
    assert column(found, "sha256") == [PLATE, RUN]
    assert found.anchors == (file_anchor(PLATE), file_anchor(RUN))


def test_the_same_bytes_under_two_names_have_an_anchor_each() -> None:
    rows = [
        {"object_id": PLATE, "file_name": name, "status": status}
        for name, status in (("a.csv", "superseded"), ("b.csv", "loaded"))
    ]
    found = grids(chapters(frames(core__raw_objects=table("core.raw_objects", rows)))["provenance"])["files"]
    assert found.anchors[1] == file_anchor(PLATE)
    assert len(set(found.anchors)) == 2


def test_cultures_and_runs_are_listed() -> None:
    found = grids(chapters(frames())["provenance"])
    assert len(found["cultures-table"].rows) == 9
    assert column(found["runs-table"], "analysis") == ["group tests"]
    assert found["runs-table"].folded
