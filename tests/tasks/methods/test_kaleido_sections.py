from __future__ import annotations

import pytest

from schemas.errors import BadInputError
from tasks.methods.kaleido_sections import KaleidoExport, read_kaleido
from tasks.methods.lines import split_lines
from tasks.methods.pages import Page
from tests.tasks.parsers.plate_files import grid


def read(text: str) -> KaleidoExport:
    return read_kaleido(Page("", split_lines(text)), "f.csv", "Export it again.")


def test_a_barcode_and_repeats_in_one_line() -> None:
    (found,) = read(f"Results for ABS 1\n\nBarcode: PL-7, PlateRepeat: 2, WellRepeat: 1\n{grid()}\nx\n").grids
    assert (found.barcode, found.repeat, found.mode, found.unit) == ("PL-7", "2/1", "absorbance", "OD")


def test_a_barcode_and_repeats_in_a_table() -> None:
    (found,) = read(f"Result for Luminescence 1\nBarcode,Repeat,Loop no,Ems wl\nPL-8,1,,\n{grid()}\nx\n").grids
    assert (found.barcode, found.repeat, found.unit) == ("PL-8", "", "RLU")


def test_analysis_results_plate_maps_and_settings_are_apart() -> None:
    text = (
        f"Results for ABS 1\nBarcode: P, PlateRepeat: 1\n{grid()}\n"
        f"Results for ABS 1\nBarcode: P, PlateRepeat: 1, AnalysisParameter: ratio\n{grid()}\n"
        f"Platemap\nPlate\n{grid('-').replace('A,-', 'A,BL')}\nInstrument Serial Number,,1234567\n"
        "Operation,,,ABS 1\nExcitation Wavelength [nm],,,450\n"
    )
    export = read(text)
    assert [(g.name, g.wavelength_nm) for g in export.grids] == [("ABS 1", 450.0)]
    assert export.codes == {"A01": "BL"}
    assert "Instrument Serial Number: 1234567" in export.unread
    assert any("AnalysisParameter" in u for u in export.unread)


def test_an_unknown_measurement_is_refused() -> None:
    with pytest.raises(BadInputError, match="'Shake 1' is no measurement that is known"):
        read(f"Results for Shake 1\nBarcode: P, PlateRepeat: 1\n{grid()}\nx\n")
