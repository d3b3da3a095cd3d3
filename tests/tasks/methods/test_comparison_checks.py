from __future__ import annotations

import pytest

from schemas.sheets import ComparisonRow, SampleRow
from schemas.study_yaml import StudyYaml
from tasks.methods.comparison_checks import checked_comparison, default_comparisons

CONFIG = StudyYaml.model_validate({"study_id": "s", "conditions": [{"id": "control"}, {"id": "il1b"}, {"id": "usc"}]})
SAMPLES = [SampleRow(sample="C1", condition="control"), SampleRow(sample="U1", condition="usc", experiment="second")]


@pytest.mark.parametrize(
    ("fields", "rule", "words"),
    [
        ({"assays": ["qpcrr"]}, "unknown_assay", "Did you mean qpcr"),
        ({"experiment": "seconds"}, "unknown_experiment", "Did you mean second"),
        ({"conditions": ["control", "IL1B"]}, "unknown_condition", "Did you mean il1b"),
        ({"conditions": ["control"]}, "too_few_conditions", "only one condition"),
        ({"pairs": ["control-il1b"]}, "unknown_pair", "control>treated"),
        ({"pairs": ["control>control"]}, "unknown_pair", "with itself"),
        ({"pairs": ["control>sham"]}, "unknown_condition", "'sham' is no condition"),
        ({"conditions": ["control", "il1b"], "pairs": ["control>usc"]}, "unknown_pair", "Add it to conditions."),
    ],
)
def test_a_comparison_of_things_that_do_not_exist_says_why(fields: dict[str, object], rule: str, words: str) -> None:
    row, problems = checked_comparison(ComparisonRow.model_validate({"id": "a", "line": 4, **fields}), CONFIG, SAMPLES)
    assert [(p.severity, p.rule, p.place.split(",")[0]) for p in problems] == [("local", rule, "line 4")]
    assert words in str(problems[0])
    assert row.problem is not None
    assert row.problem in str(problems[0])


def test_a_good_comparison_keeps_its_pairs_in_one_form() -> None:
    row = ComparisonRow(id="a", assays=["qpcr"], experiment="second", pairs=["control > il1b", "il1b>usc"])
    checked, problems = checked_comparison(row, CONFIG, SAMPLES)
    assert problems == []
    assert (checked.pairs, checked.problem) == (["control>il1b", "il1b>usc"], None)


def test_the_default_compares_everything() -> None:
    (row,) = default_comparisons()
    assert checked_comparison(row, CONFIG, SAMPLES) == (row, [])
