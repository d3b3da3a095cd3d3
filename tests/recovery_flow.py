"""Whether flow cytometry shows the truth that its files were drawn from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import duckdb

from tests.recovery_assays import assert_damage_and_rescue, primary_pairs

Truth = Mapping[str, Any]
STATES = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
PERCENT_TOLERANCE = 2.0  # thresholds let half a percent of the negative cells pass, of each stain
SINGLETS_TOLERANCE = 20  # events
CLEAR_RATIO = 10.0


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


def assert_apoptosis_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Every culture's four quadrants, gated by the controls; IL-1β's apoptosis and its rescue."""
    study, planted = truth["study_id"], truth["apoptosis"]["cultures"]
    rows = connection.execute(
        """
        SELECT sample_id, singlet_count, percent_live, percent_early_apoptotic, percent_late_apoptotic,
            percent_necrotic, percent_apoptotic, annexin_method, pi_method, flag
        FROM result.apoptosis WHERE study_id = ?
        """,
        [study],
    ).fetchall()
    assert sorted(row[0] for row in rows) == sorted(planted)
    for sample, singlet_count, *percents, apoptotic, annexin_method, pi_method, flag in rows:
        assert flag is None, f"{sample}: {flag}"
        assert annexin_method.startswith("single_stain"), f"{sample}: {annexin_method}"
        assert pi_method.startswith("single_stain"), f"{sample}: {pi_method}"
        expected = planted[sample]
        assert abs(singlet_count - truth["apoptosis"]["single_cells"]) < SINGLETS_TOLERANCE, (
            f"{sample}: {singlet_count}"
        )
        for state, percent in zip(STATES, percents, strict=True):
            assert abs(percent - expected[state]) < PERCENT_TOLERANCE, f"{sample}: {percent} % {state}"
        both = expected["early_apoptotic"] + expected["late_apoptotic"]
        assert abs(apoptotic - both) < PERCENT_TOLERANCE, f"{sample}: {apoptotic} % apoptotic"
    tests = primary_pairs(connection, study, "flow_cytometry", measure="percent_apoptotic")
    assert_damage_and_rescue(tests, "", damage=1)


def assert_markers_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Percent positive of every marker of every USC culture against its isotypes; none of it in a group test."""
    study, planted = truth["study_id"], truth["markers"]["percent_positive"]
    rows = connection.execute(
        """
        SELECT material_id, marker, percent_positive, control, median_ratio, flag, sample_id
        FROM result.surface_markers WHERE study_id = ?
        """,
        [study],
    ).fetchall()
    assert sorted(row[:2] for row in rows) == sorted((m, marker) for m, values in planted.items() for marker in values)
    for material, marker, percent, control, ratio, flag, sample in rows:
        where = f"{material}, {marker}"
        assert (control, flag, sample) == ("isotype", None, None), where
        expected = planted[material][marker]
        assert abs(percent - expected) < PERCENT_TOLERANCE, f"{where}: {percent}"
        assert (ratio > CLEAR_RATIO) == (expected > 50), f"{where}: {ratio} times the isotype"
    measured = connection.execute(
        "SELECT DISTINCT target FROM result.measurements WHERE study_id = ? AND assay = 'flow_cytometry'", [study]
    ).fetchall()
    assert set(measured) <= {("",)}, "materials never enter group tests"


def assert_flow_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Everything above."""
    assert_acquisitions_recovered(connection, truth)
    assert_apoptosis_recovered(connection, truth)
    assert_markers_recovered(connection, truth)
