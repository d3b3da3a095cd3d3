"""Differential expression: counts of a library to one row per feature and contrast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.errors import Problem, Severity
from schemas.tables.differential_expression import DifferentialExpression
from schemas.tables.normalized_expression import NormalizedExpression
from schemas.tables.sample_size_factors import SampleSizeFactor
from tasks.contracts import Analysis, Computed, Part
from tasks.methods import deseq2, limma
from tasks.methods.count_matrices import CountMatrix, Finding, count_matrix, refusal, remarks, size_factors
from tasks.methods.deseq2_tests import likelihood_ratio_table, wald_table
from tasks.methods.design_matrix import Design, design
from tasks.methods.expression_parts import COUNTS, FEATURES, OBJECTS, parts
from tasks.methods.length_offsets import length_scaled, normalisation_factors
from tasks.methods.merged_tools import merged
from tasks.methods.result_frames import result_frame
from tasks.methods.variance_stabilisation import stabilised

Floats = npt.NDArray[np.float64]
TABLE, FACTORS = "result.differential_expression", "result.sample_size_factors"
EXPRESSION = "result.normalized_expression"


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Fit once, test every contrast; counts that cannot be fitted give a problem and no rows."""
    given = part.parameters
    problems = [_problem(given, Finding("fit_note", note)) for note in given["notes"]]
    matrix, told = _library_matrix(given, frames[COUNTS])
    problems += [_problem(given, finding) for finding in told]
    scale = count_matrix(frames[COUNTS], "gene", given["objects"]["gene"]) if given["objects"]["gene"] else matrix
    for refused in filter(None, (refusal(matrix), refusal(scale))):
        nothing = {
            TABLE: result_frame([], DifferentialExpression),
            FACTORS: result_frame([], SampleSizeFactor),
            EXPRESSION: result_frame([], NormalizedExpression),
        }
        return Computed(nothing, (*problems, _problem(given, refused, Severity.LOCAL)))
    crossed, crossed_first = given["crossed"]
    model = design(
        given["metadata"],
        variable=given["variable"],
        blocking=given["blocking"],
        first=given["first"],
        crossed=crossed,
        crossed_first=crossed_first,
    )
    fitted = (_limma if given["method"] in limma.METHODS else _deseq2)(given, matrix, scale, model)
    problems += [_problem(given, finding) for finding in fitted.findings]
    means = pl.DataFrame({"feature_id": matrix.features, "own_mean": (matrix.reads / fitted.factors).mean(axis=1)})
    seen = matrix.reads.any(axis=1)
    of_samples = fitted.factors if fitted.factors.ndim == 1 else np.exp(np.log(fitted.factors[seen]).mean(axis=0))
    bound = given["fold_change"] if given["threshold"] == "test" else 1.0
    tables = []
    for contrast in given["contrasts"]:
        tested = fitted.tests(
            reference=contrast["reference"],
            target=contrast["target"],
            tested_fold_change=bound,
            between=tuple(contrast["between"]) or None,
            is_whole=contrast["test"] == "lrt",
        )
        tables.append(_contrast_table(given, contrast, tested, means, frames[FEATURES]))
    named = {"library": pl.lit(given["library"]), "method": pl.lit(given["method"]), "fit": pl.lit(given["fit"])}
    scaled = pl.DataFrame(
        {"sample_id": matrix.samples, "size_factor": of_samples, "quality_weight": fitted.quality},
        schema_overrides={"quality_weight": pl.Float64},
    ).with_columns(**named)
    found = {
        TABLE: result_frame(pl.concat(tables), DifferentialExpression),
        FACTORS: result_frame(scaled, SampleSizeFactor),
        EXPRESSION: result_frame(fitted.expression.with_columns(**named), NormalizedExpression),
    }
    return Computed(found, tuple(problems))


def _library_matrix(given: Mapping[str, Any], counts: pl.DataFrame) -> tuple[CountMatrix, list[Finding]]:
    """Counts that are fitted, of one source or merged, and what to know about them."""
    if "tools" not in given:
        return count_matrix(counts, given["library"], given["objects"]["library"]), []
    matrix, finding = merged({t: count_matrix(counts, given["library"], o) for t, o in given["tools"].items()})
    return matrix, [finding]


def _expression(fitted: deseq2.Fit) -> pl.DataFrame:
    """Variance-stabilised counts, one row per seen feature and sample."""
    seen = np.flatnonzero(fitted.counts.any(axis=1))
    wide = pl.DataFrame(stabilised(fitted)[seen], schema=list(fitted.design.samples))
    return wide.with_columns(feature_id=pl.Series([fitted.features[i] for i in seen], dtype=pl.String)).unpivot(
        index="feature_id", variable_name="sample_id", value_name="value"
    )


def _no_expression() -> pl.DataFrame:
    return pl.DataFrame(schema={"feature_id": pl.String, "sample_id": pl.String, "value": pl.Float64})


@dataclass(frozen=True)
class _Fitted:
    """Size factors of a fit, what to know about it, and its test of a contrast, a row per feature tested.

    ``factors``: one a sample, or features x samples where lengths take part; ``expression``: values for pictures,
    of methods that give them on a scale of their own; ``quality``: weight of each sample where they were asked for.
    """

    factors: Floats
    findings: tuple[Finding, ...]
    tests: Callable[..., pl.DataFrame]
    expression: pl.DataFrame = field(default_factory=_no_expression)
    quality: Floats | None = None


