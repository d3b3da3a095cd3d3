from __future__ import annotations

from pathlib import Path

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
