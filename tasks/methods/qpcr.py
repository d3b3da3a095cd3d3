"""Relative expression by 2^-ΔΔCq or Pfaffl's ratio, from wells to one row per culture and target."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

ROW = ("sample_id", "target")
RUN_ROW = ("run", "sample_id", "target")


def fold_change(
    wells: pl.DataFrame, *, references: Sequence[str], calibrator: str, efficiencies: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Relative expression by 2^-ΔΔCq, or efficiency-corrected by Pfaffl's ratio.

    ``wells``: ``QpcrWell`` rows of one experiment joined to their sample's ``condition`` (null for
    wells of no known sample), with ``is_excluded`` and ``is_sample_excluded``; Cq in cycles.
    Wells that were omitted in the instrument's software are dropped; excluded wells are dropped
    while others of the same sample and target remain, otherwise they give the row, which is then
    marked ``is_excluded``. Target names match ``references`` whatever their case.

    Technical repeats are averaged on the Cq scale within (file, sample, target); ΔCq is against the
    mean Cq of the reference targets (= geometric mean of quantities) of the same sample in the same
    file; files are combined weighted by wells. Files of one plate that a barcode or files.csv names count as
    one. Where a plate has inter-run calibrator wells of a target and of all references, its Cq is corrected by
    (plate's IRC mean - mean over plates), per target, and then a reference measured in another corrected file may
    serve. ΔΔCq is against the arithmetic mean ΔCq of the calibrator condition's cultures that are not excluded.

    ``efficiencies`` (``gene``, the target in lower case, and ``amplification_factor``; see ``standard_curves``) gives
    the copies made per cycle, E. Each Cq then counts log2(E) cycles of doubling, so that 2^-ΔΔCq of these is
    E_target^(ΔCq target) / E_reference^(ΔCq reference) with ΔCq = calibrators' mean - sample, and with several
    references their geometric mean. Without it E is 2. A target without E is null (``no_efficiency``), never 2.

    One row per culture and target: ``amplification_factor, mean_cq, delta_cq, delta_delta_cq, fold_change, technical_n,
    technical_sd`` (pooled over files)``, undetermined_count, is_excluded, is_reference, na_reason``:
    ``undetermined`` (nothing amplified; never 40), ``no_reference_target`` (one was not measured in this culture),
    ``reference_undetermined`` (one has no Cq), ``no_efficiency`` (of it or of a reference),
    ``reference_on_other_plate`` (no inter-run calibrator joins the files), ``no_calibrator`` (only ΔΔCq is null).

    Livak & Schmittgen 2001, doi:10.1006/meth.2001.1262; Pfaffl 2001, doi:10.1093/nar/29.9.e45;
    several references: Vandesompele et al. 2002, doi:10.1186/gb-2002-3-7-research0034
    """
    wanted = [r.casefold() for r in references]
    wells = wells.filter(~pl.col("flag").fill_null("").str.contains("omitted")).with_columns(
        is_reference=pl.col("target").str.to_lowercase().is_in(wanted)
    )
    wells = _corrected(_with_factors(_with_runs(wells), efficiencies))
    kept = wells.filter(pl.col("sample_id").is_not_null() & (pl.col("task") == "unknown"))
    # a row all of whose wells are excluded is still computed, and marked
    kept = kept.with_columns(all_excluded=pl.col("is_excluded").all().over(ROW)).filter(
        ~pl.col("is_excluded") | pl.col("all_excluded")
    )
    joined = _with_reference(_technical_means(kept))
    return _relative(_over_files(joined), calibrator=calibrator)


def _with_runs(wells: pl.DataFrame) -> pl.DataFrame:
    """Name what was measured together: a file, or the files of one plate that is known by name."""
    is_one = (pl.col("plate_is_explicit").all() & (pl.col("plate").n_unique() == 1)).over("object_id")
    named = pl.lit("plate ") + pl.col("plate")
    return wells.with_columns(run=pl.when(is_one).then(named).otherwise(pl.lit("file ") + pl.col("object_id")))


