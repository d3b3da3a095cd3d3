from __future__ import annotations

from schemas.errors import Severity
from tasks.methods.draft_marks import draft_problems
from tasks.methods.manifests import read_study

YAML = b"study_id: s\nconditions:\n  - {id: a, label: A}  # FILL IN condition: the names tell none\n"
SAMPLES = b"sample,condition,note\nC1,a,\nC2,a,FILL IN: no file names a sample\nC3,a,FILL IN donor\n"


def test_a_sheet_without_marks_has_no_problem() -> None:
    assert draft_problems("samples.csv", [(2, "C1"), (3, "fill in the rest of the plate")]) == ()


def test_what_a_draft_left_open_is_told_with_sheet_line_and_remedy() -> None:
    found = [p for p in read_study({"study.yaml": YAML, "samples.csv": SAMPLES}).problems if p.rule == "draft_mark"]
    assert [(p.file, p.place, p.severity) for p in found] == [
        ("study.yaml", "line 3", Severity.WARNING),
        ("samples.csv", "line 3", Severity.WARNING),
    ]
    assert found[0].message == "the draft still says 'FILL IN condition: the names tell none'"
    assert found[1].message == "the draft still says 'FILL IN: no file names a sample' (lines like it: 2)"
    assert found[1].remedy == "Fill in what is missing, then delete the words from FILL IN on."
