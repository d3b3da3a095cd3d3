"""Differential expression: counts of a library to one row per feature and contrast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.errors import Problem, Severity
from schemas.tables.differential_expression import DifferentialExpression
from schemas.tables.dispersions import Dispersion
from schemas.tables.normalized_expression import NormalizedExpression
from schemas.tables.sample_size_factors import SampleSizeFactor
from tasks.contracts import Analysis, Computed, Part
from tasks.methods import deseq2, limma
from tasks.methods.count_matrices import CountMatrix, Finding, count_matrix, refusal, remarks, size_factors
from tasks.methods.deseq2_frames import dispersion_rows, expression_rows
from tasks.methods.deseq2_tests import likelihood_ratio_table, wald_table
from tasks.methods.design_matrix import Design, design
from tasks.methods.effect_shrinkage import SHRUNKEN, shrunken_columns
from tasks.methods.expression_parts import COUNTS, FEATURES, OBJECTS, parts
from tasks.methods.length_offsets import length_scaled, normalisation_factors
from tasks.methods.merged_tools import merged
from tasks.methods.result_frames import result_frame

Floats = npt.NDArray[np.float64]
TABLE, FACTORS = "result.differential_expression", "result.sample_size_factors"
EXPRESSION, DISPERSIONS = "result.normalized_expression", "result.dispersions"


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Fit once, test every contrast; counts that cannot be fitted give a problem and no rows."""
    given = part.parameters
    problems = [_problem(given, Finding("fit_note", note)) for note in given["notes"]]
    matrix, told = _library_matrix(given, frames[COUNTS])
    problems += [_problem(given, finding) for finding in told]
    scale = count_matrix(frames[COUNTS], "gene", given["objects"]["gene"]) if given["objects"]["gene"] else matrix
    for refused in filter(None, (_own_refusal(given, matrix), _scale_refusal(matrix, scale))):
        nothing = {
            TABLE: result_frame([], DifferentialExpression),
            FACTORS: result_frame([], SampleSizeFactor),
            EXPRESSION: result_frame([], NormalizedExpression),
            DISPERSIONS: result_frame([], Dispersion),
        }
        return Computed(nothing, (*problems, _problem(given, refused, Severity.LOCAL)))
    model = _design(given, given["first"], given["crossed"][1])
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
        if given["method"] in limma.METHODS:
            tested = _unshrunken(tested)
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
        DISPERSIONS: result_frame(fitted.dispersions.with_columns(**named), Dispersion),
    }
    return Computed(found, tuple(problems))


def _own_refusal(given: Mapping[str, Any], matrix: CountMatrix) -> Finding | None:
    """Why the library cannot be fitted; a sample may well have genes and no circRNA, by no mistake."""
    found = refusal(matrix, given["min_count"] or 0)
    if found is None or found.rule != "sample_without_reads" or given["library"] != "circrna":
        return found
    remedy = "A sample of few reads may show no circRNA. "
    remedy += "Name the file of circRNAs and the sample in exclusions.csv: its genes stay."
    return replace(found, remedy=f"Check the file of that sample. {remedy}")


def _scale_refusal(matrix: CountMatrix, scale: CountMatrix) -> Finding | None:
    """Why circRNAs cannot be scaled by these genes."""
    found = None if scale is matrix else refusal(scale)
    if found is None:
        return None
    own = "scale circRNAs by their own reads: expression.size_factors {circrna: poscounts}"
    message = f"gene counts, whose size factors circRNAs take: {found.message}"
    return replace(found, message=message, remedy=f"{found.remedy} Or {own}.".strip())


def _design(given: Mapping[str, Any], first: str, crossed_first: str | None) -> Design:
    """The fit's design, coded from these levels."""
    return design(
        given["metadata"],
        variable=given["variable"],
        blocking=given["blocking"],
        first=first,
        crossed=given["crossed"][0],
        crossed_first=crossed_first,
    )


