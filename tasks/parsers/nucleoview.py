"""ChemoMetec NucleoView exports: one cassette a file, as key and value lines."""

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
    "percent_viable": "viability (%)",
    "viable_concentration_per_ml": "live (cells/ml)",
    "concentration_per_ml": "total (cells/ml)",
    "diameter_um": "estimated cell diameter (um)",
    "dilution": "multiplication factor",
}
_USED = (*_KEYS.values(), "image", "date time")


def claims(raw: RawFile, context: Context) -> bool:
    """Whether NucleoView wrote the file."""
    return context.assay in (None, ASSAY) and recognise(raw.head, raw.name) == NUCLEOVIEW


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the cassette into one row of ``core.cell_counts``; NucleoView prints densities, no counts.

    The sample is the end of the picture's name (``20231120-0012-c-NAME``) unless files.csv names another. Raises
    ``BadInputError`` for a file without total density, or with text where a number belongs.
    """
    text = decode(read_content(raw, NUCLEOVIEW))
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        key, mark, value = line.partition(";" if ";" in line else "\t")
        if mark and key.strip() and value.strip(" ;"):
            found.setdefault(key.strip().lower(), (number, value.strip(" ;")))
    mark = decimal_mark([value for _, value in found.values()], is_grouped=False)
    row: dict[str, object] = {}
    for column, key in _KEYS.items():
        line_of, printed = found.get(key, (0, ""))
        value, flag = read_numbers([printed], mark).row(0)
        if flag == "unreadable":
            message = f"{printed!r} is no number"
            raise bad_input(raw.name, f"line {line_of}, {key}", "not_a_number", message, _REMEDY, printed)
        row[column] = percent(value) if column == "percent_viable" else at_least_zero(value)
    if row["concentration_per_ml"] is None:
        message = "the file has no line Total (cells/ml)"
        raise bad_input(raw.name, "", "no_counts", message, _REMEDY)
    image = found.get("image", (0, ""))[1]
    written = re.sub(r"^\d{8}-\d+-[a-z0-9]+-", "", image, flags=re.IGNORECASE)
    row["dilution"] = row["dilution"] or None
    row |= {"field": image or raw.name, "sample_name": sample_of(raw, context, written)}
    row["measured_on"] = iso_times([found.get("date time", (0, ""))[1]])[0]
    counts = count_frame([row], context)
    unread = tuple(key for key in found if key not in _USED)
    return Parsed({TABLE: counts}, tuple(count_problems(counts, raw, context)), unread)


PARSER = Parser(
    name="nucleoview",
    version="1",
    product=NUCLEOVIEW,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
