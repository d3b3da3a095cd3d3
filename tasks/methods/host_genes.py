"""The gene that a circRNA lies in, by id and by symbol."""

from __future__ import annotations

import polars as pl

from tasks.contracts import Context
from tasks.methods.annotation import read_features
from tasks.methods.feature_ids import are_symbols, unversioned


def with_host_genes(features: pl.DataFrame, host: pl.Series | None, context: Context) -> pl.DataFrame:
    """Rows of ``core.features`` with ``host_gene_id`` and ``host_gene``; null where the tool names no gene.

    ``host`` (one a row) is what the tool writes: ids or symbols, several separated by semicolons. The study's
    annotation adds what the tool leaves out; a symbol that it gives to several ids stays without id, as do circRNAs
    of several genes.
    """
    empty = pl.lit(None, dtype=pl.String)
    if host is None:
        return features.with_columns(host_gene_id=empty, host_gene=empty)
    is_symbol = are_symbols(host.fill_null("").str.split(";").list.first())
    named = features.with_columns(
        host_gene_id=pl.when(~is_symbol).then(host), host_gene=pl.when(is_symbol).then(host), key=unversioned(host)
    )
    reference = context.references.get("features")
    if reference is None:
        return named.drop("key")
    known = read_features(reference).select(host_id="feature_id", host_symbol="symbol")
    by_id = known.with_columns(key=unversioned(known["host_id"])).unique("key", keep="first").drop("host_id")
    by_symbol = known.drop_nulls("host_symbol").unique("host_symbol", keep="none")
    return (
        named.join(by_id, on="key", how="left", maintain_order="left", suffix="_of_id")
        .join(by_symbol, left_on="host_gene", right_on="host_symbol", how="left", maintain_order="left")
        .with_columns(
            host_gene=pl.coalesce("host_gene", "host_symbol"), host_gene_id=pl.coalesce("host_gene_id", "host_id")
        )
        .select(*features.columns, "host_gene_id", "host_gene")
    )