def _with_factors(wells: pl.DataFrame, efficiencies: pl.DataFrame | None) -> pl.DataFrame:
    """Add the amplification factor and ``amount_cq``: Cq in cycles of doubling."""
    if efficiencies is None:
        wells = wells.with_columns(amplification_factor=pl.lit(2.0))
    else:
        gene = pl.col("target").str.to_lowercase()  # one run writes GAPDH, another Gapdh
        wells = wells.join(efficiencies, left_on=gene, right_on="gene", how="left", maintain_order="left")
    return wells.with_columns(amount_cq=pl.col("cq") * pl.col("amplification_factor").log(2))


def _corrected(wells: pl.DataFrame) -> pl.DataFrame:
    """Add ``corrected_cq``: less the plate's inter-run shift; null where its target or a reference has no IRC."""
    plate = ["run", "plate"]
    read = wells.filter((pl.col("task") == "irc") & pl.col("amount_cq").is_not_null() & ~pl.col("is_excluded"))
    means = read.group_by(*plate, "target").agg(pl.col("amount_cq").mean().alias("irc"))
    shifts = means.with_columns(shift=pl.col("irc") - pl.col("irc").mean().over("target"))
    references = wells.filter(pl.col("is_reference") & (pl.col("task") == "unknown")).select(*plate, "target").unique()
    without = references.join(shifts, on=[*plate, "target"], how="anti").select(plate).unique()
    usable = shifts.join(without, on=plate, how="anti").select(*plate, "target", "shift")
    joined = wells.join(usable, on=[*plate, "target"], how="left", maintain_order="left")
    return joined.with_columns(corrected_cq=pl.col("amount_cq") - pl.col("shift"))


def _technical_means(wells: pl.DataFrame) -> pl.DataFrame:
    cq = pl.col("cq")
    return wells.group_by(*RUN_ROW, maintain_order=True).agg(
        pl.col("condition").first(),
        pl.col("is_reference").first(),
        pl.col("amplification_factor").first(),
        cq.mean().alias("mean_cq"),
        pl.col("amount_cq").mean(),
        # a shift for some of the wells only would mix two scales
        pl.when(pl.col("corrected_cq").count() == pl.col("amount_cq").count()).then(pl.col("corrected_cq").mean()),
        cq.count().cast(pl.Int64).alias("technical_n"),
        cq.std().alias("technical_sd"),
        cq.is_null().sum().cast(pl.Int64).alias("undetermined_count"),
        (pl.col("all_excluded").first() | pl.col("is_sample_excluded").any()).alias("is_excluded"),
    )


