from __future__ import annotations

from pathlib import Path

import pytest

from tasks.engine import gate_files
from tasks.engine.ingest import check
from tasks.engine.study_files import StudyFolder, read_folder

RANGE = (
    '<g:Gating-ML xmlns:g="http://www.isac-net.org/std/Gating-ML/v2.0/gating" '
    'xmlns:d="http://www.isac-net.org/std/Gating-ML/v2.0/datatypes"><g:RectangleGate g:id="R">'
    '<g:dimension g:min="1"><d:fcs-dimension d:name="FSC-A"/></g:dimension></g:RectangleGate></g:Gating-ML>'
)


def folder(path: Path, gates: str | None) -> StudyFolder:
    path.mkdir()
    (path / "study.yaml").write_text("study_id: s\nconditions: [{id: c}]\nflow: {gating: reference/gates.xml}\n")
    (path / "samples.csv").write_text("sample,condition,donor,replicate\nC1,c,d,1\n")
    (path / "reference").mkdir()
    if gates is not None:
        (path / "reference/gates.xml").write_text(gates)
    return read_folder(path)


def test_gates_that_can_be_used_give_no_problem(tmp_path: Path) -> None:
    assert gate_files.problems(folder(tmp_path / "s", RANGE)) == ()


@pytest.mark.parametrize(
    ("gates", "rule"),
    [("<a/>", "no_gates_file"), (RANGE[:-5], "damaged_xml"), ('<!DOCTYPE a [<!ENTITY b "c">]><a/>', "unsafe_xml")],
)
def test_a_check_of_the_study_tells_why_gates_cannot_be_used(tmp_path: Path, gates: str, rule: str) -> None:
    found = [p for p in check(folder(tmp_path / "s", gates)) if p.file == "reference/gates.xml"]
    assert [p.rule for p in found] == [rule]


def test_a_file_that_is_not_there_is_another_check(tmp_path: Path) -> None:
    assert gate_files.problems(folder(tmp_path / "s", None)) == ()
