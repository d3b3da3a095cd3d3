"""Agilent TapeStation Analysis exports (xml): RNA, DNA and cfDNA screen tapes."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.instrument_times import iso_times
from tasks.methods.lines import read_content
from tasks.methods.nucleic_acids import ASSAY, TABLE, nucleic_acid, reading_frame, reading_problems
from tasks.methods.numbers import read_numbers
from tasks.methods.safe_xml import read_xml, text_of
from tasks.methods.signatures import TAPESTATION, recognise

_REMEDY = "Export the run again from TapeStation Analysis (File, Export data, XML)."
_NG_PER_UL = {"ng/µl": 1.0, "ng/ul": 1.0, "pg/µl": 1e-3, "pg/ul": 1e-3, "": 1.0}
_IN_LANE = (
    *("WellNumber", "Comment", "Concentration", "Observations", "Alert", "ScreenTapeID"),
    *("RNA/RINe", "RNA/RIN", "DNA/DIN", "GenomicDNA/DIN", "RNA/Ratio28S18SArea"),
)
_READ = {
    *(f"Samples/Sample/{path}" for path in _IN_LANE),
    *("FileInformation/Assay", "Assay/Units/ConcentrationUnit"),
    *("ScreenTapes/ScreenTape/ScreenTapeID", "ScreenTapes/ScreenTape/TapeRunDate"),
}
_MOST_RIN = 10.0


def claims(raw: RawFile, context: Context) -> bool:
    """Whether TapeStation Analysis wrote the XML."""
    is_xml = raw.head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith((b"<", b"\0<"))
    return context.assay in (None, ASSAY) and is_xml and recognise(raw.head, raw.name) == TAPESTATION


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read concentration, RIN (DIN for DNA) and 28S/18S of every lane into ``core.nucleic_acid_qc``.

    A lane's sample is its comment. Ladders are kept as such. Peaks and regions are listed as unread. Raises
    ``BadInputError`` for entities or document types, which are refused, and for a file without lanes.
    """
    root = read_xml(read_content(raw, TAPESTATION), raw.name, _REMEDY)
    samples = root.findall("Samples/Sample")
    if not samples:
        raise bad_input(raw.name, "", "no_samples", "no element Samples/Sample was found", _REMEDY)
    unit = text_of(root, "Assay/Units/ConcentrationUnit").replace("μ", "µ").lower()
    if unit not in _NG_PER_UL:
        message = f"{unit!r} is no mass per volume; ng/µl was expected"
        raise bad_input(raw.name, "Assay/Units/ConcentrationUnit", "unknown_unit", message, _REMEDY, unit)
    kind = nucleic_acid(text_of(root, "FileInformation/Assay")) or nucleic_acid(
        text_of(root, "FileInformation/FileName")
    )
    tapes = {
        text_of(t, "ScreenTapeID"): iso_times([text_of(t, "TapeRunDate")])[0]
        for t in root.findall("ScreenTapes/ScreenTape")
    }
    rows = [_row(lane, kind, tapes, _NG_PER_UL[unit], raw.name) for lane in samples]
    readings = reading_frame(rows, context)
    unread = dict.fromkeys(path for path in _paths(root) if path not in _READ)
    return Parsed({TABLE: readings}, tuple(reading_problems(readings, raw)), tuple(unread))


def _paths(root: Element) -> Iterator[str]:
    """Every element with a text, as its path below the root; what is in peaks and regions by their names alone."""
    for child in root:
        if child.tag in ("Peaks", "Regions"):
            yield child.tag
        elif len(child):
            yield from (path if path in ("Peaks", "Regions") else f"{child.tag}/{path}" for path in _paths(child))
        elif (child.text or "").strip():
            yield child.tag


def _row(lane: Element, kind: str | None, tapes: dict[str, str | None], factor: float, file: str) -> dict[str, object]:
    well, comment = text_of(lane, "WellNumber"), text_of(lane, "Comment")
    is_ladder = "ladder" in f"{comment} {text_of(lane, 'Observations')}".lower()
    concentration = _number(lane, "Concentration", well, file)
    integrity = [_number(lane, path, well, file) for path in ("RNA/RINe", "RNA/RIN", "DNA/DIN", "GenomicDNA/DIN")]
    rin = next((v for v in integrity if v is not None and 0 <= v <= _MOST_RIN), None)
    ratio = _number(lane, "RNA/Ratio28S18SArea", well, file)
    return {
        "instrument": "TapeStation",
        "well": well or None,
        "role": "ladder" if is_ladder else "sample",
        "sample_name": None if is_ladder else comment or None,
        "nucleic_acid": kind,
        "concentration_ng_per_ul": None if concentration is None else concentration * factor,
        "rin": rin,
        "ratio_28s_18s": ratio if ratio is not None and ratio >= 0 else None,
        "measured_on": tapes.get(text_of(lane, "ScreenTapeID")),
        "flag": text_of(lane, "Alert") or None,
    }


def _number(lane: Element, path: str, well: str, file: str) -> float | None:
    """Number at a path; null for nothing and for the words of missing values."""
    printed = text_of(lane, path)
    value, flag = read_numbers([printed]).row(0)
    if flag == "unreadable":
        place = f"well {well}, {path}"
        raise bad_input(file, place, "not_a_number", f"{printed!r} is no number", _REMEDY, printed)
    return None if value is None else float(value)


PARSER = Parser(
    name="tapestation",
    version="1",
    product=TAPESTATION,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
