from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import Context
from tasks.methods.imported_populations import Counted, Tube, imported_frames, path_of, statistic_of
from tests.tasks.parsers.bench_files import STUDY, context, raw_file

WHERE = "row 2"


def study(*samples: str) -> Study:
    rows = [SampleRow.model_validate({"sample": s, "condition": "c", "donor": "d", "replicate": 1}) for s in samples]
    return Study(config=StudyYaml.model_validate({"study_id": "s", "conditions": [{"id": "c"}]}), samples=tuple(rows))


def rows(folder: Path, tubes: list[Tube], about: Context | None = None) -> list[dict[str, object]]:
    frames, _ = imported_frames(tubes, "facsdiva", raw_file(folder, b"x"), about or Context(STUDY))
    return frames["core.flow_populations"].to_dicts()


def test_the_name_that_the_study_knows_is_the_sample(tmp_path: Path) -> None:
    tube = Tube(("Specimen_001", "C1.fcs"), [Counted((), WHERE, 5)])
    assert rows(tmp_path, [tube], Context(study("C1")))[0]["sample_name"] == "C1"
    assert rows(tmp_path, [tube], Context(study("T1")))[0]["sample_name"] == "Specimen_001"
    assert rows(tmp_path, [tube], context(sample="T9", assay="flow_cytometry"))[0]["sample_name"] == "T9"
    two = rows(tmp_path, [tube, Tube(("T1",), [Counted((), WHERE, 5)])], context(sample="T9", assay="flow_cytometry"))
    assert [r["sample_name"] for r in two] == ["Specimen_001", "T1"]


def test_siblings_of_one_name_are_numbered(tmp_path: Path) -> None:
    tube = Tube(("C1",), [Counted((), WHERE, 9), Counted(("A",), WHERE, 4), Counted(("A",), WHERE, 3)])
    assert [r["gate_path"] for r in rows(tmp_path, [tube])] == ["All Events", "A", "A (2)"]


def test_a_flat_table_claims_no_parent_count(tmp_path: Path) -> None:
    (_, row) = rows(tmp_path, [Tube(("C1",), [Counted((), WHERE, 9), Counted(("A",), WHERE, 3, is_flat=True)])])
    assert (row["parent"], row["parent_count"], row["percent_of_parent"]) == (None, None, None)
    assert row["percent_of_total"] == pytest.approx(100 / 3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(total=st.integers(0, 10**6), part=st.integers(0, 10**6))
def test_percentages_are_those_of_the_counts(total: int, part: int, tmp_path: Path) -> None:
    count = min(total, part)
    tube = Tube(("C1",), [Counted((), WHERE, total), Counted(("A",), WHERE, count)])
    raw = raw_file(tmp_path, b"x")
    found, problems = imported_frames([tube], "facsdiva", raw, Context(STUDY))
    percent = found["core.flow_populations"]["percent_of_parent"][1]
    assert percent == (pytest.approx(100 * count / total) if total else None)
    assert problems == []


def test_the_root_and_separators_are_no_part_of_a_path() -> None:
    assert path_of(["All Events", "P1", "CD4+/CD8-"]) == ("P1", "CD4+|CD8-")
    assert path_of(["", " Live  cells "]) == ("Live cells",)
    assert path_of(["ungated"]) == ()


@pytest.mark.parametrize(
    ("said", "kind"), [("Median", "median"), ("Geo Mean", "geometric_mean"), ("%CV", "cv"), ("sum of squares", None)]
)
def test_a_statistic_is_known_by_its_programs_word(said: str, kind: str | None) -> None:
    assert statistic_of(said) == kind
