"""Populations of cultures by flow cytometry."""

from __future__ import annotations

from schemas.base import Table
from schemas.culture_values import KEY, CultureValue


class CellPopulation(CultureValue, Table, name="result.cell_populations", replace_by=("study_id", "run_id"), key=KEY):
    """A percentage or intensity of one culture by flow cytometry, averaged over its acquisitions.

    Apoptosis and markers as ``result.apoptosis`` and ``result.surface_markers`` have them; populations of a gates'
    file or of a table of statistics as ``percent_of_parent``, their path as target.
    """
