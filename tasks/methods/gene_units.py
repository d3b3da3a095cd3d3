"""Genes of a study as lists and gene sets count them: each once, whatever names its files use."""

from __future__ import annotations

import polars as pl

from tasks.methods.feature_ids import unversioned


def gene_units(features: pl.DataFrame) -> pl.DataFrame:
    """The gene of each feature of library ``gene``: feature_id, gene.

    ``features``: rows of ``core.features``. The gene is the symbol, else the id without version: features that share
    a symbol are one gene.
    """
    genes = features.filter(library="gene").unique("feature_id", keep="first", maintain_order=True)
    return genes.select("feature_id", gene=pl.coalesce("symbol", unversioned(genes["feature_id"]))).sort("feature_id")


def named_genes(names: pl.Series, units: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Which genes of the study names mean: name, gene; names that mean none are not there.

    ``units``: of ``gene_units``; ``aliases``: rows of ``core.gene_aliases``. The first rule that finds a gene holds:
    symbol, id with or without version, symbol in another case, official symbol of a former one on either side. An
    alias that several genes had means none; an official symbol is never taken for an alias.
    """
    known = units.with_columns(loose=unversioned(units["feature_id"]))
    official = _official(aliases)
    steps = [
        (pl.col("name"), pl.col("gene")),
        (pl.col("name"), pl.col("feature_id")),
        (pl.col("loose"), pl.col("loose")),
        (pl.col("name").str.to_uppercase(), pl.col("gene").str.to_uppercase()),
    ]
    if official:
        steps.append((pl.col("name").replace(official), pl.col("gene").replace(official)))
    left = pl.DataFrame({"name": names.unique().drop_nulls()}, schema={"name": pl.String})
    left = left.with_columns(loose=unversioned(left["name"]))
    hits = []
    for name, gene in steps:
        keys = known.select("gene", key=gene).drop_nulls().unique()
        hit = left.with_columns(key=name).join(keys, on="key").select("name", "gene")
        hits.append(hit)
        left = left.join(hit, on="name", how="anti")
    return pl.concat(hits).unique().sort("name", "gene")


def _official(aliases: pl.DataFrame) -> dict[str, str]:
    """Official symbol of each alias that one gene only had and that is no official symbol itself."""
    pairs = aliases.select("alias", "symbol").drop_nulls().unique()
    pairs = pairs.filter(~pl.col("alias").is_in(pairs["symbol"].implode()))
    return dict(pairs.filter(~pl.col("alias").is_duplicated()).iter_rows())
