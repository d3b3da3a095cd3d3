from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tasks.engine import ingest
from tasks.engine.study_files import read_folder
from tests.tasks.methods.fcs_files import fcs_file
from tests.tasks.methods.test_gating_ml import OPEN, RANGE

FILES = {
    "study.yaml": "study_id: one\nconditions: [{id: control}, {id: il1b}]\n",
    "samples.csv": "sample,condition,donor\nC1,control,D1\nT1,il1b,D1\n",
    "files.csv": "file,assay,layout,time_h\ncck8.csv,cell_viability,p,24\n",
    "layouts/p.csv": ",1,2,3,4\nA,blank,C1,C1,C1\nB,blank,T1,T1,T1\n",
    "landing/cck8.csv": ",1,2,3,4\nA,0.1,1.1,1.2,1.0\nB,0.1,0.6,0.7,0.5\n",
}


def check(folder: Path, **changed: str) -> list[str]:
    for name, text in (FILES | {k.replace("__", "/").replace("_csv", ".csv"): v for k, v in changed.items()}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return [str(p) for p in ingest.check(read_folder(folder))]


def test_a_sound_study_is_told_nothing(tmp_path: Path) -> None:
    assert [p for p in check(tmp_path) if "contrasts.csv" not in p] == []


def test_a_layout_without_blanks_is_told_before_anything_runs(tmp_path: Path) -> None:
    told = check(tmp_path, layouts__p_csv=",1,2,3,4\nA,,C1,C1,C1\nB,,T1,T1,T1\n")
    (problem,) = [p for p in told if "blank" in p]
    assert problem.startswith("landing/cck8.csv, plate ")
    assert "none of its 2 cultures has a viability at" not in problem
    assert "none of its 2 cultures has a viability" in problem
    assert "layouts/p.csv" in problem


@pytest.mark.parametrize("left_out", ["cck8.csv,,,", ",,T1,"])
def test_what_is_excluded_is_foreseen_as_a_run_would_see_it(tmp_path: Path, left_out: str) -> None:
    wet = FILES["landing/cck8.csv"].replace("0.6,0.7,0.5", "OVRFLW,OVRFLW,0.5")
    assert any("T1 lost 2 of its 3 wells" in p for p in check(tmp_path, landing__cck8_csv=wet))
    told = check(tmp_path, landing__cck8_csv=wet, exclusions_csv=f"file,well,sample,reason\n{left_out}wet lid\n")
    assert not any("lost" in p for p in told)


def test_a_fault_of_a_sheet_is_told_once_with_the_file_that_it_leaves_out(tmp_path: Path) -> None:
    twice = FILES["layouts/p.csv"].replace("\nB", "\nA")
    (broken,) = [p for p in check(tmp_path, layouts__p_csv=twice) if "contrasts.csv" not in p]
    assert broken.startswith("layouts/p.csv, line 3: row A of the plate already stands on line 2")
    assert "so landing/cck8.csv is left out. Keep one row a letter." in broken
    gone = FILES["files.csv"].replace(",p,", ",q,")
    (missing,) = [p for p in check(tmp_path, files_csv=gone, layouts__p_csv=FILES["layouts/p.csv"]) if "q.csv" in p]
    assert "there is no layouts/q.csv, so landing/cck8.csv is left out" in missing
    assert "?." not in missing


def test_a_row_that_misspells_its_file_is_told_once_as_leaving_it_out(tmp_path: Path) -> None:
    misspelt = FILES["files.csv"].replace("cck8.csv", "CCK8.csv")
    (told,) = [p for p in check(tmp_path, files_csv=misspelt) if "cck8" in p.casefold()]
    assert "landing/cck8.csv is left out because no row names it. Did you mean landing/cck8.csv (it differs" in told


def test_a_plate_that_nothing_gives_samples_is_left_out(tmp_path: Path) -> None:
    for name, text in (FILES | {"files.csv": "file,assay\ncck8.csv,cell_viability\n"}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (problem,) = [p for p in ingest.check(read_folder(tmp_path)) if p.rule == "no_layout"]
    assert problem.severity == "local"


def test_an_id_off_by_case_in_a_layout_is_one_problem_of_the_layout(tmp_path: Path) -> None:
    wrong = FILES["layouts/p.csv"].replace("T1", "t1")
    (told,) = [p for p in check(tmp_path, layouts__p_csv=wrong) if "t1" in p]
    assert told == (
        "layouts/p.csv, line 3, column sample: 't1' is not in samples.csv; its wells in landing/cck8.csv belong to no "
        "sample and T1 is left out. Did you mean T1 (it differs only by upper and lower case)?"
    )


def test_wells_of_a_sample_that_nobody_knows_are_called_wells(tmp_path: Path) -> None:
    files = "file,assay\nlist.csv,cell_viability\n"
    wells = "well,sample,value\nA1,,0.1\nA2,C1,1.1\nA3,stranger,0.6\n"
    (told,) = [p for p in check(tmp_path, files_csv=files, landing__list_csv=wells) if "stranger" in p]
    assert "its wells are kept without a sample" in told


WELLS = """Well,Sample,Target,Task,Cq,Quantity
A1,C1,GAPDH,unknown,18.4,
A2,C1,SOX9,unknown,24.0,
A3,T1,GAPDH,unknown,18.5,
A4,T1,SOX9,unknown,23.0,
A5,,SOX9,NTC,24.5,
B1,,GAPDH,standard,16.0,1000
B2,,GAPDH,standard,19.3,100
B3,,GAPDH,standard,22.6,10
B4,,SOX9,standard,18.0,1000
B5,,SOX9,standard,20.0,100
B6,,SOX9,standard,22.0,10
"""
QPCR = {"files_csv": "file,assay\nwells.csv,qpcr\n", "landing__wells_csv": WELLS}


@pytest.mark.parametrize("method", ["ddcq", "pfaffl"])
def test_curves_are_handed_on_to_fold_changes_so_that_controls_are_looked_at(method: str, tmp_path: Path) -> None:
    config = FILES["study.yaml"] + f"qpcr: {{reference_targets: [GAPDH], method: {method}}}\n"
    told = check(tmp_path, **QPCR, **{"study.yaml": config})
    assert any("the no-template control of SOX9 has Cq 24.5" in p for p in told)
    assert any("the standard curve of SOX9 has" in p for p in told)
    assert any("GAPDH" in p and "no standard curve" in p for p in told) is False


NAMES = ("FSC-A", "SSC-A", "FITC-A", "PE-A")
STAINS = {"$P3S": "Annexin V", "$P4S": "PI"}


def flow(folder: Path, *tubes: str, stains: dict[str, str] = STAINS, more: str = "") -> list[str]:
    """What is told of tubes in rows of files.csv: file,sample,control,marker."""
    files = {
        "study.yaml": FILES["study.yaml"] + more,
        "samples.csv": FILES["samples.csv"],
        "files.csv": "file,sample,control,marker,assay,run,panel\n"
        + "".join(f"{t},flow_cytometry,r,p\n" for t in tubes),
    }
    (folder / "landing").mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    for number, tube in enumerate(tubes):
        events = np.full((10, len(NAMES)), number + 1, np.float32)
        (folder / "landing" / tube.partition(",")[0]).write_bytes(fcs_file(events, NAMES, keywords=stains))
    return [str(p) for p in ingest.check(read_folder(folder)) if "contrasts.csv" not in p.file]


def test_a_run_without_controls_is_told_from_what_files_say(tmp_path: Path) -> None:
    told = flow(tmp_path, "c.fcs,C1,,", "t.fcs,T1,,")
    assert any(p.startswith("files.csv, run r/p: 2 tubes (") and "no control that counts to set" in p for p in told)


def test_a_run_with_controls_is_told_nothing_of_them(tmp_path: Path) -> None:
    assert not any("no control that" in p for p in flow(tmp_path, "c.fcs,C1,,", "t.fcs,T1,,", "u.fcs,,unstained,"))


def test_gates_that_do_not_fit_are_told_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "g.xml").write_text(f"{OPEN}{RANGE}</gating:Gating-ML>")
    told = flow(tmp_path, "c.fcs,C1,,", more="flow: {gating: g.xml}\n")
    assert any("1 of 1 gates do not fit landing/c.fcs; gate R: the gate is drawn on 'FSC-H'" in p for p in told)


def test_tubes_whose_stains_nobody_names_are_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    told = flow(tmp_path / "a", "c.fcs,C1,,", stains={})
    assert any("1 tubes (C1) name no stain, so they are not gated: say it in files.csv" in p for p in told)


def test_misspelt_single_stains_and_channels_are_told_from_what_files_say(tmp_path: Path) -> None:
    more = "flow: {apoptosis: {annexin: BL1-A, pi: PE-A}}\n"
    told = flow(tmp_path, "c.fcs,C1,,", "a.fcs,,single_stain,Anexin V", more=more)
    assert any(p.startswith("files.csv, line 3, column marker: landing/a.fcs") and "Annexin V?" in p for p in told)
    assert any("study.yaml, flow.apoptosis: no file has a channel BL1-A; they have FITC-A, PE-A." in p for p in told)


def test_files_that_go_uncompensated_are_named(tmp_path: Path) -> None:
    told = flow(tmp_path, *(f"{x}.fcs,C1,," for x in "abcd"))
    assert any("landing/a.fcs, landing/b.fcs, landing/c.fcs and 1 more: several stains" in p for p in told)
