"""Genes of a GTF or GFF3 file: id, symbol and biotype."""

from __future__ import annotations

import re

import polars as pl

from schemas.errors import bad_input
from tasks.contracts import RawFile
from tasks.methods.text import decode, is_binary

_WIDTH = 9
COLUMNS = ("seqid", "source", "type", "start", "end", "score", "strand", "phase", "attributes")
_ROW = re.compile(
    r"^[^\t#]+\t[^\t]*\t[^\t]+\t\d+\t\d+\t[^\t]*\t[+.?-]\t[^\t]*\t[^\t]*(?:gene_id|ID|Parent)[ =]", re.MULTILINE
)
_GENE_TYPES = r"gene$"  # gene, ncRNA_gene, miRNA_gene; pseudogene
_ID = ("gene_id", "ID", "Name")
_SYMBOL = ("gene_name", "Name", "gene")
_BIOTYPE = ("gene_biotype", "gene_type", "biotype")
_NO_PREFIX = r"^(?:gene|rna)[:-]"


def is_gene_annotation(raw: RawFile) -> bool:
    """Whether a file is a GTF or GFF3: nine columns, of which the last has attributes."""
    return not is_binary(raw.head) and _ROW.search(decode(raw.head)) is not None


def read_genes(raw: RawFile) -> pl.DataFrame:
    """Columns feature_id, symbol, biotype, one row a gene, in the order of the file.

    Rows of genes count; files without them (Ensembl's old ones) name the gene in every row. Ids of GFF3 lose their
    ``gene:``. Raises ``BadInputError`` for a file that cannot be read as nine columns.
    """
    try:
        lines = pl.scan_csv(
            raw.path,
            separator="\t",
            has_header=False,
            comment_prefix="#",
            quote_char=None,
            schema=dict.fromkeys(COLUMNS, pl.String),
            glob=False,
        ).select("type", "attributes")
        genes = lines.filter(pl.col("type").str.contains(_GENE_TYPES)).collect()
        frame = genes if genes.height else lines.filter(pl.col("attributes").str.contains("gene_id")).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise bad_input(
            raw.name,
            "",
            "unreadable_annotation",
            f"the file begins as GTF or GFF3 but cannot be read as nine columns ({str(error).splitlines()[0][:120]})",
            "Download the annotation again; do not open it in a spreadsheet.",
        ) from error
    columns = {"feature_id": _ID, "symbol": _SYMBOL, "biotype": _BIOTYPE}
    return (
        frame.select(pl.coalesce(attribute(name) for name in names).alias(key) for key, names in columns.items())
        .with_columns(pl.col("feature_id").str.replace(_NO_PREFIX, ""))
        .drop_nulls("feature_id")
        .unique("feature_id", keep="first", maintain_order=True)
    )


def attribute(name: str) -> pl.Expr:
    """An attribute as GTF (``name "value"``) or GFF3 (``name=value``) writes it."""
    return pl.col("attributes").str.extract(rf'(?:^|;\s*){name}(?:=| +)"?([^";]+?)"?\s*(?:;|$)')
