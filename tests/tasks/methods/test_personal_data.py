from __future__ import annotations

import pytest

from tasks.methods.personal_data import is_identity, patient_fields


@pytest.mark.parametrize("column", ["name", "Date of Birth", "patient-name", "MRN", " surname "])
def test_columns_that_tell_who_somebody_is(column: str) -> None:
    assert is_identity(column)


@pytest.mark.parametrize("column", ["donor", "kind", "sex", "pfirrmann", "consent_ref", "filename"])
def test_columns_of_pseudonyms(column: str) -> None:
    assert not is_identity(column)


def test_fields_of_instruments_that_tell_who_a_patient_is() -> None:
    personal = ["PATIENT ID", "&10PATIENT ID", "$PATIENT_NAME", "LAST NAME", "@BIRTHDATE", "DOB", "PATIENTID"]
    others = [
        "$OP",
        "TUBE NAME",
        "$FIL",
        "EXPERIMENT NAME",
        "LASER1NAME",
        "EXPORT USER NAME",
        "P11DETECTORNAME",
        "$INST",
    ]
    assert patient_fields([*personal, *others]) == personal
