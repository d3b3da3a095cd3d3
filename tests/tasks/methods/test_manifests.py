from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import BadInputError, Problem, Severity
from schemas.study import Study
from tasks.methods.manifests import SHEETS, YAML, manifest_names, read_study

STUDY = """study_id: demo
title: A study
conditions:
  - {id: control, label: Control}
  - {id: il1b, label: IL-1β}
"""
SAMPLES = """sample,condition,donor,replicate
C1,control,D1,1
C2,control,D2,2
C3,control,D3,3
I1,il1b,D1,1
I2,il1b,D2,2
I3,il1b,D3,3
"""
CONTRASTS = "id,variable,reference,target,blocking\nil1b,condition,control,il1b,donor\n"
GOOD = {"study.yaml": STUDY, "samples.csv": SAMPLES, "contrasts.csv": CONTRASTS}


def read(listing: list[str] | None = None, **sheets: str) -> Study:
    """The good study with sheets replaced; a sheet's name has __ for its dot, layout_x is layouts/x.csv."""
    files = {**GOOD}
    for key, text in sheets.items():
        name = key.replace("__", ".")
        files[name if not key.startswith("layout_") else f"layouts/{key.removeprefix('layout_')}.csv"] = text
    return read_study({name: text.encode() for name, text in files.items()}, listing)


def problems(listing: list[str] | None = None, **sheets: str) -> tuple[Problem, ...]:
    try:
        return read(listing, **sheets).problems
    except BadInputError as error:
        return error.problems


def found(problem_list: tuple[Problem, ...]) -> set[tuple[str, str, str, str]]:
    return {(str(p.severity), p.file, p.place, p.rule) for p in problem_list}


def folder(root: Path) -> Study:
    listing = [
        (Path(at) / name).relative_to(root).as_posix()
        for at, _, names in os.walk(root, followlinks=True)
        for name in names
    ]
    return read_study({name: (root / name).read_bytes() for name in manifest_names(listing)}, listing)


def test_a_good_study_has_no_problems() -> None:
    study = read()
    assert study.problems == ()
    assert study.sample_ids == {"C1", "C2", "C3", "I1", "I2", "I3"}
    assert study.contrasts[0].blocking == ["donor"]


def test_airway_reads_without_a_problem(shared: Path) -> None:
    study = folder(shared / "studies" / "airway")
    assert study.problems == ()
    assert len(study.samples) == 8
    assert [(c.id, c.reference, c.target, c.blocking) for c in study.contrasts] == [("dex", "untrt", "trt", ["donor"])]


def test_tcga_chol_is_told_to_be_partially_paired(shared: Path) -> None:
    study = folder(shared / "studies" / "tcga_chol")
    assert [p.rule for p in study.problems] == ["partially_paired"]
    assert "partially paired: 9 of 36 donors occur in both normal and tumor" in str(study.problems[0])
    assert study.contrasts[0].problem is None


def test_bench_day_reads_with_its_layout_and_an_unanswered_default_contrast(shared: Path) -> None:
    study = folder(shared / "studies" / "bench_day")
    assert not [p for p in study.problems if p.severity is not Severity.WARNING]
    assert [p.value for p in study.problems if p.rule == "duplicated_replicate"] == ["1", "1"]
    wells = {w.well: w for w in study.layouts["plate96"].wells}
    assert (len(wells), wells["A01"].role, wells["A02"].sample, wells["A12"].role) == (96, "blank", "C1", "empty")
    assert "all 3 donors occur in both control and treated" in (study.contrasts[0].problem or "")
    assert [(c.id, c.assays, c.pairs) for c in study.comparisons] == [("all", ["*"], ["all"])]


