"""miRNA targets predicted from sequence: sites of every mature miRNA, and the pairs that they make."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import polars as pl

from schemas.errors import bad_input
from schemas.vocabulary import SiteType
from tasks.contracts import Context, RawFile
from tasks.methods.mature_mirnas import mature_mirnas, of_organism
from tasks.methods.seed_sites import SITE_TYPES, seed_sites
from tasks.methods.site_context import site_context

SITES, SOURCE = "mirna_sites", "seed sites"
_CHUNK = 2**19  # nucleotides whose sites are held at once


def study_mirnas(raw: RawFile, context: Context) -> pl.DataFrame:
    """Mature miRNAs of the study's organism, each name once.

    Raises ``BadInputError`` about ``raw``, whose sites are wanted, without annotation.mirna_mature or such miRNAs.
    """
    mature = context.references.get("mirna_mature")
    if mature is None:
        message = "sites can only be found where study.yaml names the miRNAs' sequences"
        raise bad_input(raw.name, "", "no_mature_mirnas", message, "Name annotation.mirna_mature, miRBase's mature.fa.")
    organism = context.study.config.organism
    mirnas = of_organism(mature_mirnas(mature), organism).unique("name", keep="first", maintain_order=True)
    if mirnas.is_empty():
        message = f"{mature.name} has no mature miRNA of {organism}"
        raise bad_input(raw.name, "", "no_mature_mirnas", message, "Name miRBase's mature.fa, or correct the organism.")
    return mirnas


def predicted_sites(
    mirnas: pl.DataFrame,
    ids: Sequence[str],
    sequences: Sequence[str],
    circles: Sequence[bool],
    types: Collection[SiteType],
) -> pl.DataFrame:
    """Rows of ``core.mirna_sites``: every site of these ``types`` of ``mirnas`` (name, sequence) in the targets.

    ``circles`` says which sequences may have sites across their junction.
    """
    mature = mirnas["sequence"].to_list()
    wanted = [SITE_TYPES.index(kind) for kind in types]
    found = []
    for first, last in _chunks([len(sequence) for sequence in sequences]):
        texts, rings = sequences[first:last], circles[first:last]
        sites = seed_sites(mature, texts, rings, with_6mers="6mer" in types)
        sites = site_context(sites.filter(pl.col("site_type").is_in(wanted)), mature, texts, rings)
        found.append(
            sites.select(
                mirnas["name"].gather(sites["mirna"]).alias("mirna"),
                pl.Series("target_id", ids[first:last], pl.String).gather(sites["sequence"]),
                (pl.col("t1") + 1).alias("position_nt"),
                pl.Series("site_type", SITE_TYPES, pl.String).gather(sites["site_type"]),
                "spans_junction",
                "au_content",
                "supplementary_score",
            )
        )
    return pl.concat(found)


def predicted_pairs(sites: pl.DataFrame, rings: Sequence[str], origins: pl.DataFrame | None = None) -> pl.DataFrame:
    """Rows of ``core.mirna_targets``: the pairs, with the numbers of their sites as evidence.

    ``rings``: targets that are circRNAs. ``origins`` (target_id, origin) is added to the evidence.
    """
    pairs = _pairs(sites)
    told = pairs.select(SITE_TYPES).unique()  # few ways to have sites, however many pairs
    said = [pl.when(pl.col(kind) > 0).then(pl.format("{} {}", pl.col(kind), pl.lit(kind))) for kind in SITE_TYPES]
    told = told.with_columns(pl.concat_str(*said, separator=", ", ignore_nulls=True).alias("evidence"))
    pairs = pairs.join(told, on=SITE_TYPES, how="left", maintain_order="left")
    evidence = pl.col("evidence")
    if origins is not None:
        pairs = pairs.join(origins, on="target_id", how="left", maintain_order="left")
        evidence = pl.concat_str(evidence, "origin", separator="; ", ignore_nulls=True)
    return pairs.select(
        "mirna",
        "target_id",
        pl.lit(None, pl.String).alias("target_symbol"),
        pl.when(pl.col("target_id").is_in(list(rings))).then(pl.lit("circrna")).alias("target_class"),
        pl.lit(SOURCE).alias("source"),
        evidence.alias("evidence"),
        pl.lit("predicted").alias("tier"),
        "site_count",
    )


def _pairs(sites: pl.DataFrame) -> pl.DataFrame:
    """Columns mirna, target_id, the number of sites of each type, site_count; sorted by name."""
    names = [sites[side].unique().sort() for side in ("mirna", "target_id")]
    kinds = (*(pl.Enum(known) for known in names), pl.Enum(SITE_TYPES))
    columns = zip(("mirna", "target_id", "site_type"), kinds, strict=True)
    mirna, target, kind = (sites[name].cast(codes).to_physical().to_numpy().astype(np.int64) for name, codes in columns)
    types, width = len(SITE_TYPES), max(len(names[1]), 1)
    found, counts = np.unique((mirna * width + target) * types + kind, return_counts=True)
    pair, first = np.unique(found // types, return_index=True)
    table = np.zeros((len(pair), types), np.int64)
    table[np.repeat(np.arange(len(pair)), np.diff(first, append=len(found))), found % types] = counts
    return pl.DataFrame(table, schema=list(SITE_TYPES)).select(
        names[0].gather(pair // width).alias("mirna"),
        names[1].gather(pair % width).alias("target_id"),
        *SITE_TYPES,
        pl.sum_horizontal(SITE_TYPES).alias("site_count"),
    )


def _chunks(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ranges of sequences that are looked at together."""
    first = size = 0
    for at, length in enumerate(lengths):
        if at > first and size + length > _CHUNK:
            yield first, at
            first, size = at, 0
        size += length
    yield first, len(lengths)
