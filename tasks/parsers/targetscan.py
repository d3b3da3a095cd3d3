"""TargetScan: its tables of context++ scores, of predicted sites by family, and of counts by gene."""

from __future__ import annotations

import polars as pl

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.mirna_names import SPECIES
from tasks.methods.target_tables import ASSAY, TABLE, TargetTable, header, other_species, pairs, read_targets

_TAXON = ("gene_tax_id", "species_id")
_GENE = ("gene_id", "gene_symbol")
_SCORES = {"gene_symbol", "mirna", "site_type", "context_score"}
_SITES = {"mir_family", "gene_symbol", "seed_match"}
_COUNTS = {"gene_symbol", "representative_mirna", "total_num_conserved_sites"}
_WEIGHTED = ("weighted_context_score", "context_score")
_CONSERVED, _OTHERS = "total_num_conserved_sites", "total_num_nonconserved_sites"


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the study names it as targets and the header is one of TargetScan's."""
    names = set(header(raw))
    return context.assay == ASSAY and any(signature <= names for signature in (_SCORES, _SITES, _COUNTS))


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the pairs of the study's species, all predicted; families stay families until they are mapped.

    Rows of other species (TargetScan's tables hold several) are left out and counted.
    """
    table = read_targets(raw, [*_TAXON, *_GENE, *_WEIGHTED, *_SCORES, *_SITES, *_COUNTS, _OTHERS])
    rows, problems = table.frame, []
    organism = context.study.config.organism.strip()
    taxon, species = table.column(_TAXON), SPECIES.get(organism.lower())
    if taxon and species:
        own = rows.filter(pl.col(taxon) == str(species[1]))
        problems = other_species(raw, "taxon " + rows[taxon], rows.height - own.height, organism)
        rows = own
    gene = pl.col("gene_id") if "gene_id" in rows else pl.lit(None, pl.String)
    rows = rows.with_columns(gene.alias("target_id"), pl.col("gene_symbol").alias("target_symbol"))
    if set(table.names) >= _COUNTS:
        picked = _counts(rows)
    else:
        picked = _scores(table, rows) if set(table.names) >= _SCORES else _sites(rows)
    found, others = pairs(
        picked.with_columns(pl.lit("TargetScan").alias("source"), pl.lit("predicted").alias("tier")),
        raw,
        context.study.config,
        are_sites="site_count" not in picked,
    )
    return Parsed({TABLE: found}, (*problems, *others))


def _scores(table: TargetTable, rows: pl.DataFrame) -> pl.DataFrame:
    """A row is a site; a pair's score is the sum over its sites."""
    score = pl.col(table.column(_WEIGHTED) or "").cast(pl.Float64, strict=False).fill_null(0)
    total = score.sum().over("mirna", "target_id", "target_symbol").round(2)
    return rows.with_columns(pl.format("context++ score {}", total).alias("evidence")).select(
        "mirna", "target_id", "target_symbol", "evidence"
    )


def _sites(rows: pl.DataFrame) -> pl.DataFrame:
    """A row is a site of a family."""
    return rows.select("target_id", "target_symbol", mirna="mir_family", evidence="seed_match")


def _counts(rows: pl.DataFrame) -> pl.DataFrame:
    """A row is a gene and a family, which goes by its representative; rows without a site are none."""
    others = pl.col(_OTHERS) if _OTHERS in rows else pl.lit(None, pl.String)
    total = sum(c.cast(pl.Int64, strict=False).fill_null(0) for c in (pl.col(_CONSERVED), others))
    return (
        rows.with_columns(total.alias("site_count") if isinstance(total, pl.Expr) else pl.lit(0))
        .filter(pl.col("site_count") > 0)
        .select("target_id", "target_symbol", "site_count", mirna="representative_mirna")
    )


PARSER = Parser(
    name="targetscan",
    version="2",
    product="TargetScan",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=("organism",),
)
