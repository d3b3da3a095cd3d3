"""The sex that a sample's reads show. Pure.

Toker, Feng & Pavlidis 2016, doi:10.12688/f1000research.9471.2: of 70 published studies 32 had mislabelled samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import polars as pl

Sex = Literal["female", "male"]

XIST = ("XIST", "ENSG00000229807", "ENSMUSG00000086503")
# expressed in most tissues, without a homologue on X that takes the reads; Eif2s3y is the mouse's
Y_GENES: Mapping[str, str] = {
    "ENSG00000129824": "RPS4Y1",
    "ENSG00000067048": "DDX3Y",
    "ENSG00000198692": "EIF1AY",
    "ENSG00000012817": "KDM5D",
    "ENSG00000183878": "UTY",
    "ENSG00000114374": "USP9Y",
    "ENSG00000067646": "ZFY",
}
MOUSE_Y = "EIF2S3Y"
LEAST_CPM = 1.0
LEAST_READS = 10.0
CLEAR_RATIO = 4.0
_SEXES: Mapping[str, Sex] = {
    **dict.fromkeys(("f", "female", "w", "woman", "weiblich", "女"), "female"),
    **dict.fromkeys(("m", "male", "man", "männlich", "男"), "male"),
}


def declared_sex(text: str | None) -> Sex | None:
    """What a sheet's sex means; null for none and for a word that is not known."""
    return _SEXES.get((text or "").strip().lower())


def sex_genes(features: pl.DataFrame) -> pl.DataFrame:
    """``feature_id, gene`` of XIST and the Y genes, by symbol or by Ensembl id with or without version.

    ``features``: ``feature_id, symbol``.
    """
    bare = pl.col("feature_id").str.replace(r"\.\d+$", "")
    symbol = pl.coalesce("symbol", "feature_id").str.to_uppercase()
    gene = (
        pl.when(symbol.is_in(list(XIST)) | bare.is_in(list(XIST)))
        .then(pl.lit(XIST[0]))
        .when(symbol.is_in([*Y_GENES.values(), MOUSE_Y]))
        .then(symbol)
        .otherwise(bare.replace_strict(Y_GENES, default=None, return_dtype=pl.String))
    )
    return features.select("feature_id", gene=gene).drop_nulls("gene").unique("feature_id")


def observed_sex(counts: pl.DataFrame, features: pl.DataFrame) -> pl.DataFrame:
    """One row per sample: ``xist_cpm, y_cpm, y_genes, observed_sex``.

    ``counts``: ``sample_id, feature_id, count`` of genes. Reads per million tell, not size factors, so that a single
    sample can be judged. Without XIST among the features only ``male`` can be seen. Y genes may be lost from
    tumours, and XIST from stem cells: such samples are ``unclear``.
    """
    genes = sex_genes(features).join(counts.select("feature_id").unique(), on="feature_id", how="semi")
    names = sorted(set(genes["gene"]) - {XIST[0]})
    has_xist = XIST[0] in set(genes["gene"])
    sizes = counts.group_by("sample_id").agg(pl.col("count").sum().alias("size"))
    of_genes = counts.join(genes, on="feature_id").group_by("sample_id").agg(
        pl.col("count").filter(pl.col("gene") == XIST[0]).sum().alias("x"),
        pl.col("count").filter(pl.col("gene") != XIST[0]).sum().alias("y"),
    )  # fmt: skip
    rows = sizes.join(of_genes, on="sample_id", how="left").with_columns(pl.col("x", "y").fill_null(0.0))
    per_million = pl.when(pl.col("size") > 0).then(1e6 / pl.col("size"))
    x, y = pl.col("x") * per_million, pl.col("y") * per_million
    has_x, has_y = ((cpm >= LEAST_CPM) & (pl.col(name) >= LEAST_READS) for name, cpm in (("x", x), ("y", y)))
    sex = (
        pl.when(has_x & (x > CLEAR_RATIO * y))
        .then(pl.lit("female"))
        .when(has_y & (y > CLEAR_RATIO * x))
        .then(pl.lit("male"))
        .when(has_x & has_y)
        .then(pl.lit("both"))
        .otherwise(pl.lit("unclear"))
    )
    return rows.select(
        "sample_id",
        xist_cpm=x if has_xist else pl.lit(None, pl.Float64),
        y_cpm=y if names else pl.lit(None, pl.Float64),
        y_genes=pl.lit(";".join(names)),
        observed_sex=sex if has_xist or names else pl.lit(None, pl.String),
    ).sort("sample_id")


def by_donor(rows: Sequence[Mapping[str, str | None]]) -> dict[str, dict[str, list[str]]]:
    """Samples of each named donor by the sex that they show, female and male alone."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        if row["donor_id"] and row["observed_sex"] in _SEXES:
            sexes = found.setdefault(str(row["donor_id"]), {})
            sexes.setdefault(str(row["observed_sex"]), []).append(str(row["sample_id"]))
    return found
