from __future__ import annotations

import pytest

from schemas.errors import BadInputError
from tasks.methods.gen5_sections import Printed, Read, plates

TEXT = """Software Version\t3.12
Plate Number\tPlate 1
Barcode\tB-1
Procedure Details
Read\tod
\tAbsorbance Endpoint
\tWavelengths:  600, 700
Start Kinetic\tRuntime 0:02:00 (HH:MM:SS)
    Read\tLuminescence Endpoint
\t    Emission: Hole
\t    Excitation: 485/20,  Emission: 528/20
Layout
\t1\t2
A\tBLK\tSPL1\tWell ID
\t1\t\tConc/Dil
od:600
\t1\t2
A\t0.1\t\tod:600
Lum

Time\tT° Lum\tA1\tA2
0:00:00\tPER WELL\t5\t6
0:00:00

StdCurve Fitting Results
Software Version\t3.12
Plate Number\tPlate 2
Results
\t1
A\t0.3
"""


def lines(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.split("\n")]


def test_every_section_goes_to_its_plate() -> None:
    first, second = plates(lines(TEXT), "f.txt")
    assert (first.name, first.barcode, second.name, second.line) == ("Plate 1", "B-1", "Plate 2", 27)
    assert first.reads == [
        Read("od", "absorbance", ["600", "700"]),
        Read("", "luminescence", ["Lum", "485/20,528/20"]),
    ]
    assert first.layout == {"Well ID": {"A01": "BLK", "A02": "SPL1"}, "Conc/Dil": {"A01": "1"}}
    assert first.readings == [
        Printed("od:600", "endpoint", "A01", "", "0.1", 18),
        Printed("od:600", "endpoint", "A02", "", "", 18),
        Printed("Lum", "kinetic", "A01", "0:00:00", "5", 22),
        Printed("Lum", "kinetic", "A02", "0:00:00", "6", 22),
        Printed("Lum", "kinetic", "A01", "0:00:00", "", 23),
        Printed("Lum", "kinetic", "A02", "0:00:00", "", 23),
    ]
    assert second.readings == [Printed("Results", "endpoint", "A01", "", "0.3", 30)]


def test_without_a_plate_or_with_a_short_row_the_file_is_refused() -> None:
    with pytest.raises(BadInputError, match="Plate Number"):
        list(plates(lines("Software Version\t3"), "f.txt"))
    with pytest.raises(BadInputError, match=r"line 18, row A: the row has 1 of 2 readings"):
        list(plates(lines(TEXT.replace("A\t0.1\t\tod:600", "A\t0.1")), "f.txt"))
