from __future__ import annotations

from pathlib import Path

from schemas.bench_options import Condition
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.parsers.imagej_summary import PARSER
from tests.tasks.parsers.assay_files import SUMMARY
from tests.tasks.parsers.bench_files import context, raw_file

STUDY = Study(
    config=StudyYaml(study_id="s", conditions=[Condition(id="c")]),
    samples=(SampleRow(sample="C1_field1", condition="c"),),
)


def test_pictures_are_fields_and_files_csv_says_what_was_counted(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, SUMMARY.encode())
    assert PARSER.claims(raw, context())
    parsed = PARSER.parse(raw, context(study=STUDY, assay="senescence"))
    rows = parsed.frames["core.cell_counts"].select("field", "sample_name", "total_count", "positive_count").rows()
    assert rows == [
        ("C1_field1.tif", "C1_field1", 120, None),
        ("C1_field2.tif", "C1_field2.tif", 98, None),
    ]
    assert parsed.unread == ("Total Area", "Average Size", "%Area", "Mean")
    about = context(study=STUDY, sample="C1", marker="b-gal", attributes={"counted": "positive"})
    positive = PARSER.parse(raw, about).frames["core.cell_counts"]
    assert positive.select("sample_name", "stain", "total_count", "positive_count").rows() == [
        ("C1", "b-gal", None, 120),
        ("C1", "b-gal", None, 98),
    ]
