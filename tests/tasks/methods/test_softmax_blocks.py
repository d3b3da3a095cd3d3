from __future__ import annotations

import pytest

from schemas.errors import BadInputError
from tasks.methods.softmax_blocks import plate_head, read_blocks

ABSORBANCE = "Plate:|P1|1.3|PlateFormat|Endpoint|Absorbance|Raw|FALSE|1||||||2|450 650 |1|12|96|1|8"
FLUORESCENCE = (
    "Plate:|P1|1.3|PlateFormat|Kinetic|Fluorescence|FALSE|Raw|FALSE|7|600|90||||1|525 |1|3|6|485 |Automatic|515 "
    "|||6|Medium|||1|8"
)
SPECTRUM = "Plate:|P1|1.3|TimeFormat|Spectrum|Luminescence|Raw|FALSE|40|||360|750|10|||1|12|96||||||30||||1|8"


def test_the_plate_line_says_what_was_read() -> None:
    head = plate_head(ABSORBANCE.split("|"), 2, "f")
    assert (head.name, head.is_list, head.kind, head.mode, head.unit) == ("P1", False, "endpoint", "absorbance", "OD")
    assert (head.wavelengths, head.columns, head.rows, head.first_row) == ((450.0, 650.0), 12, 8, 1)


def test_fluorescence_has_one_more_cell_and_small_plates_fewer_rows_than_it_says() -> None:
    head = plate_head(FLUORESCENCE.split("|"), 2, "f")
    assert (head.mode, head.unit, head.kind, head.wavelengths) == ("fluorescence", "RFU", "kinetic", (525.0,))
    assert (head.columns, head.rows) == (3, 2)  # six wells
    assert plate_head(SPECTRUM.split("|"), 2, "f").is_list


@pytest.mark.parametrize(
    "line",
    [
        "Plate:|P1",
        ABSORBANCE.replace("Absorbance", "Telepathy"),
        ABSORBANCE.replace("Endpoint", "Well Scan"),
        ABSORBANCE.replace("|Raw|", "||"),
    ],
)
def test_what_is_not_known_is_refused(line: str) -> None:
    with pytest.raises(BadInputError, match="line 2: the plate's line says"):
        plate_head(line.split("|"), 2, "f")


def test_wells_of_groups_keep_the_sample_above() -> None:
    text = (
        "##BLOCKS= 2\nGroup: Unknowns\nSample\tWells\tOD\tWellPlateName\n"
        "T1\tA1\t0.5\tP1\n \tA2\t0.6\tP1\nT2\tA3\t0.7\tP1\n\nGroup Summaries\n~End\nGroup: Sums\nMean\n1\n~End\n"
    )
    blocks = read_blocks([line.split("\t") for line in text.split("\n")], "f")
    assert [(w.group, w.sample, w.plate, w.well) for w in blocks.wells] == [
        ("Unknowns", "T1", "P1", "A01"),
        ("Unknowns", "T1", "P1", "A02"),
        ("Unknowns", "T2", "P1", "A03"),
    ]
    assert blocks.unread == [
        "Group: Unknowns: OD",
        "Group: Unknowns: Group Summaries",
        *("Group: Sums", "Group: Sums: Mean", "Group: Sums: 1"),
    ]
    assert (blocks.stated, blocks.found) == (2, 2)
