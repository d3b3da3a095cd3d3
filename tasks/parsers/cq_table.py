"""Tables of Cq of no known program: columns sample, target and Cq under their many names, perhaps wells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.cq_exports import OPTIONS, Rows, metadata, parsed, run_of, table_at
from tasks.methods.cq_tables import CqTable, Names
from tasks.methods.delimited import sniff
from tasks.methods.lines import read_lines
from tasks.methods.pages import read_pages
from tasks.methods.signatures import recognise_file
from tasks.methods.workbooks import is_workbook

ASSAY = "qpcr"
PRODUCT = "a table of Cq (columns sample, target, Cq; perhaps well, plate, task, quantity)"
_NAMES: Names = {
    "position": ("well", "well position", "position", "pos", "well_id", "wellposition"),
    "sample": (
        "sample",
        "sample name",
        "sample_name",
        "samplename",
        "sample id",
        "sample_id",
        "sampleid",
        "name",
        "id",
    ),
    "target": (
        *("target", "target name", "target_name", "targetname", "gene", "gene name", "gene_name", "genename"),
        *("gene symbol", "symbol", "detector", "detector name", "assay", "assay name", "primer", "primers"),
        *("amplicon", "feature", "mirna", "marker"),
    ),
    "task": ("task", "type", "content", "role", "sample type", "sample_type", "well type", "welltype"),
    "cq": (
        *("cq", "ct", "cp", "crt", "cт", "cq value", "ct value", "cp value", "cq_value", "ct_value", "c(t)", "c(q)"),
        *("threshold cycle", "quantification cycle", "cycle threshold", "ct (dr)", "ct (drn)", "ct (r)", "take off"),
    ),
    "quantity": (
        *("quantity", "qty", "quantity (copies)", "starting quantity", "starting quantity (sq)", "sq", "conc"),
        *("concentration", "given conc (copies/reaction)", "standard", "copies", "input"),
    ),
    "omit": ("omit", "omitted", "exclude", "excluded"),
    "plate": ("plate", "plate id", "plate_id", "plateid", "plate name", "run"),
}
_SEARCHED = 60  # lines above the table


def claims(raw: RawFile, context: Context) -> bool:
    """Whether a file without any product's signature has a header with a sample, a target and a Cq.

    Where files.csv declares the assay, the target may be missing (its column target may name it) or the sample.
    """
    if context.assay not in (None, ASSAY) or recognise_file(raw) is not None:
        return False
    if is_workbook(raw.head):
        return context.assay == ASSAY
    found = sniff(raw)
    return found is not None and any(_is_header(cells, context) for cells in (found.first, *found.rows[:_SEARCHED]))


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read one row a well, or a repeat where the table names no wells, into ``core.qpcr_wells``.

    Wells may be names (``A1``) or numbers; a number beyond the plate is a running number of the table
    and no well. A table with a plate column has several plates. Raises ``BadInputError`` when no header
    with a Cq is found or a row cannot be read.
    """
    for page in read_pages(raw, PRODUCT) if is_workbook(raw.head) else [None]:
        rows = page.rows if page else _lines(raw)
        at = next((i for i, cells in enumerate(rows[: _SEARCHED + 1]) if _is_header(cells, context)), None)
        if at is not None:
            where = f"sheet {page.name}, row" if page else "line"
            table = _with_places(table_at(rows, at, where, _NAMES))
            run = run_of(metadata(rows[:at]), raw, context)
            return parsed(table, replace(run, has_wells=False, has_codes=False))
    raise bad_input(
        raw.name,
        "",
        "no_results",
        "no line names the columns of a sample, a target and a Cq (or Ct, Cp)",
        "Give the table a first line like sample, target, well, cq.",
    )


def _lines(raw: RawFile) -> Rows:
    """Lines as cells; columns that only spaces separate are told apart too."""
    found = sniff(raw)
    rows = read_lines(raw, PRODUCT)
    if found is None or found.separator != " ":
        return rows
    return [[cell.strip('"') for cell in re.findall(r'"[^"]*"|\S+', ",".join(cells))] for cells in rows]


def _is_header(cells: Sequence[str], context: Context) -> bool:
    table = CqTable(tuple(cells), (), names=_NAMES)
    has_sample, has_target = table.column("sample") is not None, table.column("target") is not None
    has_place = table.column("position") is not None
    if table.column("cq") is None:
        return False
    return (has_sample and has_target) or (context.assay == ASSAY and (has_sample or has_target or has_place))


def _with_places(table: CqTable) -> CqTable:
    """Take numbers of wells for wells only where they count one plate; else they number the rows."""
    at = table.column("position")
    texts = table.texts(at)
    if at is None or not any(texts):
        return replace(table, names={k: v for k, v in table.names.items() if k != "position"})
    numbers = [int(t) for t in texts if t.isdecimal() and len(t) < 5]  # noqa: PLR2004
    if len(numbers) < sum(bool(t) for t in texts):
        return table
    names = {k: v for k, v in table.names.items() if k != "position"}
    if max(numbers) > 384 or 0 in numbers:  # noqa: PLR2004  # no plate of qPCR has more wells
        return replace(table, names=names)
    return replace(table, names=names | {"number": table.names["position"]})


PARSER = Parser(
    name="cq_table",
    version="1",
    product=PRODUCT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
    is_generic=True,
)
