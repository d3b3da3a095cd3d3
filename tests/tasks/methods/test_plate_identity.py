from __future__ import annotations

from schemas.sheets import FileRow
from tasks.methods.plate_identity import identify_plate


def test_a_barcode_is_an_identity_and_a_printed_name_is_none() -> None:
    assert identify_plate("Plate 1", "BC-77", None) == ("BC-77", True)
    assert identify_plate("Plate 1", "NA", None) == ("Plate 1", False)


def test_files_csv_names_the_plate_and_keeps_several_plates_of_a_file_apart() -> None:
    named = FileRow(file="f", plate="P7")
    assert identify_plate("Plate 1", "", named) == ("P7", True)
    assert identify_plate("Plate 2", "", named, is_only=False) == ("P7 Plate 2", True)
    assert identify_plate("Plate 1", "", FileRow(file="f", run="R1")) == ("R1 Plate 1", True)
