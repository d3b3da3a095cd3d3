"""Applied Biosystems QuantStudio, ViiA 7 and StepOne exports: txt, csv, xlsx and xls."""

from __future__ import annotations

from dataclasses import replace

from schemas.errors import BadInputError, bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.cq_exports import (
    OPTIONS,
    Rows,
    curve_sheets,
    described,
    find_table,
    parsed,
    run_of,
    section,
    table_at,
    unread_sheets,
)
from tasks.methods.lines import read_content, read_lines
from tasks.methods.signatures import QUANTSTUDIO, recognise_file
from tasks.methods.workbooks import is_workbook, read_sheets, sheet_names

ASSAY = "qpcr"
_REMEDY = 'Export the experiment again from the QuantStudio software and tick "Results".'
_CURVES = ("amplification data", "melt curve raw data")
_REPEATED = frozenset(
    {
        *("well", "well position", "sample name", "target name", "snp assay name", "task", "reporter", "quencher"),
        *("quantity", "comments", "allele1 name", "allele2 name"),
    }
)
_SHEETS = ("results", "sample setup", *_CURVES)


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the QuantStudio software wrote the file, as text or workbook."""
    return context.assay in (None, ASSAY) and recognise_file(raw) == QUANTSTUDIO


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the results table into ``core.qpcr_wells``; genotyping results give one row per allele.

    The table stands in the section ``[Results]``, on the sheet ``Results``, or, in csv
    files, below the header lines. Raises ``BadInputError`` when it is missing, cut off, or
    has no column for wells or Cq.
    """
    if is_workbook(read_content(raw, QUANTSTUDIO)):
        return _parse_workbook(raw, context)
    rows = read_lines(raw, QUANTSTUDIO)
    results = section(rows, "Results")
    found = find_table(rows, start=results or 0)
    if found is None or (results is None and _sections(rows)):
        raise _no_results(rows, results, raw.name)
    table, header = found
    setup = section(rows, "Sample Setup")
    alleles = _alleles(rows, setup + 1) if setup is not None else {}
    sections = [at for name in _CURVES if (at := section(rows, name)) is not None and at + 1 < len(rows)]
    curves = [table_at(rows, at + 1) for at in sections]
    result = parsed(replace(table, alleles=alleles), run_of(described(rows, header, table), raw, context), curves)
    left = [f"section {name}" for name in _sections(rows) if name.strip("[]").lower() not in _SHEETS]
    if setup is not None:
        left += _unread_of_setup(rows[setup + 1 :])
    return replace(result, unread=(*result.unread, *left))


def _parse_workbook(raw: RawFile, context: Context) -> Parsed:
    sheets = read_sheets(raw.content, raw.name, lambda n: n.strip().lower() in _SHEETS)
    by_name = {name.strip().lower(): (name, rows) for name, rows in sheets.items()}
    name, rows = by_name.get("results", ("", []))
    found = find_table(rows, f"sheet {name}, row")
    if found is None:
        raise bad_input(
            raw.name,
            f"sheet {name}" if name else "",
            "no_results",
            ("the sheet has no table with wells and Cq" if name else 'the workbook has no sheet "Results"')
            + f"; its sheets are {', '.join(sheet_names(raw.content, raw.name))}",
            _REMEDY,
        )
    table, header = found
    _, setup = by_name.get("sample setup", ("", []))
    curves = curve_sheets(sheets, _CURVES)
    result = parsed(
        replace(table, alleles=_alleles(setup, 0)), run_of(described(rows, header, table), raw, context), curves
    )
    return replace(result, unread=(*result.unread, *unread_sheets(raw, sheets), *_unread_of_setup(setup)))


def _unread_of_setup(rows: Rows) -> list[str]:
    """Columns of the sample setup that the results do not repeat."""
    header = next((c for c in rows if c and c[0].strip().lower() == "well"), ())
    return [f"Sample Setup: {c.strip()}" for c in header if c.strip() and c.strip().lower() not in _REPEATED]


def _alleles(rows: Rows, start: int) -> dict[str, str]:
    """Names of the two alleles, from the sample setup of a genotyping run."""
    for index in range(start, len(rows)):
        header = [c.strip().lower() for c in rows[index]]
        columns = {key: header.index(f"{key} name") for key in ("allele1", "allele2") if f"{key} name" in header}
        if columns:
            body = table_at(rows, index).rows
            names = {key: [c[i].strip() for _, c in body if i < len(c) and c[i].strip()] for key, i in columns.items()}
            return {key: found[0] for key, found in names.items() if found}
    return {}


def _sections(rows: Rows) -> list[str]:
    return [c[0].strip() for c in rows if c and c[0].strip().startswith("[") and c[0].strip().endswith("]")]


def _no_results(rows: Rows, results: int | None, file: str) -> BadInputError:
    sections = ", ".join(_sections(rows)) or "header lines only"
    if results is None:
        return bad_input(
            file,
            f"line {len(rows)}",
            "no_results",
            f'there is no section "[Results]"; the file has {sections}',
            _REMEDY,
        )
    columns = ", ".join(c for c in (rows[results + 1] if results + 1 < len(rows) else []) if c.strip()) or "nothing"
    return bad_input(
        file,
        f"line {results + 2}",
        "no_results",
        f'below "[Results]" a table with the columns Well and CT (or Cq, Crt) was expected; found {columns[:200]}',
        _REMEDY,
    )


PARSER = Parser(
    name="quantstudio",
    version="3",
    product=QUANTSTUDIO,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
