"""Applied Biosystems SDS 1.x and 2.x text exports, and TaqMan low-density array tables without header."""

from __future__ import annotations

import re

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.cq_exports import OPTIONS, Rows, described, find_table, parsed, run_of
from tasks.methods.cq_tables import CqTable
from tasks.methods.lines import read_lines
from tasks.methods.signatures import SDS, recognise

ASSAY = "qpcr"
_CARD = ("Well", "Group", "Well Position", "Flag", "Sample", "Detector", "Task", "Ct")


def claims(raw: RawFile, context: Context) -> bool:
    """Whether an SDS program wrote the file."""
    return context.assay in (None, ASSAY) and recognise(raw.head, raw.name) == SDS


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the table Well, Sample, Detector, Task, Ct into ``core.qpcr_wells``.

    Wells are numbers, counted row by row on a plate of study.yaml's ``qpcr.plate_size``;
    without it of 96 wells, or of 384 when a number is above 96. Array cards print no
    header: their columns are known by position. Raises ``BadInputError`` when there is no
    table, it is cut off, or a well number is not on the plate.
    """
    rows = read_lines(raw, SDS)
    if _is_card(rows):
        body = tuple((i + 1, cells) for i, cells in enumerate(rows) if any(c.strip() for c in cells))
        width = max(len(cells) for _, cells in body)
        return parsed(CqTable(_CARD + ("",) * (width - len(_CARD)), body), run_of({}, raw, context))
    found = find_table(rows)
    if found is None:
        raise bad_input(
            raw.name,
            f"line {len(rows)}",
            "no_results",
            "no table with the columns Well, Detector and Ct was found up to the end of the file",
            "Export the results again from SDS as tab-delimited text.",
        )
    table, header = found
    return parsed(table, run_of(described(rows, header, table), raw, context))


def _is_card(rows: Rows) -> bool:
    """Whether the first line already is a well: number, group, well name, flag, sample, detector, task, Ct."""
    first = rows[0]
    return len(first) >= len(_CARD) and first[0].strip() == "1" and bool(re.fullmatch(r"A0?1", first[2].strip()))


PARSER = Parser(
    name="sds",
    version="3",
    product=SDS,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
