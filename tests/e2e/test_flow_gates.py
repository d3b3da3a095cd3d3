"""Flow cytometry through a night: events to populations, results of cultures, measurements; changes and their reach."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.e2e.small_study import Bench
from tests.tasks.methods.fcs_files import fcs_file
from tests.tasks.methods.flow_simulation import SPILL, TRUTH, events, unstained

CONDITIONS = {"C": {"live": 0.94, "early_apoptotic": 0.03, "late_apoptotic": 0.02, "necrotic": 0.01}, "T": TRUTH}
CHANNELS = ["FSC-A", "FSC-H", "SSC-A", "FITC-A", "PE-A", "Time"]
MATRIX = f"2,FITC-A,PE-A,1,{SPILL},0,1"


def write(path: Path, frame: pl.DataFrame, **stains: str) -> None:
    keywords = {f"$P{CHANNELS.index(c.replace('_', '-')) + 1}S": s for c, s in stains.items()} | {"SPILL": MATRIX}
    path.write_bytes(fcs_file(frame.select(CHANNELS).to_numpy(), CHANNELS, keywords=keywords))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Three cultures a condition stained with annexin V and PI, an unstained tube, and a material's markers."""
    folder = tmp_path_factory.mktemp("gates")
    landing = folder / "study/landing"
    landing.mkdir(parents=True)
    files, samples = [], []
    for i, (condition, fractions) in enumerate(CONDITIONS.items()):
        for replicate in (1, 2, 3):
            name = f"{condition}{replicate}"
            frame = events(fractions, n=6_000, seed=10 * i + replicate)
            write(landing / f"{name}.fcs", frame, FITC_A="Annexin V", PE_A="PI")
            files.append(f"landing/{name}.fcs,flow_cytometry,{name},,,apoptosis,24")
            samples.append(f"{name},{condition},d{replicate},{replicate}")
    write(landing / "unstained.fcs", unstained(n=5_000), FITC_A="Annexin V", PE_A="PI")
    files.append("landing/unstained.fcs,flow_cytometry,,unstained,,apoptosis,")
    marked = events({"early_apoptotic": 0.98, "live": 0.02}, n=5_000, seed=50)
    write(landing / "usc.fcs", marked, FITC_A="CD73", PE_A="CD34")
    write(landing / "isotype.fcs", unstained(n=4_000), FITC_A="CD73", PE_A="CD34")
    files += [
        "landing/usc.fcs,flow_cytometry,USC1,,,identity,",
        "landing/isotype.fcs,flow_cytometry,,isotype,,identity,",
    ]
    study = folder / "study"
    (study / "study.yaml").write_text("study_id: gates\nconditions: [{id: C}, {id: T}]\n")
    (study / "samples.csv").write_text("sample,condition,donor,replicate\n" + "\n".join(samples) + "\n")
    (study / "materials.csv").write_text("material,kind\nUSC1,usc\n")
    head = "file,assay,sample,control,marker,panel,time_h\n"
    (study / "files.csv").write_text(head + "\n".join(files) + "\n")
    found = Bench(study, folder / "home")
    summary = found.night()
    assert not summary.failed, summary.parts
    return found


def test_known_fractions_come_out_as_measurements_of_cultures(bench: Bench) -> None:
    rows = bench.rows(
        "SELECT condition, measure, avg(value), count(*) FROM result.measurements WHERE assay = 'flow_cytometry' "
        "GROUP BY ALL ORDER BY ALL"
    )
    found = {(c, m): (v, n) for c, m, v, n in rows}
    for condition, fractions in CONDITIONS.items():
        for name, fraction in fractions.items():
            value, count = found[condition, f"percent_{name}"]
            assert count == 3
            assert value == pytest.approx(100 * fraction, abs=1.2)
    assert found["T", "percent_apoptotic"][0] == pytest.approx(35, abs=1.2)


def test_they_are_tested_between_groups(bench: Bench) -> None:
    ((pvalue,),) = bench.rows(
        "SELECT pvalue FROM result.pairwise_tests WHERE measure = 'percent_apoptotic' AND role = 'primary'"
    )
    assert float(str(pvalue)) < 0.001


