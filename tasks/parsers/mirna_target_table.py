"""Plain tables of miRNA targets: mirna, target_id, target_symbol, source, evidence, under the usual other titles."""

from __future__ import annotations

import polars as pl

from schemas.errors import bad_input
from schemas.vocabulary import EvidenceTier
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.target_tables import ASSAY, TABLE, pairs, read_targets

_COLUMNS: dict[str, tuple[str, ...]] = {
    "mirna": (
        *("mirna", "mirna_name", "mirnaname", "mirnas", "mature_mirna_id", "mature_mirna", "mirna_symbol", "microrna"),
        *("mir", "mir_name", "mirna_id", "mirna_mimat", "mimat", "mirnaid", "mature_mirna_acc", "mirna_accession"),
    ),
    "target_id": (
        *("target_id", "target_ensembl", "feature_id", "ensembl_gene_id", "ensembl_id", "ensembl", "gene_id", "geneid"),
        *("ensgene", "target_gene_id", "circrna_id", "circrna", "circid", "circ_id", "lncrna_id", "transcript_id"),
    ),
    "target_symbol": (
        *("target_symbol", "gene_symbol", "genesymbol", "symbol", "target_gene", "target_gene_name", "gene_name"),
        *("genename", "target_name", "lncrna", "lncrna_name", "target", "gene", "mrna"),
    ),
    "biotype": ("target_biotype", "target_class", "biotype", "gene_biotype", "gene_type", "genetype", "rna_class"),
    "source": ("source", "database", "db"),
    "evidence": ("evidence", "support_type", "support", "experiments", "experiment", "method"),
    "tier": ("tier", "evidence_tier"),
    "site_count": ("site_count", "n_sites", "sites", "number_of_sites"),
}
_TIERS: tuple[EvidenceTier, ...] = ("validated", "high_throughput", "predicted", "unstated")


def claims(raw: RawFile, context: Context) -> bool:  # noqa: ARG001  # what study.yaml names may be anything
    """Whether the study says that the file holds miRNA targets."""
    return context.assay == ASSAY


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the pairs, each once for every source and tier. The file's columns may be in any order.

    Raises ``BadInputError`` for a table without a column of miRNAs or of targets.
    """
    table = read_targets(raw, [name for names in _COLUMNS.values() for name in names])
    picked = {field: found for field, names in _COLUMNS.items() if (found := table.column(names))}
    missing = [f"of {what}" for what, fields in _NEEDED.items() if not fields & picked.keys()]
    if missing:
        message = (
            f"the table has no column {' and none '.join(missing)}; its columns are {', '.join(table.titles)[:200]}"
        )
        remedy = (
            "Name the columns mirna, target_id, target_symbol, source, evidence, or give the database's own export."
        )
        raise bad_input(raw.name, "first row", "no_targets", message, remedy)
    rows = table.frame.select(pl.col(found).alias(field) for field, found in picked.items())
    if "site_count" in picked:
        rows = rows.with_columns(pl.col("site_count").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False))
        rows = rows.with_columns(pl.when(pl.col("site_count") > 0).then("site_count").alias("site_count"))
    if "tier" in picked:
        known = pl.col("tier").str.to_lowercase()
        rows = rows.with_columns(pl.when(known.is_in(_TIERS)).then(known).alias("tier"))
    _refuse_swapped(rows, raw)
    known_pairs, problems = pairs(rows, raw, context.study.config)
    left = [t for t, name in zip(table.titles, table.names, strict=True) if name not in picked.values() and t.strip()]
    return Parsed({TABLE: known_pairs}, tuple(problems), tuple(f"column {title}" for title in left))


def _refuse_swapped(rows: pl.DataFrame, raw: RawFile) -> None:
    """Raise ``BadInputError`` where miRNAs stand in a column of targets and none in that of miRNAs."""
    here = _mirna_share(rows["mirna"])
    for name in ("target_id", "target_symbol"):
        if name in rows and _mirna_share(rows[name]) > 0.5 > here:  # noqa: PLR2004 - most of them
            message = f"the column of miRNAs holds {rows['mirna'].drop_nulls()[0]} and the like, that of {name} miRNAs"
            raise bad_input(raw.name, "first row", "columns_swapped", message, "Exchange the names of the two columns.")


def _mirna_share(names: pl.Series) -> float:
    present = names.drop_nulls()
    return float(present.str.contains(_MIRNA).sum()) / max(len(present), 1)


_MIRNA = r"(?i)^(?:[a-z][a-z0-9]{2,4}-)?(?:mir|let|lin)-?\d"
_NEEDED = {"miRNAs": {"mirna"}, "targets": {"target_id", "target_symbol"}}

PARSER = Parser(
    name="mirna_target_table",
    version="3",
    product="a table of miRNA targets",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    is_generic=True,
    options=("organism",),
)
