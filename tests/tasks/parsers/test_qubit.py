from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.qubit import PARSER
from tests.tasks.parsers.bench_files import context, expectation, measurements, raw_file

REAL = "data/nucleic_acid_qc/thermo_fisher_qubit4/thermo_fisher_qubit4_example_1.csv"
HEAD = "Run ID,Assay Name,Test Name,Test Date,Qubit tube conc.,Units,Original sample conc.,Units,Dilution Factor\n"


def test_concentrations_are_those_of_allotropys_published_reading(shared: Path) -> None:
    path = shared / REAL
    parsed = PARSER.parse(RawFile.read(path), context())
    rows = parsed.frames["core.nucleic_acid_qc"].to_dicts()
    expected = measurements(expectation(path.parent, path.stem), "spectrophotometry document")
    assert len(rows) == len(expected) == 2
    for row, m in zip(rows, expected, strict=True):
        about = m["sample document"]["custom information document"]["original sample concentration"]
        assert (row["concentration_ng_per_ul"], about["unit"]) == (about["value"], "ng/µL")
        assert row["sample_name"] == m["sample document"]["sample identifier"]
        assert (row["nucleic_acid"], row["dilution"], row["flag"]) == ("dsDNA", 200.0, None)
    assert rows[0]["measured_on"] == "2023-12-12T06:40:54"
    assert "Green RFU" in parsed.unread


@pytest.mark.parametrize(("unit", "factor"), [("ng/mL", 1e-3), ("µg/µL", 1e3), ("pg/uL", 1e-3), ("ug/mL", 1.0)])
def test_units_become_ng_per_ul(unit: str, factor: float, tmp_path: Path) -> None:
    text = HEAD + f"1,RNA HS,C1,12/12/2023,1,ng/mL,5,{unit},200\n"
    (row,) = PARSER.parse(raw_file(tmp_path, text.encode()), context()).frames["core.nucleic_acid_qc"].to_dicts()
    assert (row["concentration_ng_per_ul"], row["nucleic_acid"]) == (pytest.approx(5 * factor), "RNA")


def test_out_of_range_is_a_flag_and_an_unknown_unit_a_refusal(tmp_path: Path) -> None:
    text = HEAD + "1,RNA HS,C1,12/12/2023,<0.1,ng/mL,Out of range,,200\n"
    parsed = PARSER.parse(raw_file(tmp_path, text.encode()), context())
    assert parsed.frames["core.nucleic_acid_qc"]["flag"].to_list() == ["no_concentration"]
    assert [p.rule for p in parsed.problems] == ["no_concentration"]
    with pytest.raises(BadInputError, match=r"line 2, column Units: 'iu' is no mass per volume"):
        PARSER.parse(raw_file(tmp_path, (HEAD + "1,RNA,C1,,1,ng/mL,5,IU,200\n").encode()), context())


FLEX = (
    "Run ID,Test Date,Assay Name,Sample Name,Original Sample Conc.,Original sample conc. units,Qubit Tube Conc.,"
    "Qubit tube conc. units,Dilution Factor,Sample ID\n"
    "010224-101112,13/02/2024 10:11:12 AM,RNA BR,C1,5,ug/uL,2,ug/mL,200,\n"
)  # made up


@pytest.mark.parametrize("preface", ["", "sep=,\n"])
def test_the_flex_is_read_with_and_without_its_separator_line(preface: str, tmp_path: Path) -> None:
    raw = raw_file(tmp_path, (preface + FLEX).encode())
    assert PARSER.claims(raw, context())
    parsed = PARSER.parse(raw, context())
    (row,) = parsed.frames["core.nucleic_acid_qc"].to_dicts()
    assert (row["sample_name"], row["concentration_ng_per_ul"]) == ("C1", 5000.0)
    assert row["measured_on"] == "2024-02-13T10:11:12"
    assert parsed.unread == ("Run ID", "Qubit Tube Conc.", "Qubit tube conc. units")


def test_the_runs_number_tells_day_from_month(tmp_path: Path) -> None:
    for run, expected in (("2023-11-04", "2023-11-04"), ("2023-04-11", "2023-04-11"), ("7", "2023-04-11")):
        text = HEAD + f"{run},RNA HS,C1,04/11/2023,1,ng/mL,5,ng/uL,200\n"
        (row,) = PARSER.parse(raw_file(tmp_path, text.encode()), context()).frames["core.nucleic_acid_qc"].to_dicts()
        assert row["measured_on"] == expected


def test_a_workbook_is_read_like_text(tmp_path: Path) -> None:
    path = tmp_path / "run.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for i, line in enumerate((HEAD + "2023-11-04,RNA HS,C1,04/11/2023,1,ng/mL,5,ng/uL,200").split("\n")):
            sheet.write_row(i, 0, line.split(","))
    raw = RawFile.read(path)
    assert PARSER.claims(raw, context())
    (row,) = PARSER.parse(raw, context()).frames["core.nucleic_acid_qc"].to_dicts()
    assert (row["concentration_ng_per_ul"], row["measured_on"]) == (5.0, "2023-11-04")
