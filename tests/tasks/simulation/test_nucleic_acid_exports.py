from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from tasks.methods.safe_xml import read_xml
from tasks.simulation.nucleic_acid_exports import Reading, nanodrop_export, qubit_export, tapestation_export

READINGS = [Reading("R1", 112.0, 2.01, 2.11, 9.1, 1.9), Reading("R2", 40.5, 1.98, 1.2, 6.4, 1.1)]
WHEN = datetime(2024, 3, 11, 14, 5, 6)  # noqa: DTZ001 -- the instruments write no zone
QC = "data/nucleic_acid_qc"


@pytest.mark.parametrize(
    ("real", "written"),
    [
        (f"{QC}/thermo_fisher_qubit4/thermo_fisher_qubit4_example_1.csv", qubit_export(READINGS, read_at=WHEN)),
        (f"{QC}/thermo_fisher_nanodrop_one/dsDNA 7_19_2023 3_27_29 PM.csv", nanodrop_export(READINGS, read_at=WHEN)),
    ],
    ids=["qubit", "nanodrop"],
)
def test_columns_are_those_of_a_real_export(shared: Path, real: str, written: bytes) -> None:
    header, *rows = csv.reader(written.decode().splitlines())
    with (shared / real).open(encoding="utf-8-sig") as stream:
        expected = next(csv.reader(stream))
    assert header == expected
    assert [len(row) for row in rows] == [len(header)] * 2


def test_the_qubit_measures_a_tube_diluted_two_hundredfold() -> None:
    row = qubit_export(READINGS, read_at=WHEN).decode().splitlines()[1].split(",")
    assert row[2:10] == ["R1", "3/11/2024 2:05:06 PM", "560", "ng/mL", "112.0", "ng/µL", "1", "200"]


def test_the_tape_has_a_ladder_and_a_lane_a_sample(shared: Path) -> None:
    path = shared / QC / "agilent_tapestation_analysis/agilent_tapestation_analysis_example_01.xml"
    real = read_xml(path.read_bytes(), path.name, "")
    root = read_xml(tapestation_export(READINGS, read_at=WHEN, comment="SIMULATED"), "written", "")
    assert [child.tag for child in root] == [child.tag for child in real]
    known = {child.tag for lane in real.findall("Samples/Sample") for child in lane}
    lanes = root.findall("Samples/Sample")
    assert {child.tag for lane in lanes for child in lane} <= known
    found = [(lane.findtext("WellNumber"), lane.findtext("Comment"), lane.findtext("RNA/RINe")) for lane in lanes]
    assert found == [("EL1", "Ladder", None), ("A1", "R1", "9.1"), ("B1", "R2", "6.4")]
