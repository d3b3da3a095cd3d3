"""Count matrices for a fit: what must be refused, what must be said, and their size factors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.methods.length_offsets import relative_lengths, whole_lengths
from tasks.methods.size_factors import has_gene_without_zero, median_of_ratios, poscounts
from tasks.methods.tmm import tmm_factors

Floats = npt.NDArray[np.float64]
MOST_SILENT = 0.75  # features without reads that a list of all genes usually has at most, as a share
MIN_FEATURES = 10  # with fewer the trend of dispersion over mean has no meaning


@dataclass(frozen=True)
class Finding:
    """Something about a matrix that people must know."""

    rule: str
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class CountMatrix:
    """Counts of one library: features x samples, NaN where a sample's file lacks the feature.

    ``lengths``: average transcript length (nt) in the same shape, NaN where a file tells none; null where none does.
    """

    features: tuple[str, ...]
    samples: tuple[str, ...]
    counts: Floats
    doubled: tuple[str, ...] = ()  # names in one file that are the same sample
    lengths: Floats | None = None

    @cached_property
    def reads(self) -> Floats:
        """Whole counts, rounded as R's tximport does for DESeq2; a feature a file lacks has none there."""
        whole: Floats = np.rint(np.nan_to_num(self.counts))
        return whole

    @cached_property
    def offsets(self) -> Floats | None:
        """Lengths over the gene's geometric mean, without gaps; null unless every sample's file tells them."""
        if self.lengths is None or np.isnan(self.lengths).all(axis=0).any():
            return None
        return relative_lengths(whole_lengths(self.lengths))


def count_matrix(counts: pl.DataFrame, library: str, objects: Mapping[str, str]) -> CountMatrix:
    """Matrix of one library from ``FeatureCount`` rows; ``objects`` names the object of each sample, in order.

    Features are in alphabetical order.
    """
    source = pl.DataFrame({"sample_id": list(objects), "object_id": list(objects.values())})
    mine = counts.filter(pl.col("library") == library).join(source, on=["sample_id", "object_id"], how="semi")
    names = mine.select("sample_id", "sample_name").unique().sort("sample_id", "sample_name")
    doubled = names.filter(pl.col("sample_id").is_duplicated())["sample_name"].to_list()
    wide, lengths = _wide(mine, "count", objects), None
    if "effective_length" in mine.columns and mine["effective_length"].is_not_null().any():
        lengths = _wide(mine, "effective_length", objects).select(list(objects)).cast(pl.Float64).to_numpy()
    values = wide.select(list(objects)).cast(pl.Float64).to_numpy()
    return CountMatrix(tuple(wide["feature_id"]), tuple(objects), values, tuple(doubled), lengths)


def _wide(rows: pl.DataFrame, column: str, samples: Iterable[str]) -> pl.DataFrame:
    """Features in order x samples; a sample without rows is null."""
    wide = rows.pivot("sample_id", index="feature_id", values=column, aggregate_function="first").sort("feature_id")
    return wide.with_columns(pl.lit(None, pl.Float64).alias(s) for s in samples if s not in wide.columns)


def refusal(matrix: CountMatrix, min_count: float = 0) -> Finding | None:
    """What makes a fit impossible or meaningless; null when nothing does.

    Features with fewer than ``min_count`` reads in total are left out of the fit.
    """
    if matrix.doubled:
        return Finding(
            "sample_twice",
            f"{', '.join(matrix.doubled)} are the same sample in one file",
            "Keep one of the columns, or give them different names in samples.csv.",
        )
    if np.isinf(matrix.counts).any() or (np.nan_to_num(matrix.counts) < 0).any():
        return Finding(
            "counts_not_counts",
            "some counts are negative or infinite",
            "Give raw counts, not normalised or log values.",
        )
    empty = [s for s, total in zip(matrix.samples, matrix.reads.sum(axis=0), strict=True) if total == 0]
    if empty:
        return Finding(
            "sample_without_reads",
            f"{', '.join(empty)} has no reads in any feature, so it cannot be normalised",
            "Check the file of that sample, or name the sample in exclusions.csv.",
        )
    is_seen, is_kept = (matrix.reads > 0).sum(axis=1) > 1, matrix.reads.sum(axis=1) >= min_count
    usable, seen = int((is_seen & is_kept).sum()), int(is_seen.sum())
    if usable < MIN_FEATURES:
        is_strict = seen >= MIN_FEATURES
        least = f" and {min_count:g} or more in total" if is_strict else ""
        return Finding(
            "too_few_features",
            f"{usable} features have reads in two samples or more{least}; {MIN_FEATURES} are needed to see how "
            "variation depends on the mean",
            f"Lower expression.min_count in study.yaml: without it there are {seen}."
            if is_strict
            else "Check that the files count the same features, in the same library.",
        )
    return None


def remarks(matrix: CountMatrix, library: str) -> list[Finding]:
    """What a reader of the results must know about the counts."""
    found = []
    if matrix.lengths is not None and matrix.offsets is None:
        without = [s for s, nt in zip(matrix.samples, matrix.lengths.T, strict=True) if np.isnan(nt).all()]
        found.append(
            Finding(
                "lengths_of_some",
                f"the files of {', '.join(without)} tell no transcript lengths, those of the other samples do; lengths "
                "are left out of account for all",
                "Quantify all samples with the same tool, or name one pipeline in expression.source.",
            )
        )
    elif matrix.lengths is None and (np.nan_to_num(matrix.counts) != matrix.reads).any():
        found.append(
            Finding(
                "lengths_unknown",
                "counts are fractional (deseq2 rounds them) and the files tell no transcript lengths, so that "
                "differences in length between samples are not corrected",
                "Give salmon's quant.sf or kallisto's abundance.tsv of every sample, or nf-core's "
                "salmon.merged.gene_lengths.tsv beside its gene_counts.",
            )
        )
    silent = int((matrix.reads.sum(axis=1) == 0).sum())
    if library == "gene" and silent > MOST_SILENT * len(matrix.features):
        found.append(
            Finding(
                "features_without_reads",
                f"{silent} of {len(matrix.features)} genes have no reads in any of these samples (all_zero)",
                "Check that the files are of these samples and were counted on the right annotation.",
            )
        )
    missing = int(np.isnan(matrix.counts).any(axis=1).sum())
    if missing and library == "gene":
        found.append(
            Finding(
                "features_missing",
                f"{missing} of {len(matrix.features)} genes are missing in the files of some samples and count as no "
                "reads there",
                "Check that all files were counted on the same annotation.",
            )
        )
    return found


def size_factors(reads: Floats, scaling: str, offsets: Floats | None = None) -> tuple[Floats, Sequence[Finding]]:
    """Size factors by ``ratio``, ``poscounts`` or ``tmm``; ratio gives way to poscounts where it is not defined.

    ``offsets``: what reads owe to the samples' transcript lengths (``CountMatrix.offsets``).
    """
    freed = reads if offsets is None else reads / offsets
    if scaling == "tmm":
        sizes = freed.sum(axis=0) * tmm_factors(freed)
        return sizes / np.exp(np.log(sizes).mean()), ()
    if scaling == "ratio" and has_gene_without_zero(reads):
        return median_of_ratios(freed), ()
    message = "every feature has a zero in some sample, so median of ratios is not defined; poscounts is used instead"
    told = (Finding("every_feature_has_a_zero", message),) if scaling == "ratio" else ()
    return poscounts(reads, offsets), told
