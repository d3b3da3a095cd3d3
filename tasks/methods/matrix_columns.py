"""Which columns of a count matrix are ids, samples and annotation, and which way round it lies."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from tasks.methods.annotation import BIOTYPE_COLUMNS, FEATURE_COLUMNS, SYMBOL_COLUMNS, plain_name
from tasks.methods.delimited import Dialect
from tasks.methods.delimited_table import is_number
from tasks.methods.feature_ids import are_feature_ids, first_feature
from tasks.methods.sample_names import match_samples

_IDS = (*FEATURE_COLUMNS, "mirna", "mirna_id", "mirna_name", "mature_id", "circrna", "circrna_id", "circ_id")
_ENTREZ = ("entrez", "entrezid", "entrezgene", "entrez_id", "entrez_gene_id", "ncbi_gene_id")
# numbers that describe a feature or are results, never counts of a sample
_DESCRIPTION = {
    *(
        "chr",
        "chrom",
        "chromosome",
        "seqname",
        "seqnames",
        "start",
        "end",
        "stop",
        "strand",
        "width",
        "length",
        "locus",
    ),
    *("gene_start", "gene_end", "gene_length", "transcript_length", "exon_length", "effective_length", "eff_length"),
    *("exon_count", "exons", "gc", "gc_content", "percentage_gene_gc_content"),
    *_ENTREZ,
    *("refseq", "uniprot", "description", "gene_description", "ko"),
    *("transcript_id", "transcript_ids", "tx_id", "level", "source", "gene_chr", "gene_strand", "accession"),
    *("basemean", "base_mean", "log2foldchange", "log2_fold_change", "log2fc", "logfc", "lfcse", "lfc_se", "stat"),
    *("pvalue", "p_value", "pval", "padj", "p_adj", "qvalue", "q_value", "fdr", "adj_p_val", "logcpm", "aveexpr"),
}
_OTHER_UNIT = re.compile(r"(?:^|[\W_])(?:tpm|fpkm|rpkm|cpm|rpm|fpkm_uq)(?:[\W_]|$)", re.IGNORECASE)
_MANY = 5000  # columns: no study has so many samples, so names are compared exactly only


@dataclass(frozen=True)
class Columns:
    """Positions of columns; ``other_units`` are sample columns in TPM and the like."""

    id: int
    samples: tuple[int, ...]
    symbol: int | None
    biotype: int | None
    unread: tuple[int, ...]
    other_units: tuple[int, ...]


def columns(found: Dialect, known: Collection[str]) -> Columns:
    """Tell the columns of a matrix apart by name, by the study's samples and by what they hold.

    A column is a sample's if it is known as one, or holds mostly numbers and has no other meaning.
    """
    names, plain = found.names, [plain_name(name) for name in found.names]
    id_column = next((plain.index(name) for name in _IDS if name in plain and plain.index(name) < len(names)), 0)
    matched = match_samples(names, known)
    symbol = _described(plain, SYMBOL_COLUMNS, id_column)
    biotype = _described(plain, BIOTYPE_COLUMNS, id_column)
    samples, unread, other = [], [], []
    for i, name in enumerate(names):
        if i in (id_column, symbol, biotype) and not (matched[name] and i != id_column):
            continue
        if matched[name] and i != id_column:
            samples.append(i)
        elif _OTHER_UNIT.search(name):
            other.append(i)
        elif name.strip() and plain[i] not in _DESCRIPTION and _holds_numbers(found, i):
            samples.append(i)
        else:
            unread.append(i)
    return Columns(id_column, tuple(samples), symbol, biotype, tuple(unread), tuple(other))


def is_transposed(found: Dialect, known: Collection[str]) -> bool:
    """Whether rows are samples: they bear the study's sample names, else the header bears feature ids."""
    rows, header = found.column(0), [name.strip() for name in found.names[1:]]
    in_rows, in_header = _known(rows, known), _known(header, known)
    if in_rows or in_header:
        return in_rows > in_header
    return are_feature_ids(pl.Series(header, dtype=pl.String)) and not are_feature_ids(pl.Series(rows, dtype=pl.String))


def sample_columns(found: Dialect) -> list[int]:
    """Columns of a transposed matrix that describe the sample: words, or numbers (age) ahead of the features.

    Numbers are told from counts only where the features bear ids of a database: symbols have no pattern.
    """
    found_words = list(range(1, len(found.names)))
    for row in found.rows:
        found_words = [i for i in found_words if i < len(row) and not is_number(row[i].strip())]
    header = pl.Series([name.strip() for name in found.names[1:]], dtype=pl.String)
    ahead = range(1, 1 + first_feature(header)) if are_feature_ids(header) else ()
    return sorted({*found_words, *ahead})


def is_id_column(name: str) -> bool:
    """Whether a column's name says that it holds ids of features, be they numbers (Entrez)."""
    return plain_name(name) in (*_IDS, *_ENTREZ)


def has_no_header(found: Dialect, known: Collection[str]) -> bool:
    """Whether the first row is already data: numbers where names of samples should be."""
    cells = [cell.strip() for cell in found.first[1:]]
    return bool(cells) and sum(map(is_number, cells)) * 2 > len(cells) and not any(c in known for c in cells)


def _described(plain: list[str], wanted: tuple[str, ...], id_column: int) -> int | None:
    return next((plain.index(name) for name in wanted if name in plain and plain.index(name) != id_column), None)


def _holds_numbers(found: Dialect, column: int) -> bool:
    cells = [cell for cell in found.column(column) if cell]
    return 2 * sum(map(is_number, cells)) > len(cells) if cells else not found.rows


def _known(names: list[str], known: Collection[str]) -> int:
    if len(names) > _MANY:
        return len(set(names) & set(known))
    return sum(sample is not None for sample in match_samples(names, known).values())
