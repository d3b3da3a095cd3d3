"""Tables of Cq per well and target, as instruments' programs print them: what their columns mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tasks.methods.grids import PLATE_SHAPES, well_name, well_of_number

_SMALL_PLATE, _LARGE_PLATE = 96, 384
Names = Mapping[str, tuple[str, ...]]  # field -> lower-case headers that mean it, best first
APPLIED_BIOSYSTEMS: Names = {
    "number": ("well",),
    "position": ("well position", "position"),
    "sample": ("sample name", "sample"),
    "target": ("target name", "target", "detector name", "detector"),
    "snp": ("snp assay name", "snp assay"),
    "task": ("task",),
    "cq": ("ct", "cq", "crt", "cт"),
    "quantity": ("quantity", "qty"),
    "omit": ("omit", "omitted"),
    "plate": ("plateid", "plate id"),
    "state": ("flag",),
}
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.0+)?")
_INSTRUMENT_FLAG = re.compile(r"[A-Z][A-Z0-9]{3,}")
_TRUE = frozenset({"true", "1", "yes", "y"})
_TASKS = {
    "unkn": "unknown",
    "unknown": "unknown",
    "sample": "unknown",
    "ntc": "ntc",
    "negative control": "ntc",
    "no template control": "ntc",
    "no template": "ntc",
    "neg ctrl": "ntc",
    "negative": "ntc",
    "neg": "ntc",
    "blank": "ntc",
    "water": "ntc",
    "h2o": "ntc",
    "nac": "ntc",
    "blockedipc": "ntc",
    "blocked ipc": "ntc",
    "no rt": "no_rt",
    "nort": "no_rt",
    "nrt": "no_rt",
    "rt-": "no_rt",
    "-rt": "no_rt",
    "no rt control": "no_rt",
    "irc": "irc",
    "inter-run calibrator": "irc",
    "interrun calibrator": "irc",
    "standard": "standard",
    "std": "standard",
    "ipc": "positive",
    "pc": "positive",
    "pos ctrl": "positive",
    "pos": "positive",
    "positive control": "positive",
    "positive": "positive",
}
_SAMPLE_TASKS = re.compile(r"(ntc|nrt|no[ _-]?rt|rt ?-|-rt|irc|no[ -]template(?: control)?)[ _-]?\d*", re.IGNORECASE)


@dataclass(frozen=True)
class CqTable:
    """A table found in a file: its header, its rows with their number, and where it stands."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, Sequence[str]], ...]
    where: str = "line"  # "line" or "sheet Results, row"
    alleles: Mapping[str, str] = field(default_factory=dict)  # "allele1" -> its name, in genotyping tables
    names: Names = field(default_factory=lambda: APPLIED_BIOSYSTEMS)  # what this program calls its columns

    def column(self, field_name: str) -> int | None:
        """Index of the first column that means ``field_name``; null where the table has none."""
        names = [h.strip().strip('"').lower() for h in self.header]
        return next((names.index(n) for n in self.names.get(field_name, ()) if n in names), None)

    @property
    def has_cq(self) -> bool:
        """Whether a column holds Cq, for one target or per allele."""
        return self.column("cq") is not None or bool(allele_columns(self))

    def texts(self, column: int | None) -> list[str]:
        """Give the stripped cells of a column; empty texts for a missing column or a short row."""
        if column is None:
            return [""] * len(self.rows)
        return [cells[column].strip() if column < len(cells) else "" for _, cells in self.rows]


def is_header(cells: Sequence[str], names: Names = APPLIED_BIOSYSTEMS) -> bool:
    """Whether a line is the header of a table of Cq: it names the well, and a target or Cq."""
    table = CqTable(tuple(cells), (), names=names)
    has_well = table.column("number") is not None or table.column("position") is not None
    has_cq = table.column("cq") is not None
    return has_well and (has_cq or table.column("target") is not None or table.column("snp") is not None)


def wells(table: CqTable, size: int | None) -> list[str | None]:
    """Normalised well of each row, from its position or its number; null where it names none."""
    positions, numbers = table.texts(table.column("position")), table.texts(table.column("number"))
    counted = [int(float(n)) for n in numbers if _NUMBER.fullmatch(n)]
    if size not in PLATE_SHAPES:
        size = _LARGE_PLATE if counted and max(counted) > _SMALL_PLATE else _SMALL_PLATE
    shape = size

    def well(place: str, number: str) -> str | None:
        if place:
            return well_name(place)
        if _NUMBER.fullmatch(number):
            return well_of_number(int(float(number)), shape)
        return well_name(number)

    return [well(p, n) for p, n in zip(positions, numbers, strict=True)]


def allele_columns(table: CqTable) -> list[tuple[str, int]]:
    """Cq columns of a genotyping table, by allele."""
    found = [(re.fullmatch(r"(allele ?\d)[ _](?:ct|cq|crt)", h.strip().lower()), i) for i, h in enumerate(table.header)]
    return [(match[1].replace(" ", ""), i) for match, i in found if match]


def targets(table: CqTable, named: str | None) -> Iterable[tuple[list[str], list[str]]]:
    """Target and Cq text of every row: once, or once per allele of a genotyping table.

    ``named`` is the target where the table has no column for it.
    """
    cq = table.column("cq")
    if cq is None:
        assays = table.texts(table.column("snp"))
        for allele, column in allele_columns(table):
            name = table.alleles.get(allele, allele.replace("allele", "Allele "))
            yield [f"{a}-{name}" if a else "" for a in assays], table.texts(column)
        return
    printed = table.texts(table.column("target"))
    if table.column("target") is None and named:
        printed = [named] * len(table.rows)
    yield printed, table.texts(cq)


def task(printed: str, sample: str) -> str:
    """Role of a well; the sample's name tells where a plain target well holds a control."""
    word = printed.strip().lower().replace("_", " ")
    word = re.sub(r"-\d+$", "", word)  # CFX numbers its contents: Unkn-1, Std-01
    if _TASKS.get(word, "unknown") != "unknown":
        return _TASKS[word]
    if word.startswith("pc "):  # PC_ALLELE_1: a genotyping control
        return "positive"
    named = _SAMPLE_TASKS.fullmatch(sample.strip())
    if not named:
        return "unknown"
    name = named[1].lower()
    return "irc" if name == "irc" else "ntc" if name.startswith(("ntc", "no t", "no-t")) else "no_rt"


def flags(table: CqTable) -> list[str]:
    """``omitted``, or the instrument's flags that are set, per row."""
    omitted = [t.lower() in _TRUE for t in table.texts(table.column("omit"))]
    columns = [i for i, h in enumerate(table.header) if _INSTRUMENT_FLAG.fullmatch(h.strip())]
    states = [s.lower() if s.lower() == "flagged" else "" for s in table.texts(table.column("state"))]
    flags = []
    for (_, cells), is_omitted, state in zip(table.rows, omitted, states, strict=True):
        own = [table.header[i].strip().lower() for i in columns if i < len(cells) and cells[i].strip() == "Y"]
        flags.append("omitted" if is_omitted else ";".join([*filter(None, [state]), *own]))
    return flags


def unread(table: CqTable) -> list[str]:
    """Columns that the vendor prints and core.qpcr_wells does not hold."""
    read = {table.column(f) for f in table.names} | {i for _, i in allele_columns(table)}
    flags = {i for i, h in enumerate(table.header) if _INSTRUMENT_FLAG.fullmatch(h.strip())}
    return [h.strip() for i, h in enumerate(table.header) if i not in read | flags and h.strip()]
