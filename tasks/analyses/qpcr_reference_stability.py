"""Stability of reference genes: geNorm M and V over an experiment's cultures, and moves with treatment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from schemas.study import Study
from schemas.tables.qpcr_reference_stability import QpcrReferenceStability
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.qpcr_checks import reference_problems, reference_shifts
from tasks.methods.reference_stability import FEWEST_GENES, FEWEST_SAMPLES, gene_norm
from tasks.methods.result_frames import result_frame

WELLS, SAMPLES, TABLE = "core.qpcr_wells", "core.samples", "result.qpcr_reference_stability"
_is_used = ~pl.col("is_excluded") & ~pl.col("flag").fill_null("").str.contains("omitted")


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per experiment in which a reference gene was measured."""
    experiments = slices[SAMPLES].select("sample_id", "experiment").unique()
    references = [r.casefold() for r in study.config.qpcr.reference_targets]
    seen = (
        slices[WELLS]
        .filter((pl.col("task") == "unknown") & pl.col("target").str.to_lowercase().is_in(references))
        .join(experiments, on="sample_id", how="inner")
    )
    found = []
    for (name,), mine in sorted(seen.group_by("experiment"), key=lambda item: str(item[0])):
        samples = tuple(sorted(mine["sample_id"].unique()))
        where = {
            WELLS: {
                "sample_id": samples,
                "task": ("unknown",),
                "target": tuple(sorted(mine["target"].unique())),
            },
            SAMPLES: {"sample_id": samples},
        }
        parameters = {"experiment": name, "conditions": study.config.condition_ids}
        found.append(Part(str(name), where, parameters))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Compute geNorm and the moves of mean Cq with treatment; warn of genes that move by more than 0.5 cycles."""
    experiment, conditions = part.parameters["experiment"], part.parameters["conditions"]
    samples = frames[SAMPLES].filter((pl.col("experiment") == experiment) & ~pl.col("is_excluded"))
    known = samples.select("sample_id", "condition")
    # one spelling a gene: the first in the alphabet
    spelling = pl.col("target").min().over(pl.col("target").str.to_lowercase())
    means = (
        frames[WELLS]
        .filter(_is_used)
        .join(known, on="sample_id", how="inner")
        .with_columns(target=spelling)
        .group_by("target", "sample_id", "condition")
        .agg(pl.col("cq").mean().alias("mean_cq"))
        .drop_nulls("mean_cq")
        .sort("target", "sample_id")
    )
    shifts = reference_shifts(means, conditions)
    rows = pl.DataFrame(_stability(means), infer_schema_length=None) if means.height else None
    if rows is None:
        return Computed({TABLE: result_frame([], QpcrReferenceStability)})
    table = rows.join(shifts, on="target", how="left", maintain_order="left").with_columns(
        experiment=pl.lit(experiment)
    )
    problems = reference_problems(shifts, experiment)
    return Computed({TABLE: result_frame(table, QpcrReferenceStability)}, tuple(problems))


def _stability(means: pl.DataFrame) -> Sequence[Mapping[str, Any]]:
    """Rows of geNorm numbers per gene; nulls with their reason where there are too few genes or samples."""
    genes = means["target"].unique().sort().to_list()
    wide = means.pivot("target", index="sample_id", values="mean_cq").drop_nulls()
    reason = "one_reference_gene" if len(genes) < FEWEST_GENES else "too_few_samples"
    if len(genes) < FEWEST_GENES or wide.height < FEWEST_SAMPLES:
        nothing = dict.fromkeys(("m_value", "rank", "stepwise_m", "pairwise_variation"))
        return [{"target": g, "sample_count": wide.height, **nothing, "na_reason": reason} for g in genes]
    found = gene_norm(-wide.select(genes).to_numpy())
    rows = []
    for i, gene in enumerate(genes):
        rank = int(found.rank[i])
        kept = max(rank, FEWEST_GENES)
        at = kept - FEWEST_GENES
        variation = float(found.variation[at]) if at < len(found.variation) else None
        rows.append(
            {
                "target": gene,
                "sample_count": wide.height,
                "m_value": float(found.m[i]),
                "rank": rank,
                "stepwise_m": float(found.stepwise_m[at]),
                "pairwise_variation": variation,
                "na_reason": None,
            }
        )
    return rows


ANALYSIS = Analysis(
    name="qpcr_reference_stability",
    reads={WELLS: ("sample_id", "task", "target"), SAMPLES: ("sample_id", "experiment")},
    writes=(TABLE,),
    parts=parts,
    run=run,
)
