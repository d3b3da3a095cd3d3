"""ceRNA-mRNA pairs of a contrast: shared miRNAs against chance, and how the pairs vary together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from schemas.study import Study
from schemas.tables.cerna_pairs import CernaPair
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.cerna_correlation import Profiles, scores
from tasks.methods.cerna_expression import (
    EXPRESSION,
    SLICES,
    design_levels,
    expression_runs,
    held_constant,
    pair_profiles,
)
from tasks.methods.cerna_inputs import (
    READS,
    TESTS,
    contrast_parts,
    refused,
    target_edges,
    target_mirna_count,
    tested_nodes,
    unasked,
)
from tasks.methods.cerna_pair_warnings import correlation_warnings, no_pairs_reason, popular_mirnas, unstored_pairs
from tasks.methods.cerna_pairs import Ints, pair_family
from tasks.methods.cerna_rewiring import false_call_rate
from tasks.methods.cerna_sensitivity import FEWEST_SAMPLES, sensitivity, sensitivity_pvalues
from tasks.methods.cerna_tables import Candidates, candidate_tables
from tasks.methods.result_frames import result_frame

TABLE = "result.cerna_pairs"
SEED = 1
STORED = 2_000_000  # pairs of a family that have a row: those of a whole transcriptome are tens of millions
FEWEST_DF = 2  # residual degrees of freedom that a correlation needs for a p-value


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per contrast; with the samples and design that its correlations rest on."""
    found = unasked(study, slices)
    options, primary = study.config.cerna, study.config.expression.primary
    for contrast, part in contrast_parts(study, slices):
        runs = expression_runs(contrast.id, primary, slices[TESTS], slices[EXPRESSION])
        parameters = {
            **part.parameters,
            "candidates": options.candidates,
            "stored": STORED,
            "is_plain": options.compatibility == "gdcrnatools",
            "variable": contrast.variable,
            "blocking": held_constant(contrast),
            "crossed": contrast.between[0] if contrast.between else "",
            "levels": design_levels(study, contrast, runs, slices[EXPRESSION]),
        }
        where = {**part.where, EXPRESSION: {"run_id": tuple(sorted(runs.values()))}}
        found.append(replace(part, where=where, parameters=parameters))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Test every tier's family of candidate pairs and score the pairs that share a miRNA."""
    given = part.parameters
    nodes, edges = tested_nodes(frames[TESTS]), target_edges(frames)
    population = target_mirna_count(frames) if given["is_plain"] else None
    tables, problems = [], correlation_warnings(given, frames[EXPRESSION])
    for candidates in candidate_tables(
        nodes, edges, are_changed=given["candidates"] == "de", is_plain=given["is_plain"]
    ):
        pairs, rate = _family(candidates, frames[EXPRESSION], given, population)
        tables.append(pairs)
        problems += unstored_pairs(given, pairs)
        if rate > given["fdr"]:
            problems.append(popular_mirnas(given, candidates.tier, rate))
    rows = pl.concat(tables) if tables else pl.DataFrame()
    if rows.is_empty():
        return refused({TABLE: result_frame([], CernaPair)}, given, no_pairs_reason(nodes, edges, given), problems)
    symbols = nodes.select("feature_id", "symbol")
    for side in ("cerna", "mrna"):
        named = symbols.rename({"feature_id": f"{side}_id", "symbol": f"{side}_symbol"})
        rows = rows.join(named, on=f"{side}_id", how="left", maintain_order="left")
    classes = nodes.select(cerna_id="feature_id", cerna_class="rna_class")
    rows = rows.join(classes, on="cerna_id", how="left").with_columns(contrast_id=pl.lit(given["contrast"]))
    return Computed({TABLE: result_frame(rows, CernaPair)}, tuple(problems))


def _family(
    candidates: Candidates, values: pl.DataFrame, given: Mapping[str, Any], population: int | None
) -> tuple[pl.DataFrame, float]:
    """Rows of one tier's family, and its rate of false calls (NaN without calls)."""
    first, second = candidates.cernas, candidates.mrnas
    family = pair_family(first, second, population)
    rate = false_call_rate(first, second, family, given["fdr"], SEED)
    counts = {"sharing_count": len(family.padj), "significant_count": int((family.padj < given["fdr"]).sum())}
    family = family.strongest(given["stored"])
    pairs = (family.cerna, family.mrna)
    about = pair_profiles(values, candidates.sides, given)
    scored = scores(first, second, pairs, about)
    mean, sample_count = scored.mean_sensitivity, len(given["levels"])
    sensed, pvalue = mean, np.full(len(mean), np.nan)
    if not given["is_plain"]:
        sensed = np.full(len(mean), np.nan)
        if sample_count >= FEWEST_SAMPLES:
            sensed = sensitivity(first, second, pairs, about)
            pvalue = sensitivity_pvalues(sensed, scored.correlation, family.shared, about.residual_df, SEED)
    rows = pl.DataFrame(
        {
            "cerna_id": pl.Series(candidates.sides.cernas, dtype=pl.String).gather(family.cerna),
            "mrna_id": pl.Series(candidates.sides.mrnas, dtype=pl.String).gather(family.mrna),
            "shared_mirnas": family.shared,
            "cerna_mirnas": family.cerna_mirnas[family.cerna],
            "mrna_mirnas": family.mrna_mirnas[family.mrna],
            "fold_enrichment": family.fold_enrichment(),
            "hyper_pvalue": family.pvalue,
            "hyper_padj": family.padj,
            "correlation": scored.correlation,
            "correlation_pvalue": scored.correlation_pvalue,
            "regulation_similarity": scored.regulation_similarity,
            "sensitivity_correlation": sensed,
            "sensitivity_pvalue": pvalue,
        }
    )
    constants = {"tier": candidates.tier, "population": family.population, "family_size": family.family_size}
    constants |= counts
    return rows.with_columns(pl.selectors.float().fill_nan(None)).with_columns(
        *(pl.lit(value).alias(name) for name, value in constants.items()),
        pl.lit(None if np.isnan(rate) else rate, dtype=pl.Float64).alias("false_call_rate"),
        pl.lit(sample_count).alias("sample_count"),
        (pl.col("hyper_padj") < given["fdr"]).alias("is_significant"),
        _reason(values, about, given, family.shared),
    ), rate


def _reason(values: pl.DataFrame, about: Profiles, given: Mapping[str, Any], shared: Ints) -> pl.Expr:
    """Why the first missing score of a row is missing."""
    if values.is_empty() or not given["levels"]:
        return pl.lit("no_expression").alias("na_reason")
    if about.residual_df < FEWEST_DF or (not given["is_plain"] and len(given["levels"]) < FEWEST_SAMPLES):
        few = pl.lit("too_few_samples")
    else:
        is_many = pl.Series(shared.astype(np.int64) > about.residual_df - FEWEST_DF)
        few = pl.when(is_many).then(pl.lit("too_many_mirnas")).otherwise(pl.lit("constant_expression"))
    flat = pl.col("correlation").is_null() | pl.col("regulation_similarity").is_null()
    is_short = about.residual_df < FEWEST_DF
    return (
        pl.when(flat & ~pl.lit(is_short))
        .then(pl.lit("constant_expression"))
        .when(pl.col("sensitivity_correlation").is_null() | pl.col("correlation_pvalue").is_null())
        .then(few)
        .otherwise(None)
        .alias("na_reason")
    )


ANALYSIS = Analysis(
    name="cerna_pairs",
    reads={**READS, EXPRESSION: SLICES},
    writes=(TABLE,),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
    parts_per_step=1,
)
