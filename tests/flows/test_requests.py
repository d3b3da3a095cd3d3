from __future__ import annotations

import pytest
from pydantic import ValidationError

from flows.requests import StudyRequest


def test_every_parameter_of_the_run_form_has_title_and_description() -> None:
    for field in StudyRequest.model_fields.values():
        assert field.title
        assert field.description


@pytest.mark.parametrize(
    "wrong", [{}, {"study": ""}, {"study": "a", "strikt": True}, {"study": "a", "strict": "perhaps"}]
)
def test_wrong_requests_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        StudyRequest.model_validate(wrong)


@pytest.mark.parametrize(
    ("study", "name"), [("airway", "airway"), ("/data/my-study/", "my-study"), ("studies/a/../b", "b")]
)
def test_a_run_is_named_after_its_study(study: str, name: str) -> None:
    assert StudyRequest(study=study).study_name == name
