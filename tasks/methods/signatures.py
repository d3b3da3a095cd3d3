"""Which product wrote a file, told from its first lines; and why nobody can read it.

Generic grid and table readers refuse files that bear a signature; a file of a declared
assay that no parser claims is quarantined with the reason built here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from schemas.errors import BadInputError, Problem, Severity
from tasks.contracts import Context, RawFile, parsers
from tasks.methods.text import decode, is_binary
from tasks.methods.workbooks import is_workbook, read_sheets, sheet_names

GEN5 = "Agilent BioTek Gen5"
QUANTSTUDIO = "Applied Biosystems QuantStudio"
DESIGN_AND_ANALYSIS = "Applied Biosystems Design & Analysis"
SDS = "Applied Biosystems SDS"
CFX = "Bio-Rad CFX"
LIGHTCYCLER = "Roche LightCycler 480"
NANOSIGHT = "Malvern NanoSight NTA"
ZETAVIEW = "Particle Metrix ZetaView"
VICELL = "Beckman Coulter Vi-CELL"
VICELL_XR = "Beckman Coulter Vi-CELL XR"
NUCLEOVIEW = "ChemoMetec NucleoView"
IMAGE_STUDIO = "LI-COR Image Studio"
IMAGE_LAB = "Bio-Rad Image Lab"
IMAGEJ = "ImageJ or Fiji"
IMAGEJ_SUMMARY = "ImageJ or Fiji particle summary"
QUBIT = "Thermo Fisher Qubit"
NANODROP = "Thermo Fisher NanoDrop"
TAPESTATION = "Agilent TapeStation"
SOFTMAX = "Molecular Devices SoftMax Pro"
KALEIDO = "Revvity EnSight Kaleido"
ENVISION = "PerkinElmer EnVision"
SKANIT = "Thermo Fisher SkanIt"
MAGELLAN = "Tecan Magellan or i-control"
BMG = "BMG LABTECH (MARS, PHERAstar, SMART Control)"
_PEEK_SHEETS, _PEEK_ROWS, _QUOTED = 2, 60, 60


@dataclass(frozen=True)
class Signature:
    """A product and the text that only its files have near their start."""

    product: str
    pattern: re.Pattern[str]


def _signature(product: str, pattern: str) -> Signature:
    return Signature(product, re.compile(pattern, re.MULTILINE | re.IGNORECASE))


_CELL = r"[\t,;]"
SIGNATURES = (
    _signature(
        GEN5,
        rf"\A\n*Software Version{_CELL}+\d"
        rf"|^Software Version{_CELL}+\d.*\n(?:.*\n){{1,12}}?(?:Experiment File Path|Protocol File Path|Plate Number)",
    ),
    _signature(
        BMG, r'^[ \t]*"?User ?[:=][^\n]*(?:\n[^\n]*){0,3}?\b(?:Test run no|Test ID|Path ?[:=][^\n,;\t]{0,200}BMG)'
    ),
    _signature(SOFTMAX, r"\A\s*##BLOCKS\s*="),
    _signature(KALEIDO, r"Kaleido|^\"?EnSight Results from"),
    _signature(
        ENVISION,
        r"EnVision Workstation|^\"?Plate information\b(?:.*\n){1,12}?\"?Background information"
        r"|^\"?Plate information\b.*\n.*Measured height",
    ),
    _signature(SKANIT, r"\bSkanIt\b|\.skax\b|^Measurement results\b"),
    _signature(
        MAGELLAN,
        rf"\bMagellan\b|^(?:[^\n]*{_CELL})?\"?Well positions\"?(?:{_CELL}|$)|Tecan i-control|SparkControl",
    ),
    _signature(DESIGN_AND_ANALYSIS, r"Design (?:&|and) Analysis Software|Plugin Name and Version|\bDiomni\b"),
    _signature(
        QUANTSTUDIO,
        r"^[*#\" ]*(?:Experiment Run End Time|Experiment File Name|Quantification Cycle Method|Signal Smoothing On"
        rf"|Stage/ ?Cycle where .*performed)\"?\s*(?:=|{_CELL})"
        rf"|^[*#\" ]*Instrument Type\"?\s*(?:=|:|{_CELL})\s*\"?(?:QuantStudio|ViiA|StepOne)",
    ),
    _signature(
        SDS,
        r"\A\"?SDS ?v?\d"
        rf"|\A(?:.*\n){{0,40}}?\"?Well\"?{_CELL}.*{_CELL}\"?Detector(?: Name)?\"?{_CELL}.*\bTask\b.*{_CELL}\"?Ct\b"
        rf"|\A1\t[^\t\n]*\tA0?1\t(?:Passed|Flagged)\t[^\t\n]*\t[^\t\n]*\t(?:Target|Endogenous Control)\t",
    ),
    _signature(
        CFX,
        rf"^{_CELL}?\"?Well\"?{_CELL}\"?Fluor\"?{_CELL}|Bio-Rad CFX|CFX (?:Maestro|Manager)"
        rf"|^{_CELL}\"?(?:Cycle|Temperature)\"?{_CELL}\"?A0?1\"?{_CELL}",
    ),
    _signature(
        LIGHTCYCLER,
        r"LightCycler\S*[^\n]{0,40}\b(?:480|Software)\b|^[ \t]*\"?Experiment: .*Filter:"
        r"|^[ \t]*\"?Include\"?\t\"?Color\"?\t\"?Pos\b"
        r"|^\"?SamplePos\"?\t.*\bProg#",
    ),
    _signature("Qiagen Rotor-Gene", r"Rotor-Gene"),
    _signature("Agilent AriaMx or Mx3005P", r"\bAriaMx\b|MxPro|^\"?Well\"?[\t,;].*[\t,;]\"?Cq \(\W?d?R\w*\)"),
    _signature(NANOSIGHT, r"^NTA (?:Experiment|Single Analysis) Summary|Created with NTA|NanoSight"),
    _signature(ZETAVIEW, r"ZetaView"),
    _signature(VICELL_XR, r"\A\W*Vi-CELL XR"),
    _signature(
        VICELL,
        rf"Vi-CELL|^\"?Sample ID\"?{_CELL}\"?(?:Cell count\"?{_CELL}\"?Viable cells|Images for analysis\b)",
    ),
    _signature(
        NUCLEOVIEW,
        r"NucleoView|NucleoCounter|^Viability and Cell Count Assay"
        r"|^Sample Media:\s*Via\d?-Cassette|^Viability \(%\)[^\n]*\n(?:[^\n]*\n){0,4}?Total \(cells/ml\)",
    ),
    _signature(IMAGE_STUDIO, rf"^\"?Image Name\"?{_CELL}\"?Channel\"?{_CELL}"),
    _signature(
        IMAGE_LAB,
        rf"^\"?(?:Lane(?: No\.)?|No\.)\"?{_CELL}.*(?:Adj\. Vol(?:ume|\.) \(|Adj\. Total (?:Band|Lane) Vol)"
        r"|Image Lab (?:Software|Report)",
    ),
    _signature(IMAGEJ_SUMMARY, rf"\A\"?Slice\"?{_CELL}\"?Count\"?{_CELL}\"?Total Area"),
    _signature(
        IMAGEJ,
        rf"\A\"?[ ]?\"?{_CELL}\"?(?:Label|Area|Mean|IntDen|X|Count){_CELL}.*(?:Mean|IntDen|RawIntDen|%Area|Max)"
        rf"|\A\"?(?:[ ]?\"?{_CELL})?\"?(?:Label{_CELL})?Area\"?{_CELL}(?:[^\n]*(?:IntDen|RawIntDen)|\"?Percent\b)",
    ),
    _signature(QUBIT, rf"^\"?Run ID\"?{_CELL}[^\n]*\bQubit\b"),
    _signature(
        NANODROP,
        rf"NanoDrop|Nucleic Acid\(ng/uL\)|A260/A280|^Plate ID{_CELL}Well ?{_CELL}Sample ID{_CELL}"
        rf"|^(?:[^\n]{{0,200}}{_CELL})?\"?(?:Sample(?: ID| Name)?)\"?[ ]?{_CELL}(?:[^\n]{{0,300}}{_CELL})?"
        rf"\"?260/280[ ]?\"?{_CELL}",
    ),
    _signature(TAPESTATION, r"TapeStation"),
    _signature("FlowJo workspace", r"<Workspace\b[^>]*flowjo|flowJoVersion"),
)
_BEGINNINGS = {
    GEN5: 'its first lines are "Software Version" and "Plate Number", then a table under "Results"',
    QUANTSTUDIO: 'its first lines are like "* Block Type = …", then a table under "[Results]"',
    DESIGN_AND_ANALYSIS: 'a workbook with a sheet "Results"',
    SDS: "its table has the columns Well, Sample, Detector, Task and Ct",
    SOFTMAX: 'it begins with "##BLOCKS=", then "Plate:"',
    BMG: 'its first line is like "User: …, Path: …, Test run no.: …"',
}


@lru_cache(maxsize=8)  # every parser asks about the same file
def recognise(head: bytes, name: str) -> str | None:
    """Product that wrote a file, from its first bytes; null when nothing tells.

    The name is believed only for flow cytometry files, whose damaged ones keep it. Use
    ``recognise_file`` for workbooks: their text is not in the first bytes.
    """
    if re.match(rb"FCS\d\.\d", head) or name.lower().endswith((".fcs", ".lmd")):
        return "a flow cytometer (FCS)"
    if is_workbook(head) or is_binary(head):
        return None
    found = _find(decode(head))
    return found[0].product if found else None


def recognise_file(raw: RawFile) -> str | None:
    """Product that wrote a file, looking into the first sheets of workbooks too; null when nothing tells."""
    if not is_workbook(raw.head):
        return recognise(raw.head, raw.name)
    found = _find(peek(raw))
    return found[0].product if found else None


@lru_cache(maxsize=4)  # every parser asks about the same file
def peek(raw: RawFile) -> str:
    """Return the start of a file as text; of a workbook the first rows of its first sheets, tab-separated."""
    if not is_workbook(raw.head):
        return "" if is_binary(raw.head) else decode(raw.head)
    try:
        names = sheet_names(raw.content, raw.name)
        sheets = read_sheets(raw.content, raw.name, lambda n: n in names[:_PEEK_SHEETS], _PEEK_ROWS)
    except (BadInputError, OSError, EOFError):
        return ""
    return "\n".join("\n".join(["\t".join(row) for row in rows] + [name]) for name, rows in sheets.items())


def _find(text: str) -> tuple[Signature, int] | None:
    for signature in SIGNATURES:
        if match := signature.pattern.search(text):
            return signature, match.start()
    return None


def unreadable_reason(raw: RawFile, context: Context) -> Problem:
    """Say best why no parser claims a file of a declared assay: what it looks like, what was expected, what to do."""
    assay = context.assay or "this assay"
    products = sorted({p.product for p in parsers().values() if context.assay in p.assays})
    wanted = " or ".join(f"{p} ({_BEGINNINGS[p]})" if p in _BEGINNINGS else p for p in products) or "no known product"
    expected = f"for {assay} an export of {wanted} was expected"
    where = f"its row in files.csv (line {context.row.line})" if context.row and context.row.line else "files.csv"
    remedy = (
        f"If the file belongs to another assay, correct {where}. Otherwise export the run again in one of these "
        "formats. The file stays stored and is tried again when it, files.csv or the readers change."
    )
    place, value, finding = _finding(raw)
    message = f"{finding}; {expected}"
    return Problem(Severity.LOCAL, raw.name, place, value, "unreadable_file", message, remedy)


def _finding(raw: RawFile) -> tuple[str, str, str]:
    """Place, text and sentence about what the file is."""
    if not raw.head:
        return "", "", "the file is empty"
    text = peek(raw)
    if not text.strip():
        product = recognise(raw.head, raw.name)
        kind = f"looks like a file of {product}" if product else "is no text and no readable Excel workbook"
        return "first bytes", repr(raw.head[:8]), f"the file {kind}"
    found = _find(text)
    lines = text.split("\n")
    number = next(i for i, line in enumerate(lines) if line.strip())
    if found:
        number = max(number, text.count("\n", 0, found[1]))
    line = lines[number].strip().rstrip(",;\t")
    quoted = line if len(line) <= _QUOTED else line[:_QUOTED] + "…"
    place = f"line {number + 1}"
    if not found:
        return place, quoted, f'nothing tells which instrument wrote the file: {place} reads "{quoted}"'
    sentence = f'the file looks like an export of {found[0].product}: {place} reads "{quoted}"'
    if found[0].product == BMG and re.match(r"User =", line):
        sentence += ' (and BMG writes "User: …", so it was changed after export)'
    return place, quoted, sentence
