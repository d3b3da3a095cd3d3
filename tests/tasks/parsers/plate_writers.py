"""The same 96-well plate at 450 nm as every product's program would export it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.tasks.parsers.plate_files import workbook

Plate = Sequence[Sequence[str]]  # 8 rows of 12 readings
LETTERS = "ABCDEFGH"
NUMBERS = [str(i) for i in range(1, 13)]


def _printed(plate: Plate, separator: str, corner: str = "") -> str:
    lines = [separator.join([corner, *NUMBERS])]
    lines += [separator.join([letter, *row]) for letter, row in zip(LETTERS, plate, strict=True)]
    return "\n".join(lines) + "\n"


def _cells(plate: Plate, corner: str = "") -> list[list[object]]:
    def cell(text: str) -> object:
        return float(text) if text.replace(".", "", 1).isdigit() else text

    return [[corner, *range(1, 13)], *([a, *map(cell, row)] for a, row in zip(LETTERS, plate, strict=True))]


def gen5(plate: Plate) -> bytes:
    head = "Software Version\t3.12.08\n\nPlate Number\tPlate 1\n\nProcedure Details\n\n"
    read = "Read\tcck8\n\tAbsorbance Endpoint\n\tFull Plate\n\tWavelengths:  450\n\nResults\n"
    rows = "\n".join("\t".join([a, *row, "cck8:450"]) for a, row in zip(LETTERS, plate, strict=True))
    return f"{head}{read}\t{chr(9).join(NUMBERS)}\n{rows}\n".encode("utf-16")


def softmax_pro(plate: Plate) -> bytes:
    head = "Plate:\tPlate 1\t1.3\tPlateFormat\tEndpoint\tAbsorbance\tRaw\tFALSE\t1\t\t\t\t\t\t1\t450 \t1\t12\t96\t1\t8"
    first = "\t".join(["", "25.0", *plate[0]])
    rows = "\n".join("\t".join(["", "", *row]) for row in plate[1:])
    names = "\t".join(NUMBERS)
    return f"##BLOCKS= 1\n{head}\n\tTemperature(°C)\t{names}\n{first}\n{rows}\n\n~End\n".encode("utf-16")


def skanit(plate: Plate) -> bytes:
    head = [["Measurement results"], ["run.skax"], ["Absorbance 1"], ["Wavelength: 450 nm"], [" "], ["Plate 1"], [" "]]
    return workbook({"Absorbance 1_01": [*head, *_cells(plate, "Abs")]})


def envision(plate: Plate) -> bytes:
    info = "Plate,Repeat,Barcode,Measured height,Label,Measinfo\n1,1,,14.3,A450(1),De=1st Ex=Btm Em=N/A\n"
    back = "Background information\nPlate,Label,Result\n1,A450,0\n"
    labels = "Labels:\nA450,,,,2000014\nExc. filter,,,,BFP 450\n"
    foot = "Exported with EnVision Workstation version 1.14\n"
    results = "Results for A450(1) - channel 1 (A)\n" + _printed(plate, ",")
    return f"Plate information\n{info}\n{back}\n{results}\n{labels}\n{foot}".encode()


def kaleido(plate: Plate) -> bytes:
    head = "Results for ABS 1\n\nBarcode: V-2020-10-26 16:16:17, PlateRepeat: 1, WellRepeat: 1\n"
    foot = "Tech,,,,ABS 1\nExcitation wavelength [nm],,,,450\n\nExported with Kaleido 2.0\n"
    return f"\n{head}{_printed(plate, ',')}\n{foot}".encode()


def bmg_mars(plate: Plate) -> bytes:
    head = "User: USER,Path: C:\\BMG\\PHERAstar\\User\\Data,Test run no.: 65\nTest name: CCK8,Date: 6/18/2026\n\n"
    return f"{head}ID1: Plate 1,\nAbsorbance\n\nRaw Data (450)\n\n{_printed(plate, ',')}".encode()


def bmg_smart_control(plate: Plate) -> bytes:
    head = [["User: u"], ["Path: C:\\BMG\\SMART Control"], ["Test ID: 9"], ["ID1: Plate 1"], ["Absorbance"], []]
    return workbook({"Microplate End point": [*head, ["", "1. Raw Data (450)"], *_cells(plate)]})


def magellan(plate: Plate) -> bytes:
    rows = [f"{plate[r][c]}\t{LETTERS[r]}{c + 1}" for c in range(12) for r in range(8)]
    settings = ["Measurement mode: Absorbance", "Measurement wavelength: 450 nm", "Unit: OD"]
    return "\n".join(["Raw data\tWell positions", *rows, *settings, ""]).encode()


def icontrol(plate: Plate) -> bytes:
    head = [["Application: Tecan i-control", "", "Tecan i-control , 2.0.10.0"], ["Date:", "2024-01-02"], []]
    settings = [["Mode", "", "", "", "Absorbance"], ["Wavelength", "", "", "", 450, "nm"], []]
    return workbook({"Sheet1": [*head, *settings, *_cells(plate, "<>"), [], ["End Time:", "2024-01-02 10:12"]]})


def plate_grid(plate: Plate) -> bytes:
    return f"450 nm\n{_printed(plate, ';')}".encode()


def plate_table(plate: Plate) -> bytes:
    rows = [f"{LETTERS[r]}{c + 1},{plate[r][c]}" for r in range(8) for c in range(12)]
    return "\n".join(["Well,OD450", *rows, ""]).encode()


WRITERS: dict[str, Callable[[Plate], bytes]] = {
    f.__name__: f
    for f in (
        *(gen5, softmax_pro, skanit, envision, kaleido),
        *(bmg_mars, bmg_smart_control, magellan, icontrol, plate_grid, plate_table),
    )
}
