from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tasks.analyses.surface_markers import ANALYSIS, TABLE
from tasks.methods.flow_runs import ACQUISITIONS, INTENSITIES, POPULATIONS
from tests.tasks.analyses.flow_bench import Frames, computed, parsed, study, together
from tests.tasks.methods.fcs_files import fcs_file
from tests.tasks.methods.flow_simulation import TRUTH, events


@pytest.fixture(scope="module")
def diva(shared: Path) -> Frames:
    """BD FACSDiva, stained for CD45, CD34 and others, its matrix in the file; beside a tube of another panel."""
    fcs = shared / "data/flow/fcs"
    return together(
        parsed(fcs / "facsdiva_cd45_cd34.fcs", object_id="a"), parsed(fcs / "facscanto_itn02.fcs", object_id="b")
    )


def test_panels_of_real_files_are_measured_apart(diva: Frames) -> None:
    done = computed(ANALYSIS, diva, study())
    assert len(done) == 2
    tables = [d.frames[TABLE] for d in done.values()]
    markers = {row["object_id"]: set() for table in tables for row in table.to_dicts()}
    for table in tables:
        for row in table.to_dicts():
            markers[row["object_id"]].add(row["marker"])
            assert row["control"] is None
            assert "control_missing" in row["flag"].split(";")
            assert 0 <= row["percent_positive"] <= 100
            assert row["percent_positive"] == pytest.approx(100 * row["positive_count"] / row["singlet_count"])
            assert row["threshold_method"].startswith("data-driven")
    assert any("CD45" in m for m in markers["a"])
    assert any("CD34" in m for m in markers["a"])
    assert any("CD3" in m for m in markers["b"])


def test_their_populations_nest_and_problems_name_the_run(diva: Frames) -> None:
    for key, done in computed(ANALYSIS, diva, study()).items():
        rows = done.frames[POPULATIONS].to_dicts()
        counts = {(r["object_id"], r["gate_path"]): r["event_count"] for r in rows}
        for row in rows:
            if row["parent"]:
                assert row["event_count"] <= counts[row["object_id"], row["parent"]] == row["parent_count"]
        assert 0 < rows[1]["event_count"] <= rows[0]["event_count"] <= rows[0]["parent_count"]
        assert done.frames[INTENSITIES].height == done.frames[TABLE].height
        assert {p.rule for p in done.problems} >= {"control_missing"}
        assert {p.place for p in done.problems} == {f"run {key}"}


def test_a_study_with_its_own_gates_needs_none(diva: Frames) -> None:
    assert computed(ANALYSIS, diva, study(gating="gates.xml")) == {}


def test_real_single_stains_are_positive_against_the_real_unstained_tube(shared: Path) -> None:
    """FACSCalibur tubes of one dye each, which flowCore computes its compensation from."""
    folder = shared / "data/flow/compdata"
    said = dict(line.split(",") for line in (folder / "comp_match").read_text().split()[1:])
    tubes = [
        parsed(folder / "data" / name, object_id=name, control="unstained")
        if channel == "unstained"
        else parsed(folder / "data" / name, object_id=name, control=None, marker=channel)
        for name, channel in said.items()
    ]
    (done,) = computed(ANALYSIS, together(*tubes), study()).values()
    rows = {row["channel"]: row for row in done.frames[TABLE].to_dicts()}
    assert {c: row["marker"] for c, row in rows.items()} == {
        "FL1-H": "FITC",
        "FL2-H": "PE",
        "FL3-H": "7AAD",
        "FL4-H": "APC",
    }
    assert all(rows[c]["percent_positive"] > 99 for c in ("FL1-H", "FL2-H", "FL4-H"))
    assert 80 < rows["FL3-H"]["percent_positive"] < 90  # two populations: some cells exclude 7-AAD
    assert {(row["control"], row["flag"]) for row in rows.values()} == {("unstained", None)}
    assert all(row["median_ratio"] > 15 for row in rows.values())
    assert done.problems == ()


def test_samples_whose_stains_nobody_names_are_skipped_with_the_reason(tmp_path: Path) -> None:
    names = ["FSC-A", "SSC-A", "FITC-A", "PE-A"]
    (tmp_path / "s.fcs").write_bytes(fcs_file(events(TRUTH, n=500).select(names).to_numpy(), names))
    frames = parsed(tmp_path / "s.fcs", object_id="S")
    slices = {ACQUISITIONS: frames[ACQUISITIONS].select(ANALYSIS.reads[ACQUISITIONS])}
    (part,) = ANALYSIS.parts(study(), slices)
    assert part.skip is not None
    assert part.skip.startswith("1 tubes (s.fcs) name no stain")
    assert "flow.apoptosis" in part.skip
    (named,) = ANALYSIS.parts(study(), {ACQUISITIONS: slices[ACQUISITIONS].with_columns(marker=pl.lit("PE"))})
    assert named.skip is None
