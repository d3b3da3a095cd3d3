"""Tables of gene aliases: alias and symbol in two columns, HGNC's complete set, NCBI's gene_info."""

from __future__ import annotations

import polars as pl

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.target_tables import read_targets

ASSAY = "gene_aliases"
TABLE = "core.gene_aliases"
_SYMBOL = ("symbol", "approved_symbol", "gene_symbol", "official_symbol", "hgnc_symbol")
_ALIASES = (
    *("alias", "aliases", "alias_symbol", "alias_symbols", "prev_symbol", "previous_symbol", "previous_symbols"),
    *("synonyms", "synonym", "alias_name"),
)


def claims(raw: RawFile, context: Context) -> bool:  # noqa: ARG001  # what study.yaml names may be anything
    """Whether the study says that the file holds aliases of genes."""
    return context.assay == ASSAY


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every alias with its symbol, lists (``A|B``, ``A, B``) taken apart; a symbol is its own alias.

    Raises ``BadInputError`` for a table without a column of symbols or of aliases.
    """
    del context
    table = read_targets(raw, [*_SYMBOL, *_ALIASES])
    symbol, given = table.column(_SYMBOL), [name for name in _ALIASES if name in table.names]
    if symbol is None or not given:
        message = f"the table has no columns alias and symbol; its columns are {', '.join(table.titles)[:200]}"
        raise bad_input(raw.name, "first row", "no_aliases", message, "Name the columns alias and symbol.")
    lists = [
        table.frame.select(pl.col(name).str.split("|").alias("alias"), pl.col(symbol).alias("symbol")) for name in given
    ]
    rows = pl.concat(lists).explode("alias")
    rows = rows.with_columns(pl.col("alias").str.split(", ")).explode("alias")
    rows = rows.with_columns(pl.col("alias").str.strip_chars()).drop_nulls().filter(pl.col("alias") != "")
    own = table.frame.select(pl.col(symbol).alias("alias"), pl.col(symbol).alias("symbol")).drop_nulls()
    return Parsed({TABLE: pl.concat([rows, own]).unique().sort("alias", "symbol")})


PARSER = Parser(
    name="gene_aliases",
    version="1",
    product="a table of gene aliases",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    is_generic=True,
)
