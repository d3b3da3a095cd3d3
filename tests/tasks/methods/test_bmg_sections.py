from __future__ import annotations

import pytest

from schemas.errors import BadInputError
from schemas.sheets import FileRow
from tasks.methods.bmg_sections import bmg_fields, channel_nm, cycle_h, plate_of, read_bmg, role_of_content
from tasks.methods.pages import Page


@pytest.mark.parametrize(
    ("channel", "nm"),
    [
        ("450", 450.0),
        ("450 1", 450.0),  # the first of several wavelengths
        ("580/620", 620.0),
        ("480-14/520-30", 520.0),
        ("337/665 B", 665.0),
        ("No filter", None),
        ("", None),
    ],
)
def test_a_channel_is_the_wavelength_of_its_emission(channel: str, nm: float | None) -> None:
    assert channel_nm(channel) == nm


@pytest.mark.parametrize(
    ("title", "hours"),
    [
        ("Cycle 1 (0 h 0 min)", 0.0),
        ("Cycle 2 (1 h 30 min)", 1.5),
        ("Cycle 3 (90 s)", 0.025),
        ("Time [s]", None),
        ("Raw Data (450)", None),
    ],
)
def test_a_cycle_is_a_time(title: str, hours: float | None) -> None:
    assert cycle_h([title]) == hours


@pytest.mark.parametrize(
    ("content", "role"),
    [
        *(("Blank B", "blank"), ("B", "blank"), ("Sample X1", "sample"), ("X12", "sample")),
        *(("Standard S1", "control"), ("S8", "control"), ("Negative control N", "control"), ("whatever", None)),
    ],
)
def test_contents_have_roles(content: str, role: str | None) -> None:
    assert role_of_content(content) == role


def test_fields_are_key_value_pairs_wherever_they_stand() -> None:
    lines = [["User: USER", "Path: C:\\BMG", "Test run no.: 4", ""], ["ID2: 11/6/2024", "12:40:58 PM"], ["Absorbance"]]
    assert bmg_fields(lines) == {"User": "USER", "Path": "C:\\BMG", "Test run no.": "4", "ID2": "11/6/2024"}


def test_an_id_names_the_plate_but_is_no_barcode() -> None:
    assert plate_of({"ID1": "run 7", "ID2": "", "ID3": "Plate 3"}, None) == ("Plate 3", False)
    assert plate_of({"ID1": "472-0016, "}, None) == ("472-0016", False)
    assert plate_of({}, None) == ("Plate 1", False)
    assert plate_of({"ID1": "x"}, FileRow(file="f", plate="P9")) == ("P9", True)


def test_a_file_without_its_user_line_or_mode_is_refused() -> None:
    with pytest.raises(BadInputError, match='line 1: the line reads "User = a"'):
        read_bmg([Page("", [["User = a"]])], "f.csv", "Export it again.")
    with pytest.raises(BadInputError, match="no line says what was measured"):
        read_bmg([Page("", [["User: a"]])], "f.csv", "Export it again.")
