"""Gene sets as GMT text: one set a line, id and name in either order, then its genes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from schemas.errors import Problem, bad_input, warning
from tasks.contracts import RawFile
from tasks.methods.delimited import text_of
from tasks.methods.excel_damage import damage_words, excel_damaged
from tasks.methods.problem_lists import several
from tasks.methods.report_words import counted
from tasks.methods.workbooks import is_workbook

# GO:0006915, R-HSA-109581, WP254, hsa04110, map04110, HP:0000118, PWY-101, SMP0000001, MP:0000001, H01234
_ID = (
    r"^(?:[A-Za-z]{2,10}:[A-Za-z]{0,4}[0-9]+|R-[A-Z]{3}-[0-9]+(?:\.[0-9]+)?|WP[0-9]+(?:_[0-9r]+)?|[a-z]{3,4}[0-9]{5}"
    r"|SMP[0-9]{5,}|P[0-9]{5}|M[0-9]+(?:\.[0-9]+)?|PWY[A-Z0-9]*-[0-9]+)$"
)
_ID_IN_NAME = r"[\s_(]*\(?\b(GO:[0-9]{7}|R-[A-Z]{3}-[0-9]+|WP[0-9]+|HP:[0-9]{7}|hsa[0-9]{5})\)?$"
_NO_NAME = r"^(?i:|-|na|n/a|null|none|https?://.*|>.*)$"
_WEIGHT = r",[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?$"  # Enrichr's fuzzy sets: TP53,1.0
_SHARE = 0.8
_NUMBERS = 0.5  # share of genes that are numbers or Ensembl ids above which people should look
_COMMENT = re.compile(r"^[#!]\s*(version|date-version|release|licen[cs]e|source)\s*[:=\t]\s*(.+)$", re.IGNORECASE)
_REMEDY = "Name a GMT file: one set a line, its id, its name and its genes, separated by tabs."


@dataclass(frozen=True)
class GeneSets:
    """Sets of one file: rows of set_id, set_name, symbol; comments by their word; what people should know."""

    rows: pl.DataFrame
    empty_count: int
    about: Mapping[str, str]
    problems: tuple[Problem, ...]


def read_gmt(raw: RawFile) -> GeneSets:
    """Read all sets of a GMT file, plain or gzipped.

    ``rows`` are sorted by set and gene, each once. Which of the first two columns is the id is told
    by how they look (Reactome puts the name first); ids at the end of names (Enrichr) are taken out.
    Sets without a gene are left out and counted, sets of the same id joined; both are told.
    Raises ``BadInputError`` for what is no GMT.
    """
    if is_workbook(raw.head):
        raise bad_input(raw.name, "", "no_gene_sets", "the file is a workbook, expected GMT text", _REMEDY)
    text = text_of(raw, "GMT text")
    lines = pl.DataFrame({"text": text.split("\n")}).with_row_index("line", 1)
    comments = lines.filter(pl.col("text").str.contains(r"^[#!]"))["text"].to_list()
    lines = lines.filter(pl.col("text").str.strip_chars().ne("") & ~pl.col("text").str.contains(r"^[#!]"))
    cells = lines.with_columns(pl.col("text").str.splitn("\t", 3).struct.rename_fields(["a", "b", "genes"]))
    cells = cells.unnest("text").with_columns(pl.col("a", "b").str.strip_chars().str.strip_chars('"'))
    _refuse_others(raw, cells)
    cells = _named(cells)
    genes = cells.select("line", "set_id", "set_name", pl.col("genes").fill_null("").str.split("\t")).explode("genes")
    genes = genes.select(
        "line",
        "set_id",
        "set_name",
        pl.col("genes").str.strip_chars().str.strip_chars('"').str.replace(_WEIGHT, "").alias("symbol"),
    ).filter(pl.col("symbol") != "")
    names = cells.unique("set_id", keep="first").select("set_id", pl.col("set_name"))
    rows = genes.select("set_id", "symbol").unique().join(names, on="set_id", how="left")
    rows = rows.select("set_id", "set_name", "symbol").sort("set_id", "symbol")
    empty = cells.join(genes, on="line", how="anti")
    problems = (*_set_problems(raw, cells, empty), *_gene_problems(raw, genes))
    return GeneSets(rows, empty["set_id"].n_unique(), _about(comments), problems)


def _refuse_others(raw: RawFile, cells: pl.DataFrame) -> None:
    """Raise for text of another kind: no tabs, or lines of one cell."""
    if cells.is_empty():
        raise bad_input(raw.name, "", "no_gene_sets", "the file holds no line with a gene set", _REMEDY)
    lone = cells.filter(pl.col("b").is_null() | (pl.col("a") == ""))
    if lone.height:
        line, found = lone["line"][0], lone["a"][0] or ""
        what = "begins with a tab" if not found else "has no tab"
        others = f", as {lone.height - 1} more" if lone.height > 1 else ""
        message = f"the line {what}{others}; expected the set's id, its name and its genes, separated by tabs"
        raise bad_input(raw.name, f"line {line}", "no_gene_sets", message, _REMEDY, found[:60])
    if cells["genes"].is_null().all():
        message = "no line has a gene: all have two columns"
        raise bad_input(raw.name, f"line {cells['line'][0]}", "no_gene_sets", message, _REMEDY)


def _named(cells: pl.DataFrame) -> pl.DataFrame:
    """Add ``set_id`` and ``set_name``, whichever column they stand in."""
    first, second = (float(cells[c].str.contains(_ID).mean() or 0) for c in ("a", "b"))  # type: ignore[arg-type]
    a, b, given = pl.col("a"), pl.col("b"), ~pl.col("b").str.contains(_NO_NAME)
    if second >= _SHARE and first < second:
        return cells.with_columns(pl.when(given).then(b).otherwise(a).alias("set_id"), a.alias("set_name"))
    within = a.str.extract(_ID_IN_NAME, 1)
    if first < _SHARE and float(cells.select(within.is_not_null().mean()).item() or 0) >= _SHARE:
        plain = a.str.replace(_ID_IN_NAME, "")
        return cells.with_columns(
            within.fill_null(a).alias("set_id"), pl.when(plain == "").then(a).otherwise(plain).alias("set_name")
        )
    return cells.with_columns(a.alias("set_id"), pl.when(given).then(b).otherwise(a).alias("set_name"))


def _set_problems(raw: RawFile, cells: pl.DataFrame, empty: pl.DataFrame) -> list[Problem]:
    found = []
    twice = cells.filter(pl.col("set_id").is_duplicated())
    if twice.height:
        ids = twice["set_id"].unique(maintain_order=True).to_list()
        lines = twice.filter(set_id=ids[0])["line"].to_list()
        at = f"lines {', '.join(map(str, lines[:3]))}"
        message = f"{counted(len(ids), 'set stands', 'sets stand')} more than once ({several(ids)}); "
        message += "their genes are taken together"
        remedy = "Keep one line a set, or give them different ids."
        found.append(warning(raw.name, at, "duplicate_gene_set", message, remedy, ids[0]))
    if empty.height:
        ids = empty["set_id"].to_list()
        message = f"{counted(len(ids), 'set has', 'sets have')} no gene ({several(ids)}): left out"
        remedy = "Nothing is to be done, unless the file was cut."
        found.append(warning(raw.name, f"line {empty['line'][0]}", "empty_gene_set", message, remedy, ids[0]))
    return found


def _gene_problems(raw: RawFile, genes: pl.DataFrame) -> list[Problem]:
    found = []
    symbols = genes["symbol"].unique(maintain_order=True)
    numbers, ensembl = (symbols.str.contains(p) for p in (r"^[0-9]+$", r"^ENS[A-Z]*G[0-9]+"))
    for share, what in ((numbers.mean(), "numbers (Entrez ids?)"), (ensembl.mean(), "Ensembl ids")):
        if isinstance(share, float) and share > _NUMBERS:
            message = f"the genes are {what}, where symbols were expected: few will be found in the study"
            remedy = "Take the collection's file with gene symbols."
            found.append(warning(raw.name, "", "no_symbols", message, remedy, str(symbols[0])))
    damaged = [value for _, value in excel_damaged(symbols.filter(~numbers).to_list())]
    if damaged:
        line = genes.filter(symbol=damaged[0])["line"][0]
        message = f"{damage_words(len(damaged), 'gene')} ({several(damaged)})"
        remedy = "Take the file from its source again and do not open it in Excel."
        found.append(warning(raw.name, f"line {line}", "excel_damaged_name", message, remedy, damaged[0]))
    return found


def _about(comments: list[str]) -> dict[str, str]:
    """Version, licence and source of comment lines such as ``# version: 2026-01``."""
    found: dict[str, str] = {}
    for line in comments:
        if match := _COMMENT.match(line.strip()):
            word = match[1].lower().replace("license", "licence").replace("date-version", "version")
            found.setdefault("version" if word == "release" else word, match[2].strip())
    return found


def gmt_text(sets: pl.DataFrame, about: Mapping[str, str]) -> str:
    """Sets as GMT text that ``read_gmt`` reads back: comments of version, licence and source, then one set a line.

    ``sets``: set_id, set_name, symbol. Lines are sorted by id and genes by symbol, so that the same sets are the same
    text.
    """
    lines = (
        sets.sort("set_id", "symbol")
        .group_by("set_id", maintain_order=True)
        .agg(pl.col("set_name").first().str.replace_all(r"\s+", " "), pl.col("symbol").str.join("\t"))
        .select(pl.concat_str("set_id", "set_name", "symbol", separator="\t"))
        .to_series()
    )
    return "".join(f"{line}\n" for line in (*(f"# {key}: {value}" for key, value in about.items()), *lines))
