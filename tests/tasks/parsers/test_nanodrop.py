from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.nanodrop import PARSER
from tests.tasks.parsers.bench_files import context, expectation, raw_file

STEM = "dsDNA 7_19_2023 3_27_29 PM"


def test_concentrations_and_ratios_are_those_of_allotropys_published_reading(shared: Path) -> None:
    folder = shared / "data/nucleic_acid_qc/thermo_fisher_nanodrop_one"
    parsed = PARSER.parse(RawFile.read(folder / f"{STEM}.csv"), context())
    rows = parsed.frames["core.nucleic_acid_qc"].to_dicts()
    document = expectation(folder, STEM)
    calculated = document["calculated data aggregate document"]["calculated data document"]
    ratios = {
        (c["data source aggregate document"]["data source document"][0]["data source identifier"], name): value
        for c in calculated
        for name, value in [(c["calculated data name"], c["calculated result"]["value"])]
    }
    assert len(rows) == len(document["spectrophotometry document"]) == 6
    for row, one in zip(rows, document["spectrophotometry document"], strict=True):
        m = one["measurement aggregate document"]["measurement document"][0]
        processed = m["processed data aggregate document"]["processed data document"][0]
        assert row["concentration_ng_per_ul"] == processed["mass concentration"]["value"]
        assert row["sample_name"] == m["sample document"]["sample identifier"]
        assert row["measured_on"] == one["measurement aggregate document"]["measurement time"][:19]
        assert row["ratio_260_280"] == ratios[m["measurement identifier"], "A260/A280"]
        assert row["ratio_260_230"] == ratios[m["measurement identifier"], "A260/A230"]
    assert {r["nucleic_acid"] for r in rows} == {"dsDNA"}
    assert "Baseline Absorbance" in parsed.unread


def test_rna_with_little_purity_is_flagged(tmp_path: Path) -> None:
    text = "Sample Name,Nucleic Acid(ng/uL),A260/A280,A260/A230,Nucleic Acid Factor\nC1,200,1.7,1.1,40\n"
    parsed = PARSER.parse(raw_file(tmp_path, text.encode()), context())
    (row,) = parsed.frames["core.nucleic_acid_qc"].to_dicts()
    assert (row["nucleic_acid"], row["flag"]) == ("RNA", "low_260_280;low_260_230")
    assert str(parsed.problems[0]).startswith("landing/export.txt, sample C1: A260/A280 is low")


EIGHT = (
    "Application:\tRNA\nSerial number:\t1\nDate\tUID\tSample\tng/µL\tA260/A280\tA260/A230\n"
    "05/03/2024 14:19\tx-1\tC1\t704,986\t2,07\t2,19\n"
)  # made up
CURSOR = (
    "Plate ID\tWell \tSample ID\tDate \tTime \tconc. \tunits \t260/280 \t260/230 \tCursor Pos.\n"
    "P\tA1\tC1\t5/26/2024\t3:36 PM\t1.5\tng/ul\t1.9\t2.1\t280\n"
)  # made up


def test_the_eights_preface_and_decimal_commas_are_read(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, EIGHT.encode("cp1252"))
    assert PARSER.claims(raw, context())
    parsed = PARSER.parse(raw, context())
    (row,) = parsed.frames["core.nucleic_acid_qc"].to_dicts()
    assert (row["sample_name"], row["nucleic_acid"], row["measured_on"]) == ("C1", "RNA", "2024-03-05T14:19:00")
    assert (row["concentration_ng_per_ul"], row["ratio_260_280"], row["ratio_260_230"]) == (704.986, 2.07, 2.19)
    assert parsed.unread == ("Serial number", "UID")


def test_date_and_time_may_stand_apart_and_protein_is_refused(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, CURSOR.encode())
    assert PARSER.claims(raw, context())
    (row,) = PARSER.parse(raw, context()).frames["core.nucleic_acid_qc"].to_dicts()
    assert (row["concentration_ng_per_ul"], row["measured_on"]) == (1.5, "2024-05-26T15:36:00")
    with pytest.raises(BadInputError, match="'mg/ml' is the unit of a protein"):
        PARSER.parse(raw_file(tmp_path, CURSOR.replace("ng/ul", "mg/ml").encode()), context())


def test_a_second_table_below_is_listed(tmp_path: Path) -> None:
    text = CURSOR + "\nSample  ID\tCurve Type\tRef  conc\n C1 \tInterp\t\n"
    parsed = PARSER.parse(raw_file(tmp_path, text.encode()), context())
    assert parsed.frames["core.nucleic_acid_qc"].height == 1
    assert parsed.unread[-1] == "below the table: Sample  ID, Curve Type, Ref  conc"
