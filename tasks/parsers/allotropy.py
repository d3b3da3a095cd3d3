"""Vendors beyond our own readers, read by allotropy where it is installed (``benchlake[allotropy]``).

It is asked last: for a file whose assay files.csv declares and that no other parser claims. What it read is recorded
as ``allotropy:VERSION:VENDOR``, and read anew as soon as another parser claims the file.
"""

from __future__ import annotations

import importlib
import io
import json
import warnings
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from zipfile import BadZipFile

from schemas.errors import BadInputError, bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile, parsers
from tasks.methods.asm_documents import count_rows, plate_texts, technique, unread_paths
from tasks.methods.counted_cells import TABLE, count_frame, count_problems
from tasks.methods.lines import read_content
from tasks.methods.plate_readings import OPTIONS, plate_wells
from tasks.methods.text import decode, is_binary
from tasks.methods.workbook_limits import refuse_bombs
from tasks.methods.workbooks import is_workbook

NAME = "allotropy"
_TECHNIQUES = {"cell_viability": "plate reader", "cell_counts": "cell counting"}
_ENDINGS = ("csv", "tsv", "txt", "xls", "xlsx")
_REMEDY = "Export the run again as the vendor's own text or workbook, or as a list with the columns well and value."
# what a library that reads any vendor's files raises for those that it cannot read
_REFUSALS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, OSError, EOFError)


@cache
def installed() -> str | None:
    """Version of allotropy; null where it is not installed."""
    try:
        return version(NAME)
    except PackageNotFoundError:
        return None


def claims(raw: RawFile, context: Context) -> bool:
    """Whether allotropy is here, reads the declared assay and this kind of file, and nobody else claims it."""
    return (
        installed() is not None
        and context.assay in _TECHNIQUES
        and raw.suffix.removeprefix(".") in _ENDINGS
        and not any(p.claims(raw, context) for p in parsers().values() if p.name != NAME)
    )


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read what allotropy finds into ``core.plate_wells`` or ``core.cell_counts``.

    Fields of its document that no table holds are listed as unread. Raises ``BadInputError`` for what allotropy cannot
    read, and for documents of another technique than the declared assay's.
    """
    vendor, document = _document(raw, read_content(raw, NAME))
    wanted = _TECHNIQUES[context.assay or ""]
    if technique(document) != wanted:
        found = technique(document) or "nothing it knows"
        message = f"allotropy reads it as {vendor}: {found}; a file of a {wanted} was expected"
        raise bad_input(raw.name, "", "other_technique", message, "Correct the assay in files.csv.", vendor)
    try:
        parsed = _parsed(raw, context, document, wanted)
    except BadInputError:
        raise
    except _REFUSALS as error:
        raise _unreadable(raw, f"its document of {vendor} lacks something ({type(error).__name__}: {error})") from error
    return Parsed(
        parsed.frames, parsed.problems, unread_paths(document), read_by=f"{NAME}:{installed()}:{vendor.lower()}"
    )


def _parsed(raw: RawFile, context: Context, document: dict[str, Any], wanted: str) -> Parsed:
    if wanted == "plate reader":
        texts, words = plate_texts(document, context.row)
        return plate_wells(texts, raw, context, remedy=_REMEDY, words=words)
    rows = count_rows(document)
    if not rows:
        raise _unreadable(raw, "it found no counted sample")
    counts = count_frame(rows, context)
    return Parsed({TABLE: counts}, tuple(count_problems(counts, raw, context)))


def _document(raw: RawFile, content: bytes) -> tuple[str, dict[str, Any]]:
    """Vendor and document of a file. Raises ``BadInputError`` where allotropy gives none."""
    refuse_bombs(content, raw.name)
    conversions = importlib.import_module("allotropy.to_allotrope")  # two seconds: only for the files that need it
    errors = importlib.import_module("allotropy.exceptions")
    name = raw.name.rsplit("/", 1)[-1].removesuffix(".gz")
    is_text = not is_workbook(content) and not is_binary(content)
    content = decode(content).encode() if is_text else content  # allotropy expects UTF-8
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pandas warns of what allotropy asks of it
            vendor = conversions.vendor_from_io(io.BytesIO(content), name)
            document = conversions.allotrope_from_io(io.BytesIO(content), name, vendor)
    except (*_REFUSALS, errors.AllotropyError, BadZipFile, RuntimeError) as error:
        raise _unreadable(raw, f"it says {str(error)[:200]!r}") from error
    whole: dict[str, Any] = json.loads(json.dumps(document))
    return str(vendor.value), whole


def _unreadable(raw: RawFile, what: str) -> BadInputError:
    message = f"no reader of ours knows the file, and allotropy cannot read it: {what}".replace("\n", " ")
    return bad_input(raw.name, "", "unreadable_file", message, _REMEDY)


PARSER = Parser(
    name=NAME,
    version=f"1+{installed()}" if installed() else "1",
    product="a vendor known to allotropy",
    assays=tuple(_TECHNIQUES) if installed() else (),
    claims=claims,
    parse=parse,
    options=OPTIONS,
    is_generic=True,
)
