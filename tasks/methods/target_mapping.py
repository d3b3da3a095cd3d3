"""miRNA-target pairs of databases to pairs of a study's features; what could not be mapped, and why."""

from __future__ import annotations

import polars as pl

from tasks.methods.circrna_sequences import circrna_places
from tasks.methods.feature_ids import unversioned
from tasks.methods.mirna_names import MirnaNames

MAPPED = {
    "mirna_id": pl.String,
    "target_id": pl.String,
    "target_class": pl.String,
    "source": pl.String,
    "evidence": pl.String,
    "tier": pl.String,
}
NAMES = {
    "side": pl.String,
    "name": pl.String,
    "symbol": pl.String,
    "feature_id": pl.String,
    "rule": pl.String,
    "na_reason": pl.String,
    "pair_count": pl.Int64,
}


def mapped_targets(
    targets: pl.DataFrame,
    features: pl.DataFrame,
    mirna_names: pl.DataFrame | None = None,
    gene_aliases: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pairs of the study's own features, and the names that mean none of them.

    ``targets``: rows of ``core.mirna_targets``; ``features``: of ``core.features``; ``mirna_names``:
    of ``core.mirna_names``; ``gene_aliases``: of ``core.gene_aliases``. The first frame has mirna_id,
    target_id (both feature ids), target_class (the feature's), source, evidence and tier, each pair
    once for every source and tier. The second has side, name, symbol, na_reason and pair_count: the
    pairs that were lost for that name.
    """
    names = name_mappings(targets, features, mirna_names, gene_aliases)
    hits = names.drop_nulls("feature_id")
    mirnas = hits.filter(side="mirna").select(pl.col("name").alias("mirna"), pl.col("feature_id").alias("mirna_id"))
    others = hits.filter(side="target").select("name", "symbol", "feature_id")
    classes = features.filter(pl.col("library") != "mirna").unique("feature_id", keep="first", maintain_order=True)
    found = (
        targets.join(mirnas, on="mirna")
        .join(others, left_on=["target_id", "target_symbol"], right_on=["name", "symbol"], nulls_equal=True)
        .drop("target_id", "target_class", strict=False)
        .rename({"feature_id": "target_id"})
        .join(classes.select("feature_id", target_class="rna_class"), left_on="target_id", right_on="feature_id")
        .unique(["mirna_id", "target_id", "source", "tier"], keep="first", maintain_order=True)
        .sort("mirna_id", "target_id", "source", "tier")
    )
    return found.select(*MAPPED), names.filter(pl.col("feature_id").is_null()).drop("feature_id", "rule")


def name_mappings(
    targets: pl.DataFrame,
    features: pl.DataFrame,
    mirna_names: pl.DataFrame | None = None,
    gene_aliases: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Every name of the targets: the features that it means and the rule that says so, or why it means none.

    ``side`` is ``mirna`` or ``target``; a target's name is its ``target_id`` with its ``symbol``. One row
    for each name and feature, one for a name without; ``pair_count`` is the pairs of that name.
    """
    mirnas = features.filter(library="mirna")["feature_id"].to_list()
    known = MirnaNames(mirnas, mirna_names)
    names = targets.group_by("mirna").len("pair_count").sort("mirna")
    found = [known.find(name) for name in names["mirna"]]
    left = names.select(
        pl.lit("mirna").alias("side"),
        pl.col("mirna").alias("name"),
        pl.lit(None, pl.String).alias("symbol"),
        pl.Series("feature_id", [sorted(f.features) or [None] for f in found], pl.List(pl.String)),
        pl.Series("rule", [f.rule for f in found], pl.String),
        pl.Series("na_reason", [f.na_reason for f in found], pl.String),
        pl.col("pair_count").cast(pl.Int64),
    ).explode("feature_id")
    return pl.concat([left.select(*NAMES), _targets(targets, features, gene_aliases)])


def _targets(targets: pl.DataFrame, features: pl.DataFrame, gene_aliases: pl.DataFrame | None) -> pl.DataFrame:
    """Targets by id, by id without version, by place (circles), by symbol, by aliases: the first that finds any."""
    names = targets.group_by("target_id", "target_symbol").len("pair_count")
    names = names.with_columns(
        pl.coalesce("target_symbol", "target_id").alias("shown"), unversioned(names["target_id"]).alias("loose")
    )
    genes = features.filter(pl.col("library") != "mirna").select("feature_id", "symbol").unique("feature_id")
    genes = genes.with_columns(
        unversioned(genes["feature_id"]).alias("loose"), pl.coalesce("symbol", "feature_id").alias("shown")
    )
    aliases = _single(gene_aliases)
    places = _places(names["target_id"], genes["feature_id"])
    steps = [
        ("exact", pl.col("target_id"), pl.col("feature_id")),
        ("version", pl.col("loose"), pl.col("loose")),
        ("place", pl.col("target_id"), None),
        ("symbol", pl.col("shown"), pl.col("shown")),
        ("symbol_case", pl.col("shown").str.to_uppercase(), pl.col("shown").str.to_uppercase()),
        ("alias", _official("shown", aliases), _official("shown", aliases)),
    ]
    hits, left = [], names
    for rule, key, other in steps:
        known = places if other is None else genes.select("feature_id", other.alias("__key")).drop_nulls()
        hit = left.with_columns(key.alias("__key")).join(known, on="__key").with_columns(pl.lit(rule).alias("rule"))
        hits.append(hit.select("target_id", "target_symbol", "pair_count", "feature_id", "rule"))
        left = left.join(hit, on=["target_id", "target_symbol"], how="anti", nulls_equal=True)
    reason = pl.when(pl.col("shown").is_in(_ambiguous(gene_aliases))).then(pl.lit("ambiguous_alias"))
    lost = left.select(
        "target_id",
        "target_symbol",
        "pair_count",
        pl.lit(None, pl.String).alias("feature_id"),
        pl.lit(None, pl.String).alias("rule"),
        reason.otherwise(pl.lit("not_in_study")).alias("na_reason"),
    )
    whole = pl.concat([*hits, lost], how="diagonal")
    return whole.select(
        pl.lit("target").alias("side"),
        pl.col("target_id").alias("name"),
        pl.col("target_symbol").alias("symbol"),
        "feature_id",
        "rule",
        "na_reason",
        pl.col("pair_count").cast(pl.Int64),
    ).sort("name", "symbol", "feature_id")


def _places(names: pl.Series, features: pl.Series) -> pl.DataFrame:
    """Circles at the same place, however it is written: feature_id and the name, as ``__key``, that means it.

    Strands agree where both state one. A start from 0 (BED) counts where no circle has the start as it is written.
    """
    asked = circrna_places(names).rename({"feature_id": "__key", "start": "__start", "strand": "__strand"})
    shift = pl.col("start") - pl.col("__start")
    same = (pl.col("strand") == pl.col("__strand")) | (pl.col("strand") == ".") | (pl.col("__strand") == ".")
    found = asked.join(circrna_places(features), on=["chrom", "end"]).filter(shift.is_in([0, 1]), same)
    return found.filter(shift == shift.min().over("__key")).select("feature_id", "__key")


def _single(gene_aliases: pl.DataFrame | None) -> dict[str, str]:
    """Official symbol of each alias that is an alias of one gene only, and no symbol itself."""
    if gene_aliases is None or gene_aliases.is_empty():
        return {}
    pairs = gene_aliases.select("alias", "symbol").drop_nulls().unique()
    pairs = pairs.filter(~pl.col("alias").is_in(pairs["symbol"].implode()))
    one = pairs.filter(~pl.col("alias").is_duplicated())
    return dict(one.iter_rows())


def _ambiguous(gene_aliases: pl.DataFrame | None) -> list[str]:
    if gene_aliases is None or gene_aliases.is_empty():
        return []
    pairs = gene_aliases.select("alias", "symbol").drop_nulls().unique()
    pairs = pairs.filter(~pl.col("alias").is_in(pairs["symbol"].implode()))
    return pairs.filter(pl.col("alias").is_duplicated())["alias"].unique().to_list()


def _official(column: str, aliases: dict[str, str]) -> pl.Expr:
    """Official symbol of a symbol; null everywhere without aliases."""
    return pl.col(column).replace(aliases) if aliases else pl.lit(None, pl.String)
