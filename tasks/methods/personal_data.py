"""Names of fields that tell who somebody is: donors are pseudonyms, for every analyst sees what is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable

WITHHELD = "(withheld: it tells who the donor is)"
_IDENTITIES = frozenset(
    {
        *("name", "first_name", "given_name", "last_name", "family_name", "surname", "full_name", "patient_name"),
        *("initials", "birth_date", "birthdate", "birthday", "date_of_birth", "dob"),
        *("address", "phone", "telephone", "email", "mrn", "ssn", "passport"),
    }
)
_OF_A_PATIENT = re.compile(r"patient|birth|\b(?:dob|mrn|ssn)\b|\b(?:first|last|family|given) ?name\b|surname")
_PREFIX = re.compile(r"^[$@&#]*\d*")  # of keywords: $SRC, &10PATIENT ID


def is_identity(column: str) -> bool:
    """Whether a sheet's column of this name tells who a person is."""
    return column.strip().casefold().replace(" ", "_").replace("-", "_") in _IDENTITIES


def patient_fields(names: Iterable[str]) -> list[str]:
    """Those names of an instrument's own fields that tell who a patient is; its operator's are no such."""
    return [n for n in names if _OF_A_PATIENT.search(re.sub(r"[_\-.]+", " ", _PREFIX.sub("", n).casefold()))]
