"""Quality of cultures' RNA and DNA."""

from __future__ import annotations

from schemas.base import Table
from schemas.culture_values import KEY, CultureValue


class NucleicAcidQuality(
    CultureValue, Table, name="result.nucleic_acid_quality", replace_by=("study_id", "run_id"), key=KEY
):
    """RIN, absorbance ratio or concentration of one culture's RNA or DNA, averaged over its readings."""
