"""Particles, blots, pictures, counted cells and nucleic acids through a whole night."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.small_study import Bench
from tests.tasks.parsers.assay_files import IMAGE_LAB, IMAGE_STUDIO, ZETAVIEW

STUDY = {
    "study.yaml": "study_id: assays\nconditions:\n  - {id: control}\n  - {id: il1b}\n",
    "samples.csv": "sample,condition,donor,replicate\nC1,control,D1,1\nT1,il1b,D1,1\nC2,control,D2,2\nT2,il1b,D2,2\n",
    "materials.csv": "material,kind\nEXO1,exosome\n",
    "files.csv": (
        "file,assay,sample,layout,target,membrane,time_h,marker,dilution\n"
        "landing/exosomes.txt,particle_size,EXO1,,,,,,\n"
        "landing/culture.txt,particle_size,C1,,,,,,500\n"
        "landing/li_cor.txt,western_blot,,gel,700:GAPDH;800:SOX9,M1,24,,\n"
        "landing/bio_rad.csv,western_blot,,gel,,M2,24,,\n"
        "landing/counted.csv,senescence,,,,,72,SA-b-gal,\n"
        "landing/blot.png,western_blot,,,SOX9,M1,,,\n"
        "landing/rna.csv,nucleic_acid_qc,,,,,,,\n"
    ),
    "layouts/gel.csv": "lane,sample,role\n1,C1,sample\n2,T1,sample\n",
    "landing/exosomes.txt": ZETAVIEW,
    "landing/culture.txt": ZETAVIEW.replace("Dilution::\t1000", "Dilution::\t").replace("EXO1", "C1"),
    "landing/li_cor.txt": IMAGE_STUDIO,
    "landing/bio_rad.csv": IMAGE_LAB.replace("GAPDH", "COL2A1"),
    "landing/counted.csv": "sample,field,positive,total\nC1,1,10,150\nC1,2,30,250\nT1,1,60,100\nC2,1,9,300\nT2,1,8,9\n",
    "landing/rna.csv": "Sample Name,Nucleic Acid(ng/uL),A260/A280,A260/A230\nC1,250,2.0,2.1\nT1,90,1.5,1.0\n",
}


def write_study(folder: Path, shared: Path) -> Path:
    for name, text in STUDY.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("latin-1" if name.endswith(".txt") else "utf-8"))
    shutil.copyfile(shared / "data/western/gel-example.png", folder / "landing/blot.png")
    return folder


@pytest.fixture(scope="module")
def assays(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Bench:
    root = tmp_path_factory.mktemp("assays")
    made = Bench(write_study(root / "study", shared), root / "home")
    summary = made.night()
    assert {f.status for f in summary.files} == {"loaded"}, [(f.file_name, f.reason) for f in summary.files]
    return made


def test_every_assay_feeds_measurements_of_cultures_only(assays: Bench) -> None:
    rows = assays.rows(
        "SELECT assay, measure, target, sample_id, round(value, 3), na_reason, block_id "
        "FROM result.measurements WHERE assay <> 'nucleic_acid_qc' ORDER BY ALL"
    )
    assert rows == [
        ("particle_size", "concentration", "", "C1", 28.897, None, None),
        ("particle_size", "mean_size", "", "C1", 112.5, None, None),
        ("particle_size", "median_size", "", "C1", 110.0, None, None),
        ("particle_size", "mode_size", "", "C1", 105.0, None, None),
        ("senescence", "percent_positive", "SA-b-gal", "C1", 10.0, None, None),
        ("senescence", "percent_positive", "SA-b-gal", "C2", 3.0, None, None),
        ("senescence", "percent_positive", "SA-b-gal", "T1", 60.0, None, None),
        ("senescence", "percent_positive", "SA-b-gal", "T2", 88.889, None, None),
        ("western_blot", "protein", "COL2A1", "C1", None, "no_loading_on_membrane", "M2"),
        ("western_blot", "protein", "COL2A1", "T1", None, "no_loading_on_membrane", "M2"),
        ("western_blot", "protein", "SOX9", "C1", -1.0, None, "M1"),
        ("western_blot", "protein", "SOX9", "C1", None, "no_loading_on_membrane", "M2"),
        ("western_blot", "protein", "SOX9", "T1", 1.0, None, "M1"),
        ("western_blot", "protein", "SOX9", "T1", None, "no_loading_on_membrane", "M2"),
    ]


def test_materials_carry_their_particles_and_enter_no_measurement(assays: Bench) -> None:
    query = "SELECT material_id, sample_id, round(total_concentration_per_ml) FROM core.particle_summaries ORDER BY ALL"
    assert assays.rows(query) == [("EXO1", None, 1e9), (None, "C1", 5e8)]
    assert assays.rows("SELECT count(*) FROM result.measurements WHERE sample_id = 'EXO1'") == [(0,)]


def test_senescence_is_tested_between_donors_and_pictures_have_thumbnails(assays: Bench) -> None:
    tested = "SELECT n_a, n_b FROM result.pairwise_tests WHERE assay = 'senescence' AND role = 'as_published'"
    assert assays.rows(tested) == [(2, 2)]
    picture = "SELECT membrane, stain, width_px, height_px, octet_length(thumbnail) > 100 FROM core.images"
    assert assays.rows(picture) == [("M1", "SOX9", 601, 974, True)]


def test_planted_errors_are_one_line_each(assays: Bench) -> None:
    query = "SELECT DISTINCT rule FROM ops.validation_results WHERE severity = 'warning' ORDER BY rule"
    rules = {str(rule) for (rule,) in assays.rows(query)}
    assert {"low_260_280", "low_260_230", "few_cells", "cross_membrane_loading"} <= rules


def test_a_material_that_appears_later_is_recognised_in_files_already_loaded(shared: Path, tmp_path: Path) -> None:
    bench = Bench(write_study(tmp_path / "study", shared), tmp_path / "home")
    for name in ("files.csv", "layouts/gel.csv", "landing"):
        path = bench.study / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (bench.study / "landing").mkdir()
    (bench.study / "landing/nta.txt").write_bytes(ZETAVIEW.encode("latin-1"))
    sheet = bench.study / "materials.csv"
    sheet.write_text("material,kind\nEXO9,exosome\n")
    bench.night()
    assert bench.rows("SELECT material_id FROM core.particle_summaries") == [(None,)]
    sheet.write_text("material,kind\nEXO1,exosome\n")
    bench.night()
    assert bench.rows("SELECT material_id FROM core.particle_summaries") == [("EXO1",)]


def test_two_files_that_say_they_are_one_membrane_block_the_assay(shared: Path, tmp_path: Path) -> None:
    bench = Bench(write_study(tmp_path / "study", shared), tmp_path / "home")
    again = IMAGE_STUDIO.replace("4000", "4001")
    (bench.study / "landing/again.txt").write_text(again)
    sheet = bench.study / "files.csv"
    sheet.write_text(sheet.read_text() + "landing/again.txt,western_blot,,gel,700:GAPDH;800:SOX9,M1,24,,\n")
    parts = [p for p in bench.night().parts if p.analysis == "protein"]
    assert [p.status for p in parts] == ["skipped"]
    assert "both say that they are membrane M1" in str(parts[0].reason)


def test_the_bench_day_loads_what_is_whole(shared: Path, tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(shared / "studies/bench_day", study)
    for other in (study / "landing").glob("*.fcs"):
        other.unlink()
    summary = Bench(study, tmp_path / "home").night()
    files = {Path(f.file_name).name: f for f in summary.files}
    for name, rows in (
        ("nanosight_nta32_beads.csv", 12_013),
        ("imagej_Results.csv", 10),
        ("Cell_Count_DAPI_GFP.txt", 96),
    ):
        assert (files[name].status, files[name].rows) == ("loaded", rows), files[name].reason
    assert files["file_with_no_delimiter_malformed.csv"].status == "quarantined"
