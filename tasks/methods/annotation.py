"""The study's annotation of genes and transcripts."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from schemas.errors import bad_input
from schemas.vocabulary import Library
from tasks.contracts import Context, RawFile
from tasks.methods.biotypes import rna_class
from tasks.methods.delimited import dialect_of
from tasks.methods.delimited_table import read_table
from tasks.methods.feature_ids import are_symbols, unversioned
from tasks.methods.gene_annotation_files import is_gene_annotation, read_genes

FEATURE_COLUMNS = (
    "feature_id",
    "gene_id",
    "geneid",
    "ensgene",
    "ensembl",
    "ensembl_id",
    "ensemblid",
    "ensembl_gene_id",
    "gene_stable_id",
    "id",
)
SYMBOL_COLUMNS = (
    "symbol",
    "gene_name",
    "genename",
    "gene_symbol",
    "genesymbol",
    "hgnc_symbol",
    "external_gene_name",
    "mgi_symbol",
    "name",
    "gene",
)
BIOTYPE_COLUMNS = ("biotype", "gene_biotype", "gene_type", "genetype", "type", "class")
_TRANSCRIPT_COLUMNS = (
    "transcript_id",
    "tx",
    "txname",
    "tx_id",
    "enstxp",
    "target_id",
    "transcript",
    "ensembl_transcript_id",
)
_GENE_COLUMNS = (*FEATURE_COLUMNS, "gene", "ens_gene")


def plain_name(name: str) -> str:
    """A column's name as it is looked up: lower case, words joined by underscores."""
    return "_".join(name.strip().lower().replace(".", " ").replace("_", " ").split())


def describe_features(
    ids: pl.Series,
    library: Library,
    context: Context,
    *,
    symbol: pl.Series | None = None,
    biotype: pl.Series | None = None,
) -> pl.DataFrame:
    """Rows of ``core.features`` for ids: symbol and biotype of the study's annotation, else of the count file.

    Ids join exactly, else without version. An id that is a symbol itself is its own where nothing names it.
    A feature without biotype has the class that files.csv gives the file (``mrna``, ``lncrna``), else
    ``other``. Raises ``BadInputError`` for an annotation that cannot be read.
    """
    empty = pl.lit(None, dtype=pl.String)
    frame = pl.DataFrame({"feature_id": ids}).with_columns(
        (_or_null(symbol) if symbol is not None else empty).alias("symbol"),
        (_or_null(biotype) if biotype is not None else empty).alias("biotype"),
    )
    if reference := context.references.get("features"):
        known = read_features(reference)
        loose = known.with_columns(unversioned(known["feature_id"])).unique("feature_id", keep="first")
        frame = (
            frame.with_columns(unversioned(ids).alias("loose"))
            .join(known, on="feature_id", how="left", suffix="_exact", maintain_order="left")
            .join(loose, left_on="loose", right_on="feature_id", how="left", suffix="_loose", maintain_order="left")
            .select(
                "feature_id",
                pl.coalesce("symbol_exact", "symbol_loose", "symbol").alias("symbol"),
                pl.coalesce("biotype_exact", "biotype_loose", "biotype").alias("biotype"),
            )
        )
    biotypes = frame["biotype"].drop_nulls().unique().to_list()
    declared = context.row.rna_class if context.row else None
    missing = declared if declared in ("mrna", "lncrna") and library == "gene" else rna_class(None, library)
    return frame.select(
        pl.lit(library).alias("library"),
        "feature_id",
        pl.when(pl.col("symbol").is_null() & are_symbols(ids)).then("feature_id").otherwise("symbol").alias("symbol"),
        "biotype",
        pl.col("biotype")
        .replace_strict({b: rna_class(b, library) for b in biotypes}, default=None, return_dtype=pl.String)
        .fill_null(missing)
        .alias("rna_class"),
    )


@lru_cache(maxsize=2)
def read_features(raw: RawFile) -> pl.DataFrame:
    """Columns feature_id, symbol, biotype of the study's annotation, a table or a GTF; the first row of an id counts.

    Raises ``BadInputError`` when there is no header with an id column.
    """
    if is_gene_annotation(raw):
        return read_genes(raw)
    found = dialect_of(raw, "a table with a header")
    names = [plain_name(name) for name in found.names]
    feature = _first(names, _GENE_COLUMNS)
    if feature is None:
        raise bad_input(
            raw.name,
            f"line {found.line}",
            "no_feature_id",
            f"the annotation has no column feature_id; its columns are {', '.join(found.names)[:200]}",
            "Name the columns feature_id, symbol, biotype.",
        )
    table = read_table(raw, found, ()).frame
    picked = {"feature_id": feature, "symbol": _first(names, SYMBOL_COLUMNS), "biotype": _first(names, BIOTYPE_COLUMNS)}
    return (
        table.select(
            (pl.lit(None, dtype=pl.String) if i is None else _or_null(table[f"c{i}"])).alias(name)
            for name, i in picked.items()
        )
        .drop_nulls("feature_id")
        .unique("feature_id", keep="first", maintain_order=True)
    )


@lru_cache(maxsize=2)
def read_tx2gene(raw: RawFile) -> pl.DataFrame:
    """Columns transcript_id (without version) and gene_id of the study's tx2gene, one row a transcript.

    The columns go by their names, else the first is the transcript and the second the gene; a first
    line that is no header is data. Raises ``BadInputError`` for fewer than two columns.
    """
    found = dialect_of(raw, "a table with a header")
    names = [plain_name(name) for name in found.names]
    transcript, gene = _first(names, _TRANSCRIPT_COLUMNS), _first(names, _GENE_COLUMNS)
    has_header = transcript is not None or gene is not None
    if transcript is None or gene is None or transcript == gene:
        transcript, gene = 0, 1
    table = read_table(raw, found, (), has_header=has_header).frame
    return (
        table.select(transcript_id=unversioned(table[f"c{transcript}"]), gene_id=table[f"c{gene}"])
        .filter((pl.col("transcript_id") != "") & (pl.col("gene_id") != ""))
        .unique("transcript_id", keep="first", maintain_order=True)
    )


def _first(names: list[str], wanted: tuple[str, ...]) -> int | None:
    """Position of the first wanted name that is there."""
    return next((names.index(name) for name in wanted if name in names), None)


def _or_null(values: pl.Series) -> pl.Series:
    """Give text with null where the file leaves it empty or writes NA."""
    return values.replace(["", "NA", "na", "N/A", "-"], None)
