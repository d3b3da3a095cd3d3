from __future__ import annotations

import pytest

from tasks.methods.envision_sections import read_envision, role_of_code, unquoted
from tasks.methods.lines import split_lines
from tasks.methods.pages import Page
from tests.tasks.parsers.plate_files import grid


@pytest.mark.parametrize(
    ("cell", "text"),
    [('="0012"', "0012"), ('=""', ""), ('=""""', ""), ('="""P-7"""', "P-7"), ("plain", "plain"), ("", "")],
)
def test_cells_protected_from_excel_are_their_text(cell: str, text: str) -> None:
    assert unquoted(cell) == text


@pytest.mark.parametrize(
    ("code", "role"), [("BL", "blank"), ("BL2", "blank"), ("UN1", "sample"), ("ST01", "control"), ("PC", "control")]
)
def test_codes_of_the_plate_map_are_roles(code: str, role: str) -> None:
    assert role_of_code(code) == role


@pytest.mark.parametrize(
    ("info", "label", "unit", "expected"),
    [
        ("De=1st Ex=Btm Em=N/A", "A450(1)", "(A)", ("absorbance", "OD", 450.0)),
        ("De=Abs Ex=N/A Em=492 nm", "Assay(1)", "", ("absorbance", "OD", 492.0)),
        ("De=1st Ex=Top Em=Top", "FITC(1)", "(Counts)", ("fluorescence", "RFU", None)),
        ("De=1st Ex=N/A Em=Top", "Glo(1)", "(Counts)", ("luminescence", "RLU", None)),
    ],
)
def test_mode_unit_and_wavelength_of_a_label(
    info: str, label: str, unit: str, expected: tuple[str, str, float | None]
) -> None:
    text = (
        f"Plate information\nPlate,Repeat,Barcode,Label,Measinfo\n1,1,,{label},{info}\n\n"
        f"Results for {label} - channel 1 {unit}\n{grid()}\n"
    )
    (found,) = read_envision(Page("", split_lines(text)), "f.csv", "Export it again.").grids
    assert (found.mode, found.unit, found.wavelength_nm) == expected
    assert (found.plate, found.repeat) == ("1", 1)
