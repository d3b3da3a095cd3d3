"""miRcode: conserved sites of miRNA families in GENCODE's genes."""

from __future__ import annotations

import polars as pl

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.target_tables import ASSAY, TABLE, header, pairs, read_targets

_NEEDED = {"gene_id", "gene_symbol", "gene_class", "microrna"}


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the study names it as targets and the header is miRcode's."""
    return context.assay == ASSAY and set(header(raw)) >= _NEEDED


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the pairs, a row being a site; families (``miR-103a/107``) stay families until they are mapped."""
    rows = read_targets(raw, [*_NEEDED, "seed_type"]).frame
    kind = pl.col("gene_class").str.to_lowercase()
    biotype = pl.when(kind.str.contains("lnc|intergenic|overlapping")).then(pl.lit("lncRNA"))
    found, problems = pairs(
        rows.select(
            pl.col("microrna").alias("mirna"),
            pl.col("gene_id").alias("target_id"),
            pl.col("gene_symbol").alias("target_symbol"),
            biotype.when(kind == "coding").then(pl.lit("protein_coding")).otherwise("gene_class").alias("biotype"),
            pl.lit("miRcode").alias("source"),
            (pl.col("seed_type") if "seed_type" in rows else pl.lit(None, pl.String)).alias("evidence"),
            pl.lit("predicted").alias("tier"),
        ),
        raw,
        context.study.config,
        are_sites=True,
    )
    return Parsed({TABLE: found}, tuple(problems))


PARSER = Parser(
    name="mircode",
    version="2",
    product="miRcode",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=("organism",),
)
