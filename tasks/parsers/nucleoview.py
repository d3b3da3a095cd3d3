"""ChemoMetec NucleoView exports (NC-200, NC-202): one cassette a file, as key and value lines."""

from __future__ import annotations

import re

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.counted_cells import TABLE, at_least_zero, count_frame, count_problems, percent
from tasks.methods.file_samples import sample_of
from tasks.methods.instrument_times import iso_times
from tasks.methods.lines import read_content
from tasks.methods.numbers import decimal_mark, read_numbers
from tasks.methods.signatures import NUCLEOVIEW, recognise
from tasks.methods.text import decode

ASSAY = "cell_counts"
_REMEDY = "Export the result again from NucleoView as csv."
_KEYS = {
    "percent_viable": ("viability (%)",),
    "viable_concentration_per_ml": ("live (cells/ml)",),
    "concentration_per_ml": ("total (cells/ml)",),
    "diameter_um": ("estimated cell diameter (um)", "diameter (um)"),
    "dilution": ("multiplication factor", "dilution factor"),
}
_SAMPLE, _IMAGE, _TIME = "sample id", "image", ("date time", "time (utc)", "time")
_USED = (*(key for keys in _KEYS.values() for key in keys), _SAMPLE, _IMAGE, *_TIME, "status")
_REMARK = re.compile(r"(?P<number>[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)\s*\((?P<remark>[^()]*)\)?")
_WORDS = ("not determined", "n.d.", "nd")


def claims(raw: RawFile, context: Context) -> bool:
    """Whether NucleoView wrote the file."""
    return context.assay in (None, ASSAY) and recognise(raw.head, raw.name) == NUCLEOVIEW


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the cassette into one row of ``core.cell_counts``; NucleoView prints densities, no counts.

    The sample is the line Sample ID, or the end of the picture's name (``20231120-0012-c-NAME``), unless files.csv
    names another. What the counter remarks of a number (``3.58E3 (Out of optimal range)``) is its flag. Raises
    ``BadInputError`` for a file without total density, or with text where a number belongs.
    """
    found = _values(decode(read_content(raw, NUCLEOVIEW)))
    mark = decimal_mark([_REMARK.sub(r"\g<number>", text) for _, text in found.values()], is_grouped=False)
    row: dict[str, object] = {}
    remarks: dict[str, None] = {}
    for column, keys in _KEYS.items():
        key = next((k for k in keys if k in found), keys[0])
        line_of, printed = found.get(key, (0, ""))
        if remark := _REMARK.fullmatch(printed):
            printed = remark["number"]
            remarks[f"{key}: {remark['remark'].strip().lower()}"] = None
        value, flag = read_numbers([printed], mark).row(0)
        if flag == "unreadable" and printed.lower() not in _WORDS:
            message = f"{printed!r} is no number"
            raise bad_input(raw.name, f"line {line_of}, {key}", "not_a_number", message, _REMEDY, printed)
        if flag in ("below_range", "overflow"):
            remarks[f"{key}: {printed}"] = None
        row[column] = percent(value) if column == "percent_viable" else at_least_zero(value)
    if row["concentration_per_ml"] is None:
        message = "the file has no line Total (cells/ml)"
        raise bad_input(raw.name, "", "no_counts", message, _REMEDY)
    image = found.get(_IMAGE, (0, ""))[1]
    written = found.get(_SAMPLE, (0, re.sub(r"^\d{8}-\d+-[a-z0-9]+-", "", image, flags=re.IGNORECASE)))[1]
    row["dilution"] = row["dilution"] or None
    row |= {"field": image or written or raw.name, "sample_name": sample_of(raw, context, written)}
    row["measured_on"] = iso_times([next((found[k][1] for k in _TIME if k in found), "")])[0]
    status = found.get("status", (0, "ok"))[1].lower()
    if status != "ok":
        remarks[f"status: {status}"] = None
    row["flag"] = ";".join(remarks) or None
    counts = count_frame([row], context)
    unread = tuple(key for key in found if key not in _USED)
    return Parsed({TABLE: counts}, tuple(count_problems(counts, raw, context)), unread)


def _values(text: str) -> dict[str, tuple[int, str]]:
    """Line number and text of every key, in small letters; a remark in parentheses may go on in the next line."""
    found: dict[str, tuple[int, str]] = {}
    last = ""
    for number, line in enumerate(text.split("\n"), start=1):
        separator = next((s for s in "\t;" if s in line), "\t")
        key, mark, value = line.partition(separator)
        key = key.strip().rstrip(":").lower().replace("[", "(").replace("]", ")")
        if last and found[last][1].count("(") > found[last][1].count(")") and key:
            found[last] = (found[last][0], f"{found[last][1]} {line.strip(' ;')}")
        elif mark and key and value.strip(" ;\t"):
            last = key if key not in found else ""
            found.setdefault(key, (number, value.strip(" ;\t")))
    return found


PARSER = Parser(
    name="nucleoview",
    version="1",
    product=NUCLEOVIEW,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
