"""What tests over all shared files share: which files there are, their published numbers, and what counts as kept."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from tasks.contracts import Context, Parsed, Parser, RawFile, parsers
from tasks.methods.lines import split_lines
from tasks.methods.pages import read_pages
from tasks.methods.text import decode
from tasks.methods.workbooks import is_workbook
from tests.tasks.parsers.bench_files import context

KINDS = ("plate_reader", "nta", "western", "cell_imaging_counts", "nucleic_acid_qc")
ASSAYS = {
    "plate_reader": "cell_viability",
    "nta": "particle_size",
    "western": "western_blot",
    "cell_imaging_counts": "cell_counts",
    "nucleic_acid_qc": "nucleic_acid_qc",
}
# words of a file that are columns of a table, titles of sections or numbers that are missing: not to be listed again
MAPPED = {
    "gen5": r"Plate Number|Procedure Details|Layout|Results|Well ID|BLK|OVRFLW|MISSED|\w+ Endpoint|Wavelengths: .*"
    r"|Emission: \d+|abs450:450",
    "gen5_image": r"Plate Number|Procedure Details|Results|Image Montage|Cell Count(?:_2)?|Read",
    "bmg_mars": r"Absorbance|Raw Data \(.*\)",
    "bmg_smart_control": r"Fluorescence \(FI\)|\d\. .*|Well|Content|Blank B|Standard Concentrations .*"
    r"|(?:Standard S|Sample X)\d+",
    "softmax_pro": r"##BLOCKS.*|Temperature\(.*|NaN|~End|Path\?",
    "envision": r"Plate|Repeat|Barcode|Label|Measinfo|Results for .*",
    "magellan": r"Well positions|Raw data|Plate",
    "skanit": r"Measurement results|.*\.skax|Absorbance 1|Wavelength: \d+ nm|Abs|Sample|Blank1|Autoloading range .*",
    "nanosight": r"NTA Experiment Summary File|\[.*\]|Sample Name"
    r"|Time Captured|Filename:?|Not recorded|Dilution factor .*|Concentration .*"
    r"|Particles per frame|Validity of .*|Mean|SD|Mode|D\d0|Valid Tracks|Graph Data|Bin centre .*|Size \(nm\)",
    "imagej": r"Area|Mean|Min|Max|IntDen",
    "vicell": r"Sample ID|Cell count|Viable cells|.*cells/mL|Viability \(%\)|Average diameter .*|Analysis date/time"
    r"|Dilution|ERROR",
    "nucleoview": r"Image|Viability \(%\)|(?:Live|Total) \(cells/ml\)|Estimated cell diameter \(um\)|Date time"
    r"|Multiplication factor|Viability and Cell Count Assay - .*|//\[\w+\]",
    "nanodrop": r"Date|Sample Name|Nucleic Acid.*",
    "qubit": r"Assay Name|Test Name|Test Date|Units|Original sample conc\.|Dilution Factor|ng/µL",
}


def files(shared: Path) -> list[Path]:
    """Every file of these kinds but the published expectations."""
    found = [p for kind in KINDS for p in (shared / "data" / kind).rglob("*")]
    return sorted(p for p in found if p.is_file() and p.parent.name != "expected")


def name_of(path: Path, shared: Path) -> str:
    return path.relative_to(shared / "data").as_posix()


def kind_of(path: Path, shared: Path) -> str:
    return name_of(path, shared).split("/", maxsplit=1)[0]


def expected(path: Path) -> dict[str, Any] | None:
    """The published document of a file; null where there is none."""
    plain = path.parent / "expected" / f"{path.stem}.json"
    packed = plain.with_name(f"{path.stem}.json.gz")
    if not plain.exists() and not packed.exists():
        return None
    document: dict[str, Any] = json.loads(
        plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
    )
    return document


def chosen(raw: RawFile, about: Context) -> list[Parser]:
    """Parsers that read a file: products, or else generic ones."""
    claims = [p for p in parsers().values() if p.claims(raw, about)]
    return [p for p in claims if not p.is_generic] or claims


def parsed(path: Path, shared: Path) -> tuple[Parser, Parsed]:
    raw = RawFile.read(path, name_of(path, shared))
    (parser,) = chosen(raw, context())
    return parser, parser.parse(raw, context())


def numbers(document: object) -> Iterator[float]:
    """Every number of a document."""
    if isinstance(document, dict | list):
        for part in document.values() if isinstance(document, dict) else document:
            yield from numbers(part)
    elif isinstance(document, int | float) and not isinstance(document, bool):
        yield float(document)


def measured(frame: pl.DataFrame) -> Iterator[tuple[str, float]]:
    """Column and value of every number in a frame."""
    for column in frame.columns:
        if frame[column].dtype.is_numeric():
            yield from ((column, float(value)) for value in frame[column].drop_nulls())


# what is under a listed title is kept with it, in these products' tables and lists
TITLES_ONLY = {"vicell": "first line", "nanodrop": "first line", "qubit": "first line", "imagej": "first line"}
TITLES_ONLY |= {"nucleoview": "first cell", "nanosight": "first cell"}


def _cells(raw: RawFile, part: str) -> Iterator[str]:
    """Cells of a text or workbook (of a part of it), with the sheet's name before them."""
    if is_workbook(raw.head):
        pages = [(page.name, page.rows) for page in read_pages(raw, "")]
    else:
        pages = [("", split_lines(decode(raw.content)))]
    for name, every in pages:
        rows = every[:1] if part == "first line" else [row[:1] for row in every] if part == "first cell" else every
        yield from ((f"sheet {name}\n{cell}" if name else cell) for row in rows for cell in row)


def vanished(raw: RawFile, parser: Parser, found: Parsed) -> set[str]:
    """Words of the file that are in no frame, in nothing listed as unread, and no column's title."""
    listed = "\n".join(" ".join(text.split()) for text in found.unread).casefold()
    sheets = {text for text in found.unread if text.startswith("sheet ")}
    kept = {str(v).casefold() for f in found.frames.values() for c in f.columns for v in f[c].unique().to_list()}
    left = set()
    for cell in _cells(raw, TITLES_ONLY.get(parser.name, "all")):
        sheet, _, rest = cell.rpartition("\n")
        text = rest.strip().strip('="').rstrip(":").strip()
        folded = " ".join(text.split()).casefold()
        is_word = re.search(r"[^\W\d]{2}", text) and not re.fullmatch(r"\d+/\d+/\d+ [\d:]+ ?[AP]M", text)
        is_kept = folded in listed or folded in kept or any(part in kept for part in re.split(r"[;,]\s*", folded))
        if is_word and not is_kept and sheet not in sheets and not re.fullmatch(MAPPED[parser.name], text):
            left.add(text)
    return left
