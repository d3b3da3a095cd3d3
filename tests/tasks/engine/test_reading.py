from __future__ import annotations

from pathlib import Path

import pytest

from schemas.bench_options import Condition
from schemas.sheets import FileRow, MaterialRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import Context, RawFile
from tasks.engine.reading import read_file

SDS = (
    "SDS 2.1RQ Results\t1.0\nFilename\trun.sdm\nAssay Type\tRQ Study\n\n"
    "Well\tPlateID\tSample\tDetector\tTask\tCt\n1\t\tNP1\tSOX9\tTarget\t24.5\n2\t\tNP-2\tSOX9\tTarget\t25.5\n"
    "3\t\twater\tSOX9\tNTC\tUndetermined\n"
)


def study(*rows: FileRow) -> Study:
    config = StudyYaml(study_id="s", conditions=[Condition(id="control")])
    samples = tuple(SampleRow(sample=s, condition="control") for s in ("NP1", "NP2"))
    return Study(config=config, samples=samples, files=rows)


def raw(tmp_path: Path, name: str, text: str) -> RawFile:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return RawFile.read(path, f"landing/{name}")


def test_names_become_samples_and_one_warning_names_the_likely_match(tmp_path: Path) -> None:
    reading = read_file(raw(tmp_path, "run.txt", SDS), Context(study()))
    assert (reading.status, reading.assay) == ("loaded", "qpcr")
    wells = reading.frames["core.qpcr_wells"].sort("well")
    assert wells["sample_id"].to_list() == ["NP1", None, None]
    assert wells["sample_name"].to_list() == ["NP1", "NP-2", "water"]
    (problem,) = [p for p in reading.problems if p.rule == "unknown_sample"]
    assert "NP-2" in str(problem)
    assert "NP2" in str(problem)
    assert "water" not in str(problem)


def test_a_file_of_another_assay_than_files_csv_says_is_quarantined(tmp_path: Path) -> None:
    row = FileRow(file="landing/run.txt", assay="cell_viability", line=2)
    reading = read_file(raw(tmp_path, "run.txt", SDS), Context(study(row), row))
    assert reading.status == "quarantined"
    assert "SDS" in str(reading.reason)
    assert "files.csv" in str(reading.reason)


@pytest.mark.parametrize(
    ("assay", "status", "said"),
    [
        (None, "ignored", "no parser recognises"),
        ("reads", "ignored", "no parser for reads yet"),
        ("qpcr", "quarantined", "line 1"),
    ],
)
def test_what_nobody_reads_is_ignored_unless_a_reader_of_its_assay_exists(
    tmp_path: Path, assay: str | None, status: str, said: str
) -> None:
    row = FileRow.model_validate({"file": "landing/notes.txt", "assay": assay, "line": 2})
    reading = read_file(raw(tmp_path, "notes.txt", "a note"), Context(study(row), row))
    assert reading.status == status
    assert said in str(reading.reason)


def test_a_file_may_be_about_a_material_and_then_about_no_culture(tmp_path: Path) -> None:
    row = FileRow(file="landing/nta.txt", assay="particle_size", sample="EXO1", line=2)
    about = study(row).model_copy(update={"materials": (MaterialRow(material="EXO1"),)})
    text = "ZetaView\nDilution::\t1\nSize / nm\tNumber\tConcentration / cm-3\n50\t1\t10\n100\t2\t20\n"
    reading = read_file(raw(tmp_path, "nta.txt", text), Context(about, row))
    assert (reading.status, reading.problems) == ("loaded", ())
    for table in ("core.particle_sizes", "core.particle_summaries"):
        frame = reading.frames[table]
        assert set(frame["material_id"]) == {"EXO1"}
        assert frame["sample_id"].is_null().all()
    unknown = read_file(raw(tmp_path, "nta.txt", text), Context(study(row), row))
    assert [p.rule for p in unknown.problems] == ["unknown_sample"]
    assert unknown.frames["core.particle_sizes"]["material_id"].is_null().all()


def test_a_file_older_than_its_culture_is_loaded_with_a_warning(tmp_path: Path) -> None:
    samples = (SampleRow(sample="NP1", condition="control", culture_date="2999-01-31"),)
    about = study().model_copy(update={"samples": samples})
    reading = read_file(raw(tmp_path, "run.txt", SDS), Context(about))
    assert reading.status == "loaded"
    assert "file_before_culture" in [p.rule for p in reading.problems]


def test_what_no_table_holds_is_kept_by_name(tmp_path: Path) -> None:
    text = "Run ID,Assay Name,Test Name,Test Date,Qubit tube conc.,Units,Original sample conc.,Units,Dilution Factor\n"
    reading = read_file(
        raw(tmp_path, "qubit.csv", f"{text}1,RNA HS,NP1,12/12/2023,1,ng/mL,5,ng/uL,200\n"), Context(study())
    )
    assert reading.frames["core.unread_fields"]["field"].to_list() == ["Run ID", "Qubit tube conc."]