def _with_reference(runs: pl.DataFrame) -> pl.DataFrame:
    """Add the reference's mean Cq and ΔCq to each (file, sample, target), or the reason why there is none."""
    corrected = pl.col("corrected_cq")
    gene = pl.col("target").str.to_lowercase()  # one run writes GAPDH, another Gapdh
    references = runs.filter(pl.col("is_reference")).with_columns(gene=gene)
    needed = references["gene"].n_unique()

    def mean_of(cq: pl.Expr, *by: str) -> pl.DataFrame:
        per_target = references.group_by(*by, "gene").agg(cq.mean().alias("cq"), pl.col("is_excluded").any())
        return per_target.group_by(*by).agg(
            pl.when(pl.col("cq").count() == needed).then(pl.col("cq").mean()).alias("reference"),
            (pl.len() == needed).alias("is_complete"),
            pl.col("is_excluded").any().alias("is_reference_excluded"),
        )

    here = mean_of(pl.col("amount_cq"), "run", "sample_id")
    lacking = (pl.col("mean_cq").is_not_null() & pl.col("amount_cq").is_null()).any()
    without = references.group_by("run", "sample_id").agg(lacking.alias("is_reference_without_efficiency"))
    here_corrected = mean_of(corrected, "run", "sample_id").select(
        "run", "sample_id", pl.col("reference").alias("reference_corrected")
    )
    anywhere = mean_of(corrected, "sample_id").select(
        "sample_id",
        pl.col("reference").alias("reference_elsewhere"),
        pl.col("is_reference_excluded").alias("is_elsewhere_excluded"),
        pl.col("is_complete").alias("is_complete_elsewhere"),
    )
    joined = (
        runs.join(here, on=["run", "sample_id"], how="left")
        .join(without, on=["run", "sample_id"], how="left")
        .join(here_corrected, on=["run", "sample_id"], how="left")
        .join(anywhere, on="sample_id", how="left")
    )
    is_complete = pl.col("is_complete").fill_null(value=False)
    delta = pl.coalesce(
        corrected - pl.col("reference_corrected"),
        pl.col("amount_cq") - pl.col("reference"),
        pl.when(~is_complete).then(corrected - pl.col("reference_elsewhere")),
    )
    return joined.with_columns(
        delta_cq=delta,
        is_excluded=pl.col("is_excluded")
        | pl.when(is_complete).then("is_reference_excluded").otherwise("is_elsewhere_excluded").fill_null(value=False),
        na_reason=pl.when(delta.is_not_null())
        .then(None)
        .when(pl.col("mean_cq").is_null())
        .then(pl.lit("undetermined"))
        .when(pl.col("amount_cq").is_null() | pl.col("is_reference_without_efficiency").fill_null(value=False))
        .then(pl.lit("no_efficiency"))
        .when(is_complete)
        .then(pl.lit("reference_undetermined"))
        .when(pl.col("is_complete_elsewhere").fill_null(value=False))
        .then(pl.lit("reference_on_other_plate"))
        .otherwise(pl.lit("no_reference_target")),
    )


def _over_files(runs: pl.DataFrame) -> pl.DataFrame:
    """Combine a culture's files, weighted by wells; a file without ΔCq gives way to one that has it."""
    has = pl.col("delta_cq").is_not_null()
    runs = runs.filter(has | ~has.any().over(ROW))
    n, sd = pl.col("technical_n"), pl.col("technical_sd")

    def weighted(column: str) -> pl.Expr:
        x = pl.col(column)
        weight = n.filter(x.is_not_null())
        return (x.filter(x.is_not_null()) * weight).sum() / pl.when(weight.sum() > 0).then(weight.sum())

    several = n >= 2  # noqa: PLR2004  # an SD needs two wells
    freedom = (n - 1).filter(several).sum()
    return runs.group_by(*ROW, maintain_order=True).agg(
        pl.col("condition").first(),
        pl.col("is_reference").first(),
        pl.col("amplification_factor").mean(),
        weighted("mean_cq").alias("mean_cq"),
        weighted("delta_cq").alias("delta_cq"),
        n.sum(),
        (((n - 1) * sd**2).filter(several).sum() / pl.when(freedom > 0).then(freedom)).sqrt().alias("technical_sd"),
        pl.col("undetermined_count").sum(),
        pl.col("is_excluded").any(),
        pl.col("na_reason").sort().first(),
    )


def _relative(rows: pl.DataFrame, *, calibrator: str) -> pl.DataFrame:
    baseline = (
        rows.filter((pl.col("condition") == calibrator) & ~pl.col("is_excluded"))
        .group_by("target")
        .agg(pl.col("delta_cq").mean().alias("baseline"))
    )
    delta_delta = pl.col("delta_cq") - pl.col("baseline")
    return (
        rows.join(baseline, on="target", how="left")
        .with_columns(delta_delta_cq=delta_delta, fold_change=(-delta_delta * pl.lit(2.0).log()).exp())
        .with_columns(
            na_reason=pl.when(pl.col("delta_cq").is_not_null() & pl.col("baseline").is_null())
            .then(pl.lit("no_calibrator"))
            .otherwise(pl.col("na_reason"))
        )
        .drop("baseline")
        .sort(*ROW)
    )
