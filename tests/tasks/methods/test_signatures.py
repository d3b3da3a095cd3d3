from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tasks.contracts import RawFile
from tasks.methods.signatures import (
    BMG,
    DESIGN_AND_ANALYSIS,
    GEN5,
    QUANTSTUDIO,
    SDS,
    recognise,
    recognise_file,
    unreadable_reason,
)
from tests.tasks.parsers.bench_files import context, raw_file

FOLDERS = {
    "plate_reader/agilent_gen5": GEN5,
    "plate_reader/bmg_mars": BMG,
    "plate_reader/bmg_labtech_smart_control": BMG,
    "plate_reader/moldev_softmax_pro": "Molecular Devices SoftMax Pro",
    "plate_reader/perkin_elmer_envision": "PerkinElmer EnVision",
    "plate_reader/tecan_magellan": "Tecan Magellan or i-control",
    "plate_reader/thermo_skanit": "Thermo Fisher SkanIt",
    "qpcr/abi_sds21": SDS,
    "qpcr/appbio_quantstudio": QUANTSTUDIO,
    "qpcr/appbio_quantstudio_designandanalysis": DESIGN_AND_ANALYSIS,
    "qpcr/auto_qpcr": QUANTSTUDIO,
    "qpcr/quantstudio_12k": QUANTSTUDIO,
    "qpcr/cfxmaestro": "Bio-Rad CFX",
    "cell_imaging_counts/agilent_gen5_image": GEN5,
    "cell_imaging_counts/beckman_vi_cell_blu": "Beckman Coulter Vi-CELL",
    "cell_imaging_counts/chemometec_nucleoview": "ChemoMetec NucleoView",
    "nta": "Malvern NanoSight NTA",
    "flow/fcs": "a flow cytometer (FCS)",
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_real_exports_bear_their_product(folder: str, shared: Path) -> None:
    files = [p for p in (shared / "data" / folder).iterdir() if p.is_file()]
    found = {p.name: recognise_file(RawFile.read(p)) for p in files if folder != "flow/fcs" or p.suffix != ".csv"}
    assert set(found.values()) == {FOLDERS[folder]}


def test_other_real_files_bear_theirs(shared: Path) -> None:
    data = shared / "data"
    assert recognise_file(RawFile.read(data / "qpcr/htqpcr/CFX_sample.txt")) == "Bio-Rad CFX"
    assert recognise_file(RawFile.read(data / "western/imagej_Results.xls")) == "ImageJ or Fiji"
    assert recognise_file(RawFile.read(data / "qpcr/readqpcr/qPCR.techReps.txt")) is None
    for study in ("airway", "tcga_chol"):
        for path in (shared / "studies" / study).rglob("*.csv"):
            assert recognise_file(RawFile.read(path)) is None, path.name


def test_a_vendor_is_recognised_in_utf16_and_behind_a_bom() -> None:
    text = "Software Version\t3.12.08\n\nPlate Number\tPlate 1\n"
    assert recognise(text.encode("utf-16"), "x.txt") == GEN5
    assert recognise(text.encode("utf-8-sig"), "x.txt") == GEN5


def test_the_bmg_file_of_the_bench_day_is_explained(shared: Path) -> None:
    name = "landing/file_with_no_delimiter_malformed.csv"
    raw = RawFile.read(shared / "studies/bench_day" / name, name)
    problem = unreadable_reason(raw, context(assay="cell_viability", line=11))
    assert (problem.file, problem.place) == (name, "line 1")
    for word in (
        "BMG LABTECH",
        'line 1 reads "User = USER,Path',
        "Gen5",
        "was expected",
        "files.csv (line 11)",
        "export",
    ):
        assert word in str(problem)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "no text and no readable Excel workbook"),
        (b"FCS3.0" + bytes(300), "a flow cytometer"),
        (b"well;od\nA1;0.5\n", 'line 1 reads "well;od"'),
        (b"PK\x03\x04damaged", "no readable Excel workbook"),
    ],
)
def test_every_file_gets_a_reason_that_says_what_was_expected(content: bytes, words: str, tmp_path: Path) -> None:
    problem = unreadable_reason(raw_file(tmp_path, content), context(assay="qpcr"))
    assert words in problem.message
    assert "QuantStudio" in problem.message
    assert "files.csv" in problem.remedy


def test_a_workbook_is_recognised_by_its_cells(tmp_path: Path) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet("Results").write_row(
            3, 0, ["Software Name and Version", "Design & Analysis Software v2.6.0"]
        )
    raw = raw_file(tmp_path, target.getvalue(), "run.xlsx")
    assert recognise(raw.head, raw.name) is None
    assert recognise_file(raw) == DESIGN_AND_ANALYSIS


@given(st.binary(max_size=500), st.sampled_from(["a.txt", "a.xlsx", "a.csv"]))
def test_no_bytes_make_it_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    raw = raw_file(tmp_path_factory.mktemp("raw"), content, name)
    recognise_file(raw)
    assert unreadable_reason(raw, context(assay="cell_viability")).remedy


@pytest.mark.parametrize(
    ("line", "product"),
    [
        ("##BLOCKS= 2", "Molecular Devices SoftMax Pro"),
        ("##TITLE= a spectrum (JCAMP-DX)\n##BLOCKS= 2", None),
        ("NTA Single Analysis Summary File,", "Malvern NanoSight NTA"),
        ("Vi-CELL XR 2.06.3", "Beckman Coulter Vi-CELL XR"),
        ("Source ID:\t1\nSample Media:\tVia2-Cassette", "ChemoMetec NucleoView"),
        ("sep=,\nRun ID,Test Date,Original Sample Conc.,Qubit Tube Conc.", "Thermo Fisher Qubit"),
        ("Sample ID\tUser ID\tng/ul\t260/280\t260/230", "Thermo Fisher NanoDrop"),
        ("Lane No.\tAdj. Total Band Vol. (Int)", "Bio-Rad Image Lab"),
        ("Area,Mean,IntDen", "ImageJ or Fiji"),
        ("# Instrument Type: QuantStudio 7 Pro", "Applied Biosystems QuantStudio"),
        ("Well,Well Name,Target,Dye,Cq (dR)", "Agilent AriaMx or Mx3005P"),
        ("Well,Sample,Target,Cq", None),
    ],
)
def test_the_words_that_versions_begin_with(line: str, product: str | None) -> None:
    assert recognise(f"{line}\n".encode(), "x.txt") == product
