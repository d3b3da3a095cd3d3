"""Whether flow cytometry shows the truth that its files were drawn from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import duckdb

Truth = Mapping[str, Any]


def assert_acquisitions_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Every tube with its events, culture or material, controls and spillover."""
    rows = connection.execute(
        """
        SELECT panel, sample_id, material_id, control, event_count, spillover
        FROM core.flow_samples WHERE study_id = ?
        """,
        [truth["study_id"]],
    ).fetchall()
    panels = {planted["panel"]: planted for planted in (truth["apoptosis"], truth["markers"])}
    assert {row[0] for row in rows} == panels.keys()
    for panel, *_, event_count, spillover in rows:
        assert event_count == panels[panel]["events"], panel
        assert json.loads(spillover) == panels[panel]["spillover"], panel
    tubes = sorted((panel, sample or material or "", control or "") for panel, sample, material, control, *_ in rows)
    cultures, materials = truth["apoptosis"], truth["markers"]
    stained = [(cultures["panel"], culture, "") for culture in cultures["cultures"]]
    controls = [
        (cultures["panel"], "", "unstained" if name == "unstained" else "single_stain") for name in cultures["controls"]
    ]
    panel = [
        (materials["panel"], material, "" if tube == "stained" else tube)
        for material in materials["percent_positive"]
        for tube in materials["tubes"]
    ]
    assert tubes == sorted([*stained, *controls, *panel])


def assert_flow_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Everything above."""
    assert_acquisitions_recovered(connection, truth)
