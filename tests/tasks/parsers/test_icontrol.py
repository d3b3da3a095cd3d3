from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import BadInputError
from tasks.contracts import parsers
from tasks.parsers.icontrol import PARSER
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.plate_files import workbook

COLUMNS = ("well", "time_h", "measure", "wavelength_nm", "value", "unit", "flag")
HEAD = "Application: Tecan i-control\t\tTecan i-control , 2.0.10.0\nDate:\t2024-01-02\n\n"
TWO = HEAD + (
    "Label: Label1\nMode\t\t\tAbsorbance\nMeasurement Wavelength\t\t450\tnm\n\n"
    "<>\t1\t2\nA\t0.1\t0.2\nB\t0.3\tOVER\n\n"
    "Label: Label2\nMode\t\t\tFluorescence Top Reading\nExcitation Wavelength\t485\tnm\n"
    "Emission Wavelength\t530\tnm\n\n"
    "<>\t1\t2\nA\t1000\t2000\nB\t3000\t4000\n\nEnd Time:\t2024-01-02\n"
)  # made up
KINETIC = HEAD + (
    "Label: Label1\nMode\tAbsorbance\nWavelength\t450\tnm\nLabel: Label2\nMode\tAbsorbance\nWavelength\t630\tnm\n\n"
    "Label1\nCycle Nr.\t1\t2\nTime [s]\t0\t1800\nTemp. [°C]\t37\t37\nA1\t0.1\t0.2\nA2\t0.3\t0.4\n\n"
    "Label2\nCycle Nr.\tTime [s]\tTemp. [°C]\tA1\tA2\n1\t0\t37\t0.01\t0.02\n2\t1800\t37\t0.03\t0.04\n\n"
)  # made up


def rows(folder: Path, text: str, **row: object) -> list[tuple[object, ...]]:
    raw = raw_file(folder, text.encode())
    assert [p.name for p in parsers().values() if p.claims(raw, context())] == ["icontrol"]
    return PARSER.parse(raw, context(**row)).frames["core.plate_wells"].select(COLUMNS).rows()


def test_several_labels_have_their_own_mode_and_wavelength(tmp_path: Path) -> None:
    assert rows(tmp_path, TWO) == [
        ("A01", None, "absorbance", 450.0, 0.1, "OD", None),
        ("A02", None, "absorbance", 450.0, 0.2, "OD", None),
        ("B01", None, "absorbance", 450.0, 0.3, "OD", None),
        ("B02", None, "absorbance", 450.0, None, "OD", "overflow"),
        *((w, None, "fluorescence", 530.0, v, "RFU", None) for w, v in
          (("A01", 1000.0), ("A02", 2000.0), ("B01", 3000.0), ("B02", 4000.0))),
    ]  # fmt: skip


def test_kinetic_tables_lie_either_way_and_count_from_files_csv(tmp_path: Path) -> None:
    found = rows(tmp_path, KINETIC, time_h=24)
    assert [(w, t, nm, v) for w, t, _, nm, v, _, _ in found] == [
        ("A01", 24.0, 450.0, 0.1),
        ("A01", 24.5, 450.0, 0.2),
        ("A02", 24.0, 450.0, 0.3),
        ("A02", 24.5, 450.0, 0.4),
        ("A01", 24.0, 630.0, 0.01),
        ("A02", 24.0, 630.0, 0.02),
        ("A01", 24.5, 630.0, 0.03),
        ("A02", 24.5, 630.0, 0.04),
    ]


def test_of_several_reads_a_well_the_mean_is_kept(tmp_path: Path) -> None:
    text = (
        HEAD
        + "Mode\tAbsorbance\nWavelength\t450\tnm\n\nWell\tMean\tStDev\t0;0\nA1\t0.5\t0.01\t0.49\nA2\t0.6\t0.01\t0.6\n"
    )
    assert [r[4] for r in rows(tmp_path, text)] == [0.5, 0.6]
    unread = PARSER.parse(raw_file(tmp_path, text.encode()), context()).unread
    assert {"StDev", "0;0", "Wavelength: 450 nm"} <= set(unread)


def test_every_sheet_is_a_plate(tmp_path: Path) -> None:
    sheet = [line.split("\t") for line in TWO.split("Label: Label2")[0].split("\n")]
    raw = raw_file(tmp_path, workbook({"day 1": sheet, "day 2": sheet, "Notes": [["x"]]}), "plates.xlsx")
    parsed = PARSER.parse(raw, context())
    assert parsed.frames["core.plate_wells"]["plate"].unique(maintain_order=True).to_list() == ["day 1", "day 2"]
    assert "sheet Notes" in parsed.unread


@pytest.mark.parametrize(
    ("broken", "place", "words"),
    [
        (HEAD, "line 1", "no plate"),
        (TWO.replace("Mode", "Modus"), "line 8", "a line Mode was expected"),
        (TWO.replace("0.3", "0.3 OD"), "line 10, well B01", "'0.3 OD' is no reading"),
        (KINETIC.replace("0\t1800\n", "0\tlater\n", 1), "line 15, well A01", "does not begin with a time"),
    ],
)
def test_broken_files_say_where_and_what_to_do(broken: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        PARSER.parse(raw_file(tmp_path, broken.encode()), context())
    (problem,) = caught.value.problems
    assert problem.place == place
    assert words in problem.message
    assert problem.remedy


@given(st.integers(0, len(KINETIC)), st.text(max_size=8), st.integers(0, 30))
def test_any_edit_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, patch: str, cut: int
) -> None:
    raw = raw_file(tmp_path_factory.mktemp("raw"), (KINETIC[:place] + patch + KINETIC[place + cut :]).encode())
    PARSER.claims(raw, context())
    try:
        height = PARSER.parse(raw, context()).frames["core.plate_wells"].height
    except BadInputError as error:
        height, refused = 1, error.problems
    else:
        refused = ()
    assert height
    assert all(p.remedy for p in refused)
