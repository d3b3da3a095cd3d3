"""miRTarBase: pairs with the experiments behind them, as workbook or csv."""

from __future__ import annotations

import polars as pl

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.target_tables import ASSAY, TABLE, header, other_species, pairs, read_targets

_COLUMNS = ("mirna", "target_gene", "support_type", "experiments", "species_target_gene", "species_mirna")


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the study names it as targets and the header is miRTarBase's."""
    return context.assay == ASSAY and {"mirtarbase_id", "mirna", "target_gene"} <= set(header(raw))


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read functional pairs of the study's species: `Functional MTI` is validated, `Functional MTI (Weak)` is not.

    Pairs that experiments found not to be functional, and those of other species, are left out and counted.
    """
    table = read_targets(raw, _COLUMNS)
    rows, organism = table.frame, context.study.config.organism.strip()
    problems = []
    species = table.column(("species_target_gene", "species_mirna"))
    if species:
        own = rows.filter(pl.col(species).str.to_lowercase() == organism.lower())
        problems += other_species(raw, rows[species], rows.height - own.height, organism)
        rows = own
    support = pl.col("support_type") if "support_type" in rows else pl.lit(None, pl.String)
    experiments = pl.col("experiments") if "experiments" in rows else pl.lit(None, pl.String)
    rows = rows.with_columns(support.alias("support"), experiments.alias("tried"))
    found, others = pairs(
        rows.select(
            "mirna",
            pl.col("target_gene").alias("target_symbol"),
            pl.lit("miRTarBase").alias("source"),
            pl.concat_str("support", "tried", separator=": ", ignore_nulls=True).alias("evidence"),
        ),
        raw,
        context.study.config,
    )
    return Parsed({TABLE: found}, (*problems, *others))


PARSER = Parser(
    name="mirtarbase",
    version="3",
    product="miRTarBase",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=("organism",),
)
