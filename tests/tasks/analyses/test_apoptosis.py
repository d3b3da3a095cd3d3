from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tasks.analyses.apoptosis import ANALYSIS, TABLE
from tasks.methods.flow_runs import POPULATIONS
from tests.tasks.analyses.flow_bench import Frames, computed, parsed, study, together
from tests.tasks.methods.fcs_files import fcs_file
from tests.tasks.methods.flow_simulation import SPILL, TRUTH, events

CHANNELS = ["FSC-A", "FSC-H", "SSC-A", "FITC-A", "PE-A", "Time"]
STAINS = {"$P4S": "Annexin V", "$P5S": "PI"}


def tube(folder: Path, name: str, **more: str) -> Frames:
    matrix = {"SPILL": f"2,FITC-A,PE-A,1,{SPILL},0,1"}
    data = events(TRUTH, n=4_000).select(CHANNELS).to_numpy()
    path = folder / f"{name}.fcs"
    path.write_bytes(fcs_file(data, CHANNELS, keywords=STAINS | matrix | more))
    return parsed(path, object_id=name)


def test_a_stained_tube_is_one_part_of_its_run_and_warns_of_missing_controls(tmp_path: Path) -> None:
    ((key, done),) = computed(ANALYSIS, tube(tmp_path, "S"), study()).items()
    (row,) = done.frames[TABLE].to_dicts()
    assert row["percent_apoptotic"] == pytest.approx(35, abs=1.5)
    assert (row["annexin_channel"], row["pi_channel"], row["compensation"]) == ("FITC-A", "PE-A", "keyword")
    assert done.frames[POPULATIONS].height == 6
    ((problem),) = done.problems
    assert (problem.rule, problem.place) == ("control_missing", f"run {key}")
    assert "1 tubes (S.fcs)" in problem.message or "1 tubes (S)" in problem.message
    assert "Declare unstained" in problem.remedy


def test_channels_are_the_studys_where_it_names_them(tmp_path: Path) -> None:
    plain = tube(tmp_path, "S", **{"$P4S": "", "$P5S": ""})
    assert computed(ANALYSIS, plain, study()) == {}
    (done,) = computed(ANALYSIS, plain, study(apoptosis={"annexin": "FITC-A", "pi": "PE-A"})).values()
    assert done.frames[TABLE].height == 1


def test_other_stains_and_studies_with_gates_have_no_part(shared: Path, tmp_path: Path) -> None:
    assert computed(ANALYSIS, parsed(shared / "data/flow/fcs/facscanto_itn02.fcs", object_id="a"), study()) == {}
    assert computed(ANALYSIS, tube(tmp_path, "S"), study(gating="gates.xml")) == {}


def test_a_run_of_controls_alone_has_no_part(tmp_path: Path) -> None:
    frames = tube(tmp_path, "S")
    frames["core.flow_samples"] = frames["core.flow_samples"].with_columns(control=pl.lit("unstained"))
    assert computed(ANALYSIS, frames, study()) == {}


def test_controls_recorded_without_names_of_stains_count_for_the_samples_of_their_run(tmp_path: Path) -> None:
    nothing = {"$P4S": "", "$P5S": ""}
    bare = tube(tmp_path, "U", **nothing)
    bare["core.flow_samples"] = bare["core.flow_samples"].with_columns(
        control=pl.lit("unstained"), sample_id=pl.lit(None, pl.String)
    )
    (done,) = computed(ANALYSIS, together(tube(tmp_path, "S"), bare), study()).values()
    (row,) = done.frames[TABLE].to_dicts()
    assert row["annexin_method"].startswith("unstained: 99.5th percentile")
    assert row["pi_method"].startswith("unstained: 99.5th percentile")
