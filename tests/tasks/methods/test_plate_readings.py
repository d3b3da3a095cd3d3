from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.contracts import Parsed
from tasks.methods.plate_readings import WellText, mode_of, plate_wells
from tests.tasks.parsers.bench_files import context, raw_file


def reading(well: str, text: str, /, **more: object) -> WellText:
    plain = WellText("P1", False, well, 24.0, "absorbance", "450", 450.0, None, None, text, "OD", "line 1")
    return plain._replace(**more)


def rows(tmp_path: Path, *readings: WellText, words: dict[str, str] | None = None, is_grouped: bool = False) -> Parsed:
    raw = raw_file(tmp_path, b"x")
    return plate_wells(readings, raw, context(), remedy="Export it again.", words=words, is_grouped=is_grouped)


@pytest.mark.parametrize(
    ("word", "mode"),
    [
        ("Absorbance", ("absorbance", "OD")),
        ("ABS mono 1", ("absorbance", "OD")),
        ("Photometric 1", ("absorbance", "OD")),
        ("OD450", ("absorbance", "OD")),
        ("Fluorescence (FI)", ("fluorescence", "RFU")),
        ("Time Resolved Fluorescence", ("time-resolved fluorescence", "RFU")),
        ("Luminescence 1", ("luminescence", "RLU")),
        ("US LUM 96", ("luminescence", "RLU")),
        ("AlphaScreen", ("alpha", "RFU")),
        ("Delay 1", None),
        ("", None),
    ],
)
def test_every_products_word_for_a_mode_has_one_name_and_unit(word: str, mode: tuple[str, str] | None) -> None:
    assert mode_of(word) == mode


def test_numbers_words_and_empty_wells(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        *(reading("A01", "0.5"), reading("A02", ""), reading("A03", "OVRFLW"), reading("A04", "Path?")),
        *(reading("A05", "0,02"), reading("A06", "*0.7*")),
        words={"path?": "missed"},
    ).frames["core.plate_wells"]
    assert found.select("well", "value", "flag").rows() == [
        ("A01", 0.5, None),
        ("A03", None, "overflow"),
        ("A04", None, "missed"),
        ("A05", 0.02, None),  # a lone comma among points is a decimal where nothing is grouped
        ("A06", 0.7, "masked"),
    ]


def test_a_comma_groups_thousands_only_where_it_may(tmp_path: Path) -> None:
    counts = (reading("A01", "1,234", unit="RFU"), reading("A02", "1,234,567", unit="RFU"))
    assert rows(tmp_path, *counts, is_grouped=True).frames["core.plate_wells"]["value"].to_list() == [1234.0, 1234567.0]
    ods = (reading("A01", "1,234"), reading("A02", "0,125"))
    assert rows(tmp_path, *ods).frames["core.plate_wells"]["value"].to_list() == [1.234, 0.125]


def test_reads_of_one_mode_and_wavelength_keep_their_labels(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        *(reading("A01", "0.5", label="early"), reading("A01", "0.6", label="late")),
        reading("A01", "0.1", label="early", wavelength_nm=630.0),
        reading("A01", "0.1", label="other", wavelength_nm=700.0),
    ).frames["core.plate_wells"]
    assert found["measure"].to_list() == ["early", "late", "early", "absorbance"]


@pytest.mark.parametrize(
    ("wrong", "place", "words"),
    [
        ({"text": "n.d. 3"}, "line 1, well A01", "'n.d. 3' is no reading"),
        ({"well": "AG01"}, "line 1, well AG01", "no such well"),
        ({"well": "A49"}, "line 1, well A49", "no such well"),
        ({"time_h": float("nan")}, "line 1, well A01", "time or wavelength"),
        ({"time_h": -1.0}, "line 1, well A01", "time or wavelength"),
        ({"time_h": float("inf")}, "line 1, well A01", "time or wavelength"),
        ({"wavelength_nm": float("nan")}, "line 1, well A01", "time or wavelength"),
        ({"wavelength_nm": 0.0}, "line 1, well A01", "time or wavelength"),
        ({"text": ""}, "", "no reading of any well"),
    ],
)
def test_what_cannot_be_a_row_is_refused_with_its_place(
    wrong: dict[str, object], place: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError) as caught:
        rows(tmp_path, reading("A01", "0.5", **wrong))
    (problem,) = caught.value.problems
    assert problem.place == place
    assert words in problem.message
    assert problem.remedy == "Export it again."


def test_two_readings_of_a_well_are_refused_with_both_places(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="line 1 and line 9, well A01: plate 'P1' has two readings"):
        rows(tmp_path, reading("A01", "0.5"), reading("A01", "0.6", place="line 9"))


def test_what_was_not_read_is_listed_once(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, b"x")
    parsed = plate_wells([reading("A01", "0.5")], raw, context(), remedy="", unread=["Max V", "Max V", "CV"])
    assert parsed.unread == ("Max V", "CV")
    assert parsed.frames["core.plate_wells"].schema["blank_for"] == pl.String


def test_a_last_reading_without_a_line_end_may_be_cut(tmp_path: Path) -> None:
    for content, rules in ((b"x", ["no_line_end"]), (b"x\n", []), ("x\n".encode("utf-16"), []), (b"x\nend", [])):
        parsed = plate_wells([reading("A01", "0.5")], raw_file(tmp_path, content), context(), remedy="")
        assert [p.rule for p in parsed.problems] == rules
