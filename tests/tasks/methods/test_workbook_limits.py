from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.methods.workbook_limits import MOST_BYTES, refuse_bombs
from tasks.methods.workbooks import read_sheets
from tests.tasks.parsers.plate_files import plates_folder, workbook


def replaced(content: bytes, old: bytes, new: bytes, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, text.replace(old, new) if name == part else text)
    return target.getvalue()


BOOK = workbook({"S": [["well", "value"], ["A1", 0.5]]})


def test_ordinary_workbooks_pass(shared: Path) -> None:
    refuse_bombs(BOOK, "b.xlsx")
    refuse_bombs(b"no zip at all", "t.txt")
    for product in ("bmg_labtech_smart_control", "tecan_magellan", "thermo_skanit"):
        for path in plates_folder(shared, product).glob("*.xlsx"):
            refuse_bombs(path.read_bytes(), path.name)


def test_a_cell_in_the_last_corner_is_refused_before_it_is_opened() -> None:
    far = replaced(BOOK, b'r="B2"', b'r="XFD1048576"')
    with pytest.raises(BadInputError, match="row 1048576 and one in column 16384"):
        read_sheets(far, "far.xlsx")


def test_a_zip_of_zeros_is_refused_by_its_size() -> None:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/s.xml", "w") as part,
    ):
        for _ in range((MOST_BYTES >> 20) + 1):
            part.write(bytes(1 << 20))
    assert len(target.getvalue()) < 1 << 20
    with pytest.raises(BadInputError, match="unpacks to more than 256 MiB"):
        refuse_bombs(target.getvalue(), "zeros.xlsx")


def test_xml_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE lolz [<!ENTITY lol "lol">]><sheetData>'
    with pytest.raises(BadInputError, match="declares XML entities"):
        read_sheets(replaced(BOOK, b"<sheetData>", bomb), "entities.xlsx")


@pytest.mark.parametrize("cut", [10, 200, 2000])
def test_damaged_zips_are_explained(cut: int) -> None:
    with pytest.raises(BadInputError, match="cannot be opened"):
        refuse_bombs(BOOK[:cut], "cut.xlsx")
