"""Counts, viabilities and densities of cultures from cell counters."""

from __future__ import annotations

from schemas.base import Table
from schemas.culture_values import KEY, CultureValue


class CellDensity(CultureValue, Table, name="result.cell_densities", replace_by=("study_id", "run_id"), key=KEY):
    """Cells per mL, percent viable or percent positive cells of one culture, averaged over its readings."""