def test_problems_planted_in_every_sheet_are_all_reported_at_once_with_their_lines() -> None:
    planted = problems(
        ["landing/plate1.txt"],
        study__yaml=STUDY + "expresion: {fdr: 0.1}\nqpcr: {calibrator: contrl}\nviability:\n  wavelength_nm: blue\n",
        samples__csv=SAMPLES + "I4,il1b_exo,D4,4\nC1,control,D5,5\n",
        contrasts__csv=CONTRASTS + "two,condition,control,il1c,donor\nthree,condition,control,il1b,\n",
        comparisons__csv="id,assays,pairs\na,qpcrr,control>il1b\nb,qpcr,control>i1lb\n",
        files__csv="file,assay,sample,layout,time_h\nlanding/plate1.txt,cell_viability,c-1,plat,soon\n"
        "landing/plate2.txt,cell_viability,c-1,plat,24\n",
        layout_plate="well,sample,role\nA1,C1,sample\nA01,C2,sample\nA02,C9,sample\n",
        exclusions__csv="file,wel,sample,reason\n,,,dropped\n",
        donors__csv="donor,sex\nD1,f\nD2,f\nD3,m\nd-4,m\nD5,f\n",
    )
    assert found(planted) >= {
        ("fatal", "study.yaml", "line 6, key expresion", "unknown_key"),
        ("fatal", "study.yaml", "line 7, key qpcr.calibrator", "unknown_condition"),
        ("fatal", "study.yaml", "line 9, key viability.wavelength_nm", "wrong_type"),
        ("fatal", "samples.csv", "line 8, column condition", "unknown_condition"),
        ("fatal", "samples.csv", "line 9, column sample", "duplicate_id"),
        ("local", "contrasts.csv", "line 3, column target", "unknown_level"),
        ("local", "contrasts.csv", "line 4, column blocking", "blocking_open"),
        ("local", "comparisons.csv", "line 2, column assays", "unknown_assay"),
        ("local", "comparisons.csv", "line 3, column pairs", "unknown_condition"),
        ("fatal", "files.csv", "line 2, column time_h", "wrong_type"),
        ("local", "files.csv", "line 2, column sample", "unknown_sample"),
        ("local", "files.csv", "line 3, column sample", "unknown_sample"),
        ("local", "files.csv", "line 3, column layout", "unknown_layout"),
        ("warning", "files.csv", "line 3, column file", "missing_file"),
        ("local", "layouts/plate.csv", "line 3, column well", "duplicated_well"),
        ("local", "layouts/plate.csv", "line 4, column sample", "unknown_sample"),
        ("fatal", "exclusions.csv", "line 1", "unknown_column"),
        ("warning", "samples.csv", "line 8, column donor", "unknown_donor"),
    }
    assert [p.severity for p in planted] == sorted((p.severity for p in planted), key=list(Severity).index)
    assert all(p.remedy for p in planted)


def test_a_study_without_its_two_sheets_says_so_and_names_the_likely_file() -> None:
    with pytest.raises(BadInputError) as error:
        read_study({}, ["study.yml", "sample.csv"])
    assert [(p.file, p.rule) for p in error.value.problems[:2]] == [
        ("study.yaml", "missing_manifest"),
        ("samples.csv", "missing_manifest"),
    ]
    assert "Rename study.yml to study.yaml" in str(error.value)
    assert "Rename sample.csv to samples.csv" in str(error.value)


def test_a_sheet_that_nobody_reads_for_its_name_is_pointed_out() -> None:
    (problem,) = [p for p in problems(["study.yaml", "comparison.csv", "notes.txt"]) if p.rule == "unknown_manifest"]
    assert (problem.file, problem.remedy) == ("comparison.csv", "Rename it to comparisons.csv.")


def test_manifests_are_told_from_raw_and_hidden_files() -> None:
    listing = ["study.yaml", "samples.csv", "landing/samples.csv", "layouts/a/p.csv", "layouts/._p.csv", "x.csv"]
    assert manifest_names(listing) == ["layouts/a/p.csv", "samples.csv", "study.yaml"]


def test_without_contrasts_each_condition_is_compared_with_the_first() -> None:
    files = {
        "study.yaml": STUDY.encode(),
        "samples.csv": SAMPLES.replace("D", "X").replace("I1,il1b,X1", "I1,il1b,Y").encode(),
    }
    study = read_study(files)
    assert [(c.id, c.reference, c.target) for c in study.contrasts] == [("il1b_vs_control", "control", "il1b")]
    assert "2 of 4 donors occur in both" in (study.contrasts[0].problem or "")
    independent = (
        SAMPLES.replace("I1,il1b,D1", "I1,il1b,D4")
        .replace("I2,il1b,D2", "I2,il1b,D5")
        .replace("I3,il1b,D3", "I3,il1b,D6")
    )
    study = read_study({"study.yaml": STUDY.encode(), "samples.csv": independent.encode()})
    assert (study.contrasts[0].blocking, study.contrasts[0].problem, study.problems) == ([], None, ())


def test_an_empty_experiment_is_main() -> None:
    study = read(
        samples__csv="sample,condition,experiment\nC1,control,\nI1,il1b,second\n",
        contrasts__csv="id,reference,target\n",
    )
    assert [s.experiment for s in study.samples] == ["main", "second"]


