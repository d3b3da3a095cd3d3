"""Write readings of RNA as the Qubit 4, the NanoDrop One and the TapeStation export them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

QUBIT_COLUMNS = (
    "Run ID,Assay Name,Test Name,Test Date,Qubit® tube conc.,Units,Original sample conc.,Units,Sample Volume (µL),"
    "Dilution Factor,Std 1 RFU,Std 2 RFU,Std 3 RFU,Excitation,Emission,Green RFU,Far Red RFU"
)
NANODROP_COLUMNS = (
    "Date,Sample Name,Nucleic Acid(ng/uL),A260/A280,A260/A230,A260,A280,Nucleic Acid Factor,Baseline Correction (nm),"
    "Baseline Absorbance, Corrected (ng/uL), Corrected %CV,Impurity 1,Impurity 1 A260,Impurity 1 %CV,Impurity 1 mM,"
    "Impurity 2,Impurity 2 A260,Impurity 2 %CV,Impurity 2 mM,Impurity 3,Impurity 3 A260,Impurity 3 %CV,Impurity 3 mM"
)
QUBIT_DILUTION = 200
RNA_FACTOR = 40.0  # ng/µL per absorbance unit at 1 cm
FOLDER = "C:\\Agilent\\TapeStation Data\\"
TAPE = "01-S025-240311-01-000001"


@dataclass(frozen=True)
class Reading:
    """An instrument's reading of one sample; what it does not measure is 0."""

    sample: str
    concentration_ng_per_ul: float
    ratio_260_280: float = 0.0
    ratio_260_230: float = 0.0
    rin: float = 0.0
    ratio_28s_18s: float = 0.0


def _clock(when: datetime) -> str:
    """US time as both Thermo instruments write it."""
    clock = when.strftime("%I:%M:%S %p").lstrip("0")
    return f"{when.month}/{when.day}/{when.year} {clock}"


def qubit_export(readings: Sequence[Reading], *, read_at: datetime) -> bytes:
    """CSV of an RNA assay: a tube a row, 1 µL of the sample in 200 µL of working solution."""
    lines = [QUBIT_COLUMNS]
    for r in readings:
        tube = r.concentration_ng_per_ul * 1000 / QUBIT_DILUTION
        lines.append(
            f"{read_at:%Y-%m-%d},RNA Broad Range,{r.sample},{_clock(read_at)},{tube:.0f},ng/mL,"
            f"{r.concentration_ng_per_ul:.1f},ng/µL,1,{QUBIT_DILUTION},92.11,11802.45,,Red,Far Red,,{12 * tube:.2f}"
        )
    return "".join(f"{line}\n" for line in lines).encode()


def nanodrop_export(readings: Sequence[Reading], *, read_at: datetime) -> bytes:
    """CSV of an RNA experiment: a reading a row."""
    lines = [NANODROP_COLUMNS]
    for r in readings:
        a260 = r.concentration_ng_per_ul / RNA_FACTOR
        lines.append(
            f"{_clock(read_at)},{r.sample},{r.concentration_ng_per_ul:.3f},{r.ratio_260_280:.3f},"
            f"{r.ratio_260_230:.3f},{a260:.3f},{a260 / r.ratio_260_280:.3f},{RNA_FACTOR:.0f},340,0.021" + "," * 14
        )
    return "".join(f"{line}\n" for line in lines).encode()


def _with_texts(parent: Element, tag: str, texts: dict[str, str]) -> Element:
    found = SubElement(parent, tag)
    for name, text in texts.items():
        SubElement(found, name).text = text
    return found


def tapestation_export(readings: Sequence[Reading], *, read_at: datetime, comment: str) -> bytes:
    """XML of an RNA screen tape: a ladder, then a lane a sample (its comment)."""
    root = Element("File")
    when = f"{read_at:%Y-%m-%dT%H:%M:%S}+08:00"
    about = {"FileName": f"{FOLDER}{read_at:%Y-%m-%d} RNA.RNA", "Assay": "RNA", "Comment": comment, "RunEndDate": when}
    _with_texts(root, "FileInformation", about | {"RINeVersion": "5.1.0.47235"})
    tape = {"ScreenTapeID": TAPE, "ElectrophoresisTemp": "25.5", "TapeRunDate": when}
    _with_texts(SubElement(root, "ScreenTapes"), "ScreenTape", tape)
    units = {"ConcentrationUnit": "ng/µl", "MolarityUnit": "nmol/l", "MolecularWeightUnit": "nt"}
    _with_texts(SubElement(root, "Assay"), "Units", units)
    samples = SubElement(root, "Samples")
    ladder = {"WellNumber": "EL1", "Comment": "Ladder", "Concentration": "83.4", "Observations": "Ladder"}
    _with_texts(samples, "Sample", ladder | {"Alert": "", "RNA": "", "ScreenTapeID": TAPE})
    for number, r in enumerate(readings):
        well = f"{'ABCDEFGH'[number % 8]}{number // 8 + 1}"
        text = {"WellNumber": well, "Comment": r.sample, "Concentration": f"{r.concentration_ng_per_ul:.0f}"}
        lane = _with_texts(samples, "Sample", text | {"Observations": "", "Alert": ""})
        _with_texts(lane, "RNA", {"RINe": f"{r.rin:.1f}", "Ratio28S18SArea": f"{r.ratio_28s_18s:.1f}"})
        SubElement(lane, "ScreenTapeID").text = TAPE
    indent(root)
    return ('<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n").encode()
