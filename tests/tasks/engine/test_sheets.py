from __future__ import annotations

from datetime import UTC, datetime

from schemas.bench_options import Condition
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.tables.samples import Sample
from tasks.engine.sheets import frames


def test_a_culture_without_a_donor_is_not_called_a_donor_of_its_own() -> None:
    config = StudyYaml(study_id="s", conditions=[Condition(id="control")])
    rows = (SampleRow(sample="C1", condition="control"), SampleRow(sample="C2", condition="control", donor="D1"))
    found = frames(Study(config=config, samples=rows), "/s", datetime(2026, 1, 1, tzinfo=UTC))[Sample]
    assert found.select("sample_id", "donor_id").rows() == [("C1", ""), ("C2", "D1")]