def test_nf_core_columns_and_further_ones_are_read() -> None:
    study = read(
        samples__csv="sample,fastq_1,fastq_2,strandedness,condition,Cell line\n"
        "a,r1.fq.gz,r2.fq.gz,reverse,control,HT-29\nb,,,auto,control,T84\nc,,,,il1b,HT-29\nd,,,,il1b,T84\n",
        contrasts__csv="id,variable,reference,target,blocking\nx,Cell line,HT-29,T84,condition\n",
    )
    assert study.samples[0].fastq_2 == "r2.fq.gz"
    assert study.samples[0].attributes == {"Cell line": "HT-29"}
    assert (study.contrasts[0].problem, study.contrasts[0].blocking) == (None, ["condition"])


def test_a_sample_of_files_csv_may_be_a_material() -> None:
    study = read(materials__csv="material,kind\nEXO1,exosome\n", files__csv="file,sample\nlanding/nta.csv,EXO1\n")
    assert study.problems == ()


def test_materials_that_no_sheet_describes_are_implied_with_a_warning() -> None:
    study = read(
        samples__csv=SAMPLES.replace("replicate\n", "replicate,material\n").replace("I1,il1b,D1,1", "I1,il1b,D1,1,EXO1")
    )
    assert [p.rule for p in study.problems] == ["undescribed_material"]
    assert [m.material for m in study.materials] == ["EXO1"]


def test_a_file_with_a_broken_or_missing_layout_cannot_be_read() -> None:
    study = read(
        files__csv="file,assay,layout\na.txt,cell_viability,good.csv\nb.txt,cell_viability,bad\nc.txt,cell_viability,gone\n",
        layout_good="well,sample,role\nA1,C1,sample\n",
        layout_bad="well,sample,role\nA1,C1,sample\na01,C2,sample\n",
    )
    reasons = [study.file_problem(row) for row in study.files]
    assert [study.files[0].file, study.files[0].layout, reasons[0]] == ["landing/a.txt", "good", None]
    assert "well A01 already stands on line 2" in (reasons[1] or "")
    assert "there is no layouts/gone.csv" in (reasons[2] or "")
    assert study.file_row("landing/b.txt") is study.files[1]


def test_one_row_a_file() -> None:
    assert ("fatal", "files.csv", "line 3, column file", "duplicate_id") in found(
        problems(files__csv="file\nlanding/a.txt\na.txt\n")
    )


def assert_read_or_refused(files: dict[str, bytes]) -> None:
    try:
        study = read_study(files, ["landing/a.txt"])
    except BadInputError as error:
        refused = error.problems
    else:
        assert study.study_id
        assert not any(p.severity is Severity.FATAL for p in study.problems)
        return
    assert any(p.severity is Severity.FATAL for p in refused)


@given(data=st.binary(max_size=200), name=st.sampled_from([YAML, *SHEETS, "layouts/p.csv"]))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_a_study_or_bad_input(data: bytes, name: str) -> None:
    assert_read_or_refused({**{n: t.encode() for n, t in GOOD.items()}, name: data})


@given(
    lines=st.lists(st.text(alphabet="ab1,;\t\"' -:{}[]&*!|>#.\né月µ/", max_size=20), max_size=8),
    name=st.sampled_from([YAML, *SHEETS, "layouts/p.csv"]),
)
@settings(max_examples=300, deadline=None)
def test_any_text_under_a_true_header_gives_a_study_or_bad_input(lines: list[str], name: str) -> None:
    header = {
        YAML: STUDY,
        "samples.csv": "sample,condition,donor",
        "contrasts.csv": CONTRASTS + "",
        "comparisons.csv": "id,assays,conditions,pairs,time_h",
        "files.csv": "file,assay,layout,time_h",
        "layouts/p.csv": ",1,2,3",
    }.get(name, "file,well,sample,reason" if name == "exclusions.csv" else "donor,material")
    text = "\n".join([header.rstrip("\n"), *lines])
    assert_read_or_refused({**{n: t.encode() for n, t in GOOD.items()}, name: text.encode()})


def test_a_misspelt_assay_does_not_ask_for_contrasts() -> None:
    sheets = {name: text for name, text in GOOD.items() if name != "contrasts.csv"}
    files = "file,assay\nlanding/a.txt,viability\nlanding/b.txt,cell_viability\n"
    assert {p.file for p in problems(**sheets, **{"files.csv": files})} == {"files.csv"}