def _deseq2_test(
    fitted: deseq2.Fit,
    *,
    fdr: float,
    reference: str,
    target: str,
    tested_fold_change: float,
    between: tuple[str, str] | None,
    is_whole: bool,
) -> pl.DataFrame:
    if is_whole:
        kept = [factor for factor, _ in fitted.design.columns if factor != fitted.design.tested]
        return likelihood_ratio_table(fitted, kept=kept, reference=reference, target=target, fdr=fdr, between=between)
    return wald_table(
        fitted, reference=reference, target=target, fdr=fdr, tested_fold_change=tested_fold_change, between=between
    )


def _deseq2(given: Mapping[str, Any], matrix: CountMatrix, scale: CountMatrix, model: Design) -> _Fitted:
    per_length = scale.reads if scale.offsets is None else scale.reads / scale.offsets
    sizes, remarked = size_factors(per_length, "ratio" if scale is not matrix else given["size_factors"])
    factors = sizes if matrix.offsets is None else normalisation_factors(matrix.offsets, sizes)
    findings = [*remarked, *remarks(matrix, given["library"])]
    if given["shrinkage"] != "none":
        message = f"expression.shrinkage {given['shrinkage']} is not built yet; fold changes are not shrunken"
        findings.append(Finding("shrinkage_not_built", message))
    is_kept = matrix.reads.sum(axis=1) >= (given["min_count"] or 0)
    kept = [f for f, keep in zip(matrix.features, is_kept, strict=True) if keep]
    own = factors[is_kept] if factors.ndim > 1 else factors
    fitted = deseq2.fit(matrix.reads[is_kept].astype(np.int64), kept, model, own)
    findings += [Finding("deseq2_note", note) for note in fitted.notes]
    return _Fitted(factors, tuple(findings), partial(_deseq2_test, fitted, fdr=given["fdr"]), _expression(fitted))


def _per_mean_length(matrix: CountMatrix) -> Floats:
    """Counts for limma: corrected for the lengths of transcripts where they are known."""
    counts = np.nan_to_num(matrix.counts)
    return counts if matrix.offsets is None else length_scaled(counts, matrix.offsets)


def _limma(given: Mapping[str, Any], matrix: CountMatrix, scale: CountMatrix, model: Design) -> _Fitted:
    is_borrowed, scaling = scale is not matrix, None
    findings = remarks(matrix, given["library"])
    counts, scale_counts = _per_mean_length(matrix), _per_mean_length(scale)
    if not is_borrowed and given["size_factors"] != "tmm":
        scaling, remarked = size_factors(matrix.reads, given["size_factors"])
        findings += remarked
    fitted = limma.fit(
        counts,
        matrix.features,
        model,
        method=given["method"],
        scaling=scaling,
        scale=scale_counts if is_borrowed else None,
        min_count=given["min_count"] or 0,
        labels=[row[given["random"]] for row in given["metadata"].values()] if given["random"] else (),
        robust=given["robust"],
        quality_weights=given["quality_weights"],
    )
    findings += [Finding("limma_note", note) for note in fitted.notes]
    quality = fitted.sample_weights if given["quality_weights"] and fitted.model else None
    return _Fitted(fitted.size_factors, tuple(findings), partial(limma.contrast_table, fitted), quality=quality)


def _problem(given: Mapping[str, Any], finding: Finding, severity: Severity = Severity.WARNING) -> Problem:
    names = ", ".join(c["id"] for c in given["contrasts"])
    place = f"contrast {names}, library {given['library']}, {given['fit']}"
    return Problem(severity, "contrasts.csv", place, "", finding.rule, finding.message, finding.remedy)


def _contrast_table(
    given: Mapping[str, Any],
    contrast: Mapping[str, str],
    tested: pl.DataFrame,
    means: pl.DataFrame,
    features: pl.DataFrame,
) -> pl.DataFrame:
    is_tested = given["threshold"] == "test"
    lfc = pl.col("log2_fold_change")
    passes = (pl.col("padj") < given["fdr"]) & (lfc.abs() > (0.0 if is_tested else np.log2(given["fold_change"])))
    labels = features.filter(pl.col("library") == given["library"]).select("feature_id", "symbol", "rna_class")
    direction = pl.when(passes & (lfc > 0)).then(pl.lit("up")).when(passes & (lfc < 0)).then(pl.lit("down"))
    left_out = pl.when(pl.col("own_mean") == 0).then(pl.lit("all_zero")).otherwise(pl.lit("low_count"))
    return (
        means.join(tested, on="feature_id", how="left", maintain_order="left")
        .join(labels, on="feature_id", how="left", maintain_order="left")
        .with_columns(
            contrast_id=pl.lit(contrast["id"]),
            library=pl.lit(given["library"]),
            method=pl.lit(given["method"]),
            rna_class=pl.col("rna_class").fill_null("other"),
            direction=direction.otherwise(pl.lit("ns")),
            na_reason=pl.when(pl.col("base_mean").is_null()).then(left_out).otherwise("na_reason"),
            base_mean=pl.coalesce("base_mean", "own_mean"),
        )
    )


ANALYSIS = Analysis(
    name="differential_expression",
    reads={
        COUNTS: ("library", "sample_id", "object_id"),
        FEATURES: ("library",),
        OBJECTS: ("object_id", "file_name", "parser"),
    },
    writes=(TABLE, FACTORS, EXPRESSION),
    parts=parts,
    run=run,
    libraries=("pydeseq2", "numpy", "scipy"),
)
