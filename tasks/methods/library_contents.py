"""What the reads of each sample of a library are: how many, in how many features, how many in one alone. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

DOMINANT_PERCENT = 50.0
EXTREME_RATIO = 4.0
MITOCHONDRIAL = r"(?i)^mt[-:]"
# proteins of both subunits; not their kinases (RPS6KA1), nor pseudogenes (RPL10P9)
RIBOSOMAL = r"(?i)^rp[ls](a|p?[0-9]+(a|al|l|l1|x|y1|y2)?)$"


def contents(counts: pl.DataFrame, features: pl.DataFrame) -> pl.DataFrame:
    """One row per sample: ``library_size, detected_count, top_feature_id, top_symbol, top_feature_percent,
    mitochondrial_percent, ribosomal_percent``.

    ``counts``: ``sample_id, feature_id, count`` of one library; ``features``: ``feature_id, symbol``. Of equal
    counts the feature first by name is the top one; shares are null without reads, and where no symbol of the
    features is of the kind.
    """  # noqa: D205  # the columns are the summary
    known = features.select("feature_id", "symbol").unique("feature_id", keep="first")
    kinds = {"mitochondrial_percent": MITOCHONDRIAL, "ribosomal_percent": RIBOSOMAL}
    named = known.with_columns(pl.col("symbol").str.contains(kind).fill_null(value=False).alias(name)
                               for name, kind in kinds.items())  # fmt: skip
    has_kind = {name: bool(named[name].any()) for name in kinds}
    total = pl.col("count").sum()
    joined = counts.select("sample_id", "feature_id", "count").join(named, on="feature_id", how="left")
    shares = [
        (pl.when(total > 0).then(100 * pl.col("count").filter(pl.col(name)).sum() / total) if has_kind[name]
         else pl.lit(None, pl.Float64)).alias(name)
        for name in kinds
    ]  # fmt: skip
    top = pl.struct(pl.col("feature_id", "symbol", "count")).sort_by(
        pl.col("count"), pl.col("feature_id"), descending=[True, False]
    )
    found = joined.group_by("sample_id").agg(
        total.cast(pl.Float64).alias("library_size"),
        (pl.col("count") > 0).sum().cast(pl.Int64).alias("detected_count"),
        top.first().alias("top"),
        *shares,
    )
    has_reads = pl.col("library_size") > 0
    top_of = pl.col("top").struct
    return found.with_columns(
        top_feature_id=pl.when(has_reads).then(top_of.field("feature_id")),
        top_symbol=pl.when(has_reads).then(top_of.field("symbol")),
        top_feature_percent=pl.when(has_reads).then(100 * top_of.field("count") / pl.col("library_size")),
    ).drop("top").sort("sample_id")  # fmt: skip


def dominated(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Samples in which one feature has more than half of the reads, by that feature.

    More than half: reads per million of every other feature then depend on that one more than on all others
    together, and what it gains they lose.
    """
    most = rows.filter(pl.col("top_feature_percent") > DOMINANT_PERCENT).sort("top_feature_id", "sample_id")
    return {str(name): part for (name,), part in most.group_by(["top_feature_id"], maintain_order=True)}


def extreme_factors(factors: pl.DataFrame) -> tuple[str, str, float] | None:
    """Samples of the smallest and the largest size factor and their ratio, where that exceeds 4; else null.

    ``factors``: ``sample_id, size_factor``. limma's guide trusts ``limma-trend`` up to a ratio of about 3 of
    library sizes; beyond 4 a feature rare in the larger library is mostly absent from the smaller.
    """
    ordered = factors.drop_nulls("size_factor").sort("size_factor", "sample_id")
    if ordered.height < 2 or ordered["size_factor"][-1] <= EXTREME_RATIO * ordered["size_factor"][0]:  # noqa: PLR2004
        return None
    low, high = ordered.row(0, named=True), ordered.row(-1, named=True)
    return low["sample_id"], high["sample_id"], high["size_factor"] / low["size_factor"]


def log2_cpm(counts: Floats) -> Floats:
    """log2 counts per million of features x samples, half a read added, as limma's voom has them.

    Law et al. 2014, doi:10.1186/gb-2014-15-2-r29
    """
    sizes = counts.sum(axis=0)
    found: Floats = np.log2((counts + 0.5) / (sizes + 1) * 1e6)
    return found
