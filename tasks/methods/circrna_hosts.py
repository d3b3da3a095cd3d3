"""circRNAs beside their host genes: does the host's change explain the circRNA's? Pure."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.stats import norm

ALPHA = 0.05
NUMBERS = ("log2_fold_change", "lfc_se", "padj", "direction")


def hosts(features: pl.DataFrame, genes: pl.DataFrame) -> pl.DataFrame:
    """One row per circRNA and host gene: ``feature_id, host_gene_id, host_gene, host_feature_id``.

    ``features``: ``feature_id, host_gene_id, host_gene`` of circRNAs, several hosts separated by semicolons;
    ``genes``: ``feature_id, symbol`` of the gene matrix. A host is found by its id, with or without version, else
    by symbol where one gene alone has it; a circRNA without host keeps one row without.
    """
    ids, symbols = (pl.col(c).str.split(";") for c in ("host_gene_id", "host_gene"))
    count = pl.max_horizontal(ids.list.len().fill_null(0), symbols.list.len().fill_null(0), pl.lit(1))
    placed = features.select("feature_id", ids, symbols, place=pl.int_ranges(count)).explode("place")
    single = placed.select(
        "feature_id",
        *(
            pl.col(c).list.get(pl.col("place"), null_on_oob=True).str.strip_chars().replace("", None)
            for c in ("host_gene_id", "host_gene")
        ),
    ).unique(maintain_order=True)
    bare = _bare("feature_id")
    by_id = genes.select(key=bare, by_id="feature_id").unique("key", keep="none")
    named = pl.concat([genes.select(key="symbol", by_symbol="feature_id"),
                       genes.select(key="feature_id", by_symbol="feature_id")])  # fmt: skip
    by_symbol = named.drop_nulls().unique().unique("key", keep="none")
    found = single.join(by_id, left_on=_bare("host_gene_id"), right_on="key", how="left", maintain_order="left")
    found = found.join(by_symbol, left_on="host_gene", right_on="key", how="left", maintain_order="left")
    return found.select("feature_id", "host_gene_id", "host_gene", host_feature_id=pl.coalesce("by_id", "by_symbol"))


def _bare(column: str) -> pl.Expr:
    """An accession without its version."""
    return pl.col(column).str.replace(r"^(ENS[A-Z]*\d+)\.\d+$", "$1")


def beside_hosts(circrnas: pl.DataFrame, genes: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Each circRNA of each contrast beside its hosts, with ``verdict`` and ``na_reason``.

    ``circrnas`` and ``genes``: ``contrast_id, feature_id, log2_fold_change, lfc_se, padj, direction``; ``found``: as
    ``hosts`` gives it. The difference of the two fold changes is set against both standard errors as if they
    were independent; back-spliced reads also count for the host, which makes a difference look smaller.
    """
    host = genes.select("contrast_id", "feature_id", *(pl.col(c).alias(f"host_{c}") for c in NUMBERS))
    rows = circrnas.select("contrast_id", "feature_id", *NUMBERS).join(found, on="feature_id", how="left")
    rows = rows.join(
        host, left_on=["contrast_id", "host_feature_id"], right_on=["contrast_id", "feature_id"], how="left"
    )
    beyond = pl.col("log2_fold_change") - pl.col("host_log2_fold_change")
    error = (pl.col("lfc_se") ** 2 + pl.col("host_lfc_se") ** 2).sqrt()
    rows = rows.with_columns(log2_change_beyond_host=beyond, z=pl.when(error > 0).then(beyond / error))
    scores = rows["z"].cast(pl.Float64).to_numpy()
    rows = rows.with_columns(beyond_host_pvalue=pl.Series(2 * norm.sf(np.abs(scores)), dtype=pl.Float64).fill_nan(None))
    differs = pl.col("beyond_host_pvalue") < ALPHA
    reason = (
        pl.when(pl.col("host_gene_id").is_null() & pl.col("host_gene").is_null())
        .then(pl.lit("no_host_named"))
        .when(pl.col("host_feature_id").is_null())
        .then(pl.lit("host_not_counted"))
        .when(pl.col("beyond_host_pvalue").is_null())
        .then(pl.lit("not_tested"))
    )
    verdict = (
        pl.when(pl.col("direction") == "ns")
        .then(pl.lit("not_changed"))
        .when(pl.col("host_log2_fold_change").is_null())
        .then(pl.lit("host_unknown"))
        .when(differs.fill_null(value=False))
        .then(pl.lit("beyond_host"))
        .when(pl.col("host_direction") == pl.col("direction"))
        .then(pl.lit("host_explains"))
        .otherwise(pl.lit("unclear"))
    )
    keys = ["contrast_id", "feature_id", "host_gene_id", "host_gene"]
    return rows.with_columns(verdict=verdict, na_reason=reason).sort(keys)


def junction_ratios(counts: pl.DataFrame, levels: pl.DataFrame) -> pl.DataFrame:
    """``contrast_id, feature_id, junction_ratio_reference, junction_ratio_target``.

    ``counts``: ``sample_id, feature_id, count, linear_count``; ``levels``: ``contrast_id, sample_id, side``
    (``reference`` or ``target``). Reads are summed over the samples of a side that have linear counts. A circular
    read crosses its junction once and a linear molecule two ends, hence the 2.

    Zhang et al. 2020, doi:10.1038/s41467-019-13840-9
    """
    known = counts.drop_nulls("linear_count").join(levels, on="sample_id")
    circular, linear = 2 * pl.col("count").sum(), pl.col("linear_count").sum()
    ratio = pl.when(circular + linear > 0).then(circular / (circular + linear))
    sides = known.group_by("contrast_id", "feature_id", "side").agg(ratio.alias("ratio"))
    keys = ["contrast_id", "feature_id"]
    found = sides.select(keys).unique()
    for side in ("reference", "target"):
        mine = sides.filter(side=side).select(*keys, pl.col("ratio").alias(f"junction_ratio_{side}"))
        found = found.join(mine, on=keys, how="left")
    return found