def _library_matrix(given: Mapping[str, Any], counts: pl.DataFrame) -> tuple[CountMatrix, list[Finding]]:
    """Counts that are fitted, of one source or merged, and what to know about them."""
    if "tools" not in given:
        return count_matrix(counts, given["library"], given["objects"]["library"]), []
    matrix, finding = merged({t: count_matrix(counts, given["library"], o) for t, o in given["tools"].items()})
    return matrix, [finding]


@dataclass(frozen=True)
class _Fitted:
    """Size factors of a fit, what to know about it, and its test of a contrast, a row per feature tested.

    ``factors``: one a sample, or features x samples where lengths take part; ``expression``: values for pictures,
    of methods that give them on a scale of their own; ``dispersions`` of those that estimate any; ``quality``:
    weight of each sample where they were asked for.
    """

    factors: Floats
    findings: tuple[Finding, ...]
    tests: Callable[..., pl.DataFrame]
    expression: pl.DataFrame = field(default_factory=partial(result_frame, (), NormalizedExpression))
    dispersions: pl.DataFrame = field(default_factory=partial(result_frame, (), Dispersion))
    quality: Floats | None = None


def _deseq2_test(
    fitted: deseq2.Fit,
    given: Mapping[str, Any],
    *,
    reference: str,
    target: str,
    tested_fold_change: float,
    between: tuple[str, str] | None,
    is_whole: bool,
) -> pl.DataFrame:
    if is_whole:
        kept = [factor for factor, _ in fitted.design.columns if factor != fitted.design.tested]
        table = likelihood_ratio_table(
            fitted, kept=kept, reference=reference, target=target, fdr=given["fdr"], between=between
        )
    else:
        table = wald_table(
            fitted,
            reference=reference,
            target=target,
            fdr=given["fdr"],
            tested_fold_change=tested_fold_change,
            between=between,
        )
    if given["shrinkage"] == "none":
        return _unshrunken(table)
    # coded so that the contrast is one coefficient: the prior is on that, as where R's users relevel
    coded = _design(given, reference, between[0] if between else given["crossed"][1])
    contrast = coded.contrast(reference=reference, target=target, between=between)
    return table.hstack(shrunken_columns(fitted, table, coded, contrast))


def _unshrunken(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.lit(None, pl.Float64).alias(name) for name in SHRUNKEN)


def _deseq2(given: Mapping[str, Any], matrix: CountMatrix, scale: CountMatrix, model: Design) -> _Fitted:
    scaling = "ratio" if scale is not matrix else given["size_factors"]
    sizes, remarked = size_factors(scale.reads, scaling, scale.offsets)
    factors = sizes if matrix.offsets is None else normalisation_factors(matrix.offsets, sizes)
    findings = [*remarked, *remarks(matrix, given["library"])]
    is_kept = matrix.reads.sum(axis=1) >= (given["min_count"] or 0)
    kept = [f for f, keep in zip(matrix.features, is_kept, strict=True) if keep]
    own = factors[is_kept] if factors.ndim > 1 else factors
    fitted = deseq2.fit(matrix.reads[is_kept].astype(np.int64), kept, model, own)
    findings += [Finding("deseq2_note", note) for note in fitted.notes]
    tests = partial(_deseq2_test, fitted, given)
    return _Fitted(factors, tuple(findings), tests, expression_rows(fitted), dispersions=dispersion_rows(fitted))


def _per_mean_length(matrix: CountMatrix) -> Floats:
    """Counts for limma: corrected for the lengths of transcripts where they are known."""
    counts = np.nan_to_num(matrix.counts)
    return counts if matrix.offsets is None else length_scaled(counts, matrix.offsets)


def _limma(given: Mapping[str, Any], matrix: CountMatrix, scale: CountMatrix, model: Design) -> _Fitted:
    is_borrowed, scaling = scale is not matrix, None
    findings = remarks(matrix, given["library"])
    counts, scale_counts = _per_mean_length(matrix), _per_mean_length(scale)
    if not is_borrowed and given["size_factors"] != "tmm":
        scaling, remarked = size_factors(matrix.reads, given["size_factors"], matrix.offsets)
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
    writes=(TABLE, FACTORS, EXPRESSION, DISPERSIONS),
    parts=parts,
    run=run,
    libraries=("pydeseq2", "numpy", "scipy"),
)
