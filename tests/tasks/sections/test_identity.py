from __future__ import annotations

from tasks.methods.report_traces import file_anchor
from tests.report_study import PLATE, chapters, column, figures, frames, grids, table, words


def test_markers_and_particles_stand_with_their_files() -> None:
    marker = {"object_id": PLATE, "material_id": "USC_U1", "marker": "CD73", "percent_positive": 98.7}
    marker |= {"control": "isotype"}
    capture = {"object_id": PLATE, "material_id": "EXO_U1", "capture": "1", "mode_nm": 101.0}
    given = frames(
        result__surface_markers=table("result.surface_markers", [marker]),
        core__particle_summaries=table("core.particle_summaries", [capture | {"total_concentration_per_ml": 2.5e10}]),
    )
    found = grids(chapters(given)["identity"])
    markers, particles = found["surface-markers-table"], found["particles-table"]
    assert column(markers, "cells") == ["USC_U1"]
    assert column(markers, "positive (%)") == ["98.7"]
    assert column(particles, "particles per mL") == ["2.50 × 10¹⁰"]
    assert markers.rows[0][markers.columns.index("file")].href == f"#{file_anchor(PLATE)}"


def test_figures_of_identity_stand_there() -> None:
    drawn = figures({"figure": "m", "stem": "m", "reads": ("core.flow_events", "result.surface_markers")})
    assert "Pictures of identity" in words(chapters(frames(result__figures=drawn))["identity"])


def test_nothing_measured_gives_no_section() -> None:
    assert "identity" not in chapters(frames())