def test_materials_have_markers_and_no_measurements(bench: Bench) -> None:
    rows = bench.rows(
        "SELECT material_id, marker, control, percent_positive FROM result.surface_markers ORDER BY marker"
    )
    assert [row[:3] for row in rows] == [("USC1", "CD34", "isotype"), ("USC1", "CD73", "isotype")]
    assert float(str(rows[0][3])) < 2
    assert float(str(rows[1][3])) > 97
    assert bench.rows("SELECT count(*) FROM result.measurements WHERE measure = 'percent_positive'") == [(0,)]


def test_populations_of_every_tube_say_how_they_were_gated(bench: Bench) -> None:
    rows = bench.rows(
        "SELECT gating, count(DISTINCT object_id), count(DISTINCT gate_path), bool_and(run_id IS NOT NULL), "
        "bool_and(compensation = 'keyword') FROM core.flow_populations GROUP BY gating ORDER BY gating"
    )
    assert rows == [("annexin_pi", 7, 6, True, True), ("marker_panel", 2, 4, True, True)]


def test_an_undisturbed_night_computes_nothing(bench: Bench) -> None:
    assert bench.night().is_unchanged


GATE = """<gating:Gating-ML xmlns:gating="http://www.isac-net.org/std/Gating-ML/v2.0/gating"
 xmlns:data-type="http://www.isac-net.org/std/Gating-ML/v2.0/datatypes">
 <gating:RectangleGate gating:id="cells"><gating:dimension gating:min="40000">
 <data-type:fcs-dimension data-type:name="FSC-A"/></gating:dimension></gating:RectangleGate>
 <gating:QuadrantGate gating:id="AnnexinPI" gating:parent_id="cells">
 <gating:divider gating:id="A" gating:compensation-ref="FCS"><data-type:fcs-dimension data-type:name="FITC-A"/>
 <gating:value>1000</gating:value></gating:divider>
 <gating:divider gating:id="P" gating:compensation-ref="FCS"><data-type:fcs-dimension data-type:name="PE-A"/>
 <gating:value>1000</gating:value></gating:divider>
 {quadrants}</gating:QuadrantGate></gating:Gating-ML>"""
SIDES = {"live": (0, 0), "early apoptotic": (5_000, 0), "late apoptotic": (5_000, 5_000), "necrotic": (0, 5_000)}


def gates() -> str:
    return GATE.format(
        quadrants="".join(
            f'<gating:Quadrant gating:id="{name}"><gating:position gating:divider_ref="A" gating:location="{a}"/>'
            f'<gating:position gating:divider_ref="P" gating:location="{p}"/></gating:Quadrant>'
            for name, (a, p) in SIDES.items()
        )
    )


def test_a_studys_own_gates_take_the_place_of_the_built_in_ones_and_an_excluded_tube_is_marked(
    bench: Bench, tmp_path: Path
) -> None:
    own = Bench(shutil.copytree(bench.study, tmp_path / "study"), tmp_path / "home")
    (own.study / "reference").mkdir()
    (own.study / "reference/gates.xml").write_text(gates())
    with (own.study / "study.yaml").open("a") as stream:
        stream.write("flow: {gating: reference/gates.xml}\n")
    (own.study / "exclusions.csv").write_text("file,well,sample,reason\nlanding/T1.fcs,,,clogged\n")
    assert not own.night().failed
    assert own.rows("SELECT DISTINCT gate_source, gating FROM core.flow_populations") == [
        ("gatingml", "reference/gates.xml")
    ]
    query = "SELECT round(avg(value)) FROM result.measurements WHERE condition = 'T' AND measure = 'percent_apoptotic'"
    assert own.rows(query) == [(35.0,)]
    excluded = own.rows("SELECT sample_id FROM result.measurements WHERE is_excluded AND measure = 'percent_live'")
    assert excluded == [("T1",)]
    paths = own.rows("SELECT DISTINCT target FROM result.measurements WHERE measure = 'percent_of_parent' ORDER BY 1")
    assert [row[0] for row in paths] == ["cells", *sorted(f"cells/AnnexinPI/{name}" for name in SIDES)]
    drawn = own.rows("SELECT part, title FROM result.figures WHERE figure = 'gating_hierarchies' ORDER BY part")
    first = {"apoptosis, C": "C1", "apoptosis, T": "T2", "identity, USC1": "USC1"}
    assert drawn == [(part, f"Gates of reference/gates.xml on {name}") for part, name in first.items()]

    (own.study / "reference/gates.xml").write_text(gates().replace("1000", "1"))
    assert not own.night().failed
    assert own.rows(query) != [(35.0,)]
