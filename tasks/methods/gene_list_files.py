"""Lists of genes as text or workbook: one gene a line, or a table with a column of symbols or ids."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from schemas.errors import Problem, bad_input, warning
from tasks.contracts import RawFile
from tasks.methods.delimited import text_of
from tasks.methods.excel_damage import damage_words, excel_damaged
from tasks.methods.problem_lists import several
from tasks.methods.report_words import counted
from tasks.methods.target_tables import plain
from tasks.methods.workbooks import is_workbook, read_sheets

_SYMBOL = (
    *("symbol", "gene_symbol", "genesymbol", "hgnc_symbol", "approved_symbol", "official_symbol", "symbols"),
    *("official_gene_symbol", "gene_name", "genename", "external_gene_name", "gene", "genes"),
)
_ID = ("gene_id", "geneid", "ensembl_gene_id", "ensembl_id", "ensembl", "ensembl_gene", "feature_id")
_CHINESE = {"基因": "gene", "基因名": "gene_name", "基因名称": "gene_name", "基因符号": "gene_symbol"}
_NOTHING = frozenset({"", "NA", "N/A", "na", "-", "NULL", "null", "None", "NaN"})
_COMMENT = ("#", "!")
_REMEDY = "Write one gene a line, or name the column symbol (or gene_id)."
Row = tuple[int, Sequence[str]]  # line and cells


@dataclass(frozen=True)
class GeneListFile:
    """Genes of a file, each once: symbol and line; what people should know of it."""

    rows: pl.DataFrame
    problems: tuple[Problem, ...]


def read_gene_list(raw: RawFile) -> GeneListFile:
    """Read the genes of a list; ``line`` counts from 1, in a workbook it is the row of the first sheet.

    A table is one whose first row names a column of symbols or ids (a row without symbol goes by its id); other text
    has a gene on each line, or all genes on its only one. Lines that begin with # or ! are comments, as is what
    follows a blank and #. Names that a spreadsheet made dates stay as they are, with a warning. Raises
    ``BadInputError`` for a file without a gene, and for a table without such a column.
    """
    tables = _sheet(raw) if is_workbook(raw.head) else [_records(raw, mark) for mark in "\t;,"]
    rows = next((t for t in tables if t and _columns(t[0][1])), None)
    found = _listed(raw, tables) if rows is None else _of_table(rows)
    named = [(line, gene) for line, gene in found if gene not in _NOTHING]
    if not named:
        raise bad_input(raw.name, "", "no_genes", "the file names no gene", _REMEDY)
    problems = []
    if len(named) < len(found):
        empty = next(line for line, gene in found if gene in _NOTHING)
        message = (
            f"{counted(len(found) - len(named), 'row names no gene and is', 'rows name no gene and are')} left out"
        )
        problems.append(warning(raw.name, f"line {empty}", "genes_left_out", message, "Complete them, if they matter."))
    frame = pl.DataFrame(named, schema={"line": pl.Int64, "symbol": pl.String}, orient="row")
    frame = frame.unique("symbol", keep="first", maintain_order=True)
    return GeneListFile(frame.select("symbol", "line"), (*problems, *_damaged(raw, frame)))


def _damaged(raw: RawFile, frame: pl.DataFrame) -> Iterable[Problem]:
    lines, names = frame["line"].to_list(), frame["symbol"].to_list()
    found = [(lines[at], value) for at, value in excel_damaged(names)]
    if found:
        shown = several([f"{value} on line {line}" for line, value in found])
        message = f"{damage_words(len(found), 'gene')} ({shown})"
        remedy = "Write the gene symbols, e.g. SEPTIN1 for 1-Sep, MARCHF1 for 1-Mar."
        yield warning(raw.name, f"line {found[0][0]}", "excel_damaged_name", message, remedy, found[0][1])


def _records(raw: RawFile, separator: str) -> list[Row]:
    """Rows of a text that are no comment; quotation marks that do not pair are letters."""
    text = text_of(raw, "a list of genes")
    try:
        return list(_rows(csv.reader(io.StringIO(text), delimiter=separator, strict=True)))
    except csv.Error:
        bare = csv.reader(io.StringIO(text), delimiter=separator, quoting=csv.QUOTE_NONE)
        return [(line, [cell.strip('"') for cell in cells]) for line, cells in _rows(bare)]


def _rows(reader: Any) -> Iterator[Row]:  # noqa: ANN401 - the csv module's reader has no public type
    line = 0
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped) and not stripped[0].startswith(_COMMENT):
            yield line + 1, stripped
        line = reader.line_num


def _sheet(raw: RawFile) -> list[list[Row]]:
    sheets = read_sheets(raw.content, raw.name)
    cells = next((rows for rows in sheets.values() if any(any(row) for row in rows)), [])
    rows = [(line, [cell.strip() for cell in row]) for line, row in enumerate(cells, 1)]
    return [[(line, row) for line, row in rows if any(row) and not row[0].startswith(_COMMENT)]]


def _columns(header: Sequence[str]) -> list[int]:
    """Columns of symbols, then of ids, that a header names."""
    names = [_CHINESE.get(cell, plain(cell)) for cell in header]
    picked = [next((names.index(n) for n in wanted if n in names), None) for wanted in (_SYMBOL, _ID)]
    return [at for at in picked if at is not None]


def _of_table(rows: Sequence[Row]) -> list[tuple[int, str]]:
    columns = _columns(rows[0][1])
    found = []
    for line, cells in rows[1:]:
        given = [cells[at] for at in columns if at < len(cells) and cells[at] not in _NOTHING]
        found.append((line, given[0] if given else ""))
    return found


def _listed(raw: RawFile, tables: Sequence[Sequence[Row]]) -> list[tuple[int, str]]:
    """Genes of a text without a header."""
    if all(len(rows) == 1 for rows in tables):
        line, cells = max((rows[0] for rows in tables), key=lambda row: len(row[1]))
        genes = cells if len(cells) > 1 else cells[0].partition(" #")[0].split()
        return [(line, gene) for gene in genes if gene]
    wide = next((rows for rows in tables if sum(len(_filled(cells)) > 1 for _, cells in rows) * 2 > len(rows)), None)
    if wide is not None:
        message = f"the table has no column symbol or gene_id; its first row is {several(wide[0][1])}"
        raise bad_input(raw.name, f"line {wide[0][0]}", "no_genes", message, _REMEDY)
    return [(line, cells[0].partition(" #")[0].strip().strip(",;")) for line, cells in tables[0]]


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if cell]
