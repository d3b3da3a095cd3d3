"""Which pieces differential expression is computed in: library, method and fit of each, with its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from schemas.sheets import ContrastRow
from schemas.study import Study
from tasks.contracts import Part
from tasks.methods import limma
from tasks.methods.expression_fits import Plan, included, plan_fits, sources
from tasks.methods.merged_tools import MERGED, Tools, tools_of
from tasks.methods.problem_lists import several

COUNTS, FEATURES, OBJECTS = "core.feature_counts", "core.features", "core.raw_objects"
METHODS = ("deseq2", *limma.METHODS)


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per library, method and fit; a method or fit that cannot run is skipped with its reason.

    Samples that samples.csv does not know or exclusions.csv names are left out.
    """
    files = slices[OBJECTS].select("object_id", "file_name", "parser")
    counted = included(study, slices[COUNTS], files)
    chosen: dict[str, tuple[pl.DataFrame, str | None]] = {}
    tools: dict[str, Tools] = {}
    found: list[Part] = []
    for library in sorted(counted["library"].unique()):
        mine = counted.filter(pl.col("library") == library).select("sample_id", "object_id").unique().sort("sample_id")
        source = study.config.expression.source.get(library)
        if source == MERGED and library == "circrna":
            tools[library], conflict = tools_of(mine, files)
            chosen[library] = mine, conflict
        else:
            chosen[library] = sources(mine, files, source)
    for library, (mine, conflict) in chosen.items():
        genes = chosen["gene"][0] if library == "circrna" and "gene" in chosen and not chosen["gene"][1] else None
        for method in dict.fromkeys(study.config.expression.methods):
            unknown = f"method {method!r} is not known; expression.methods takes {', '.join(METHODS)}"
            if problem := conflict if method in METHODS else unknown:
                found.append(Part(f"{library}, {method}", skip=problem))
                continue
            for plan in plan_fits(study, mine["sample_id"].to_list()):
                found += _fit_parts(study, library, method, plan, mine, genes, tools.get(library, {}))
    return found


def _fit_parts(
    study: Study, library: str, method: str, plan: Plan, mine: pl.DataFrame, genes: pl.DataFrame | None, tools: Tools
) -> list[Part]:
    """The part of a fit, and one that is skipped for each contrast that the method cannot test."""
    reasons = {c.id: plan.problem or _refused(study, method, c) for c in plan.contrasts}
    skipped = [Part(f"{library}, {method}, {c}", skip=f"contrast {c}: {why}") for c, why in reasons.items() if why]
    tested = tuple(c for c in plan.contrasts if not reasons[c.id])
    if not tested:
        return skipped
    return [_fit_part(study, library, method, replace(plan, contrasts=tested), mine, genes, tools), *skipped]


def _refused(study: Study, method: str, contrast: ContrastRow) -> str | None:
    """Why a method cannot test a contrast; null when it can."""
    if contrast.random and method not in limma.METHODS:
        return (
            f"{method} has no random effects; add limma_voom to expression.methods, or write {contrast.random} in "
            "column blocking and leave random empty"
        )
    if contrast.test == "lrt" and study.config.expression.threshold == "test":
        return (
            "a test of the whole factor has no fold change to test against; write `threshold: filter` in "
            "study.yaml, or `wald` in column test"
        )
    return None


def _fit_part(
    study: Study, library: str, method: str, plan: Plan, mine: pl.DataFrame, genes: pl.DataFrame | None, tools: Tools
) -> Part:
    options = study.config.expression
    key = f"{library}, {method}, {plan.formula}"
    scaling = _scaling(study, library, method, plan, genes)
    samples = tuple(plan.metadata)
    used = mine.filter(pl.col("sample_id").is_in(samples))
    libraries = [library]
    if scaling == "linear" and genes is not None:
        libraries.append("gene")
        used = pl.concat([used, genes.filter(pl.col("sample_id").is_in(samples))])
    contrast = plan.contrasts[0]
    where: dict[str, dict[str, tuple[Any, ...]]] = {
        COUNTS: {
            "library": tuple(libraries),
            "sample_id": samples,
            "object_id": tuple(sorted(used["object_id"].unique())),
        },
        FEATURES: {"library": (library,)},
    }
    parameters = {
        "library": library,
        "method": method,
        "fit": plan.formula,
        "variable": contrast.variable,
        "blocking": list(contrast.blocking),
        "first": contrast.reference,
        "crossed": list(contrast.between[:2]) if contrast.between else ["", ""],
        "random": contrast.random,
        "metadata": {s: dict(row) for s, row in plan.metadata.items()},
        "contrasts": [
            {
                "id": c.id,
                "reference": c.reference,
                "target": c.target,
                "test": c.test,
                "between": list(c.between[1:]) if c.between else [],
            }
            for c in plan.contrasts
        ],
        "objects": {
            "library": {} if tools else _in_order(mine, samples),
            "gene": _in_order(genes, samples) if genes is not None and len(libraries) > 1 else {},
        },
        **({"tools": {t: {s: o[s] for s in samples} for t, o in tools.items()}} if tools else {}),
        "size_factors": scaling,
        "fold_change": options.fold_change,
        "fdr": options.fdr,
        "threshold": options.threshold,
        "min_count": options.least_reads(library),
        "shrinkage": options.shrinkage,
        "notes": [*plan.notes, *_unscaled(study, library, plan, genes, scaling)],
    }
    if method in limma.METHODS:
        parameters |= {"robust": options.robust, "quality_weights": options.quality_weights}
    return Part(key, where, parameters, tables=(COUNTS, FEATURES))


def _in_order(objects: pl.DataFrame, samples: tuple[str, ...]) -> dict[str, str]:
    found = dict(objects.select("sample_id", "object_id").iter_rows())
    return {s: found[s] for s in samples}


def _unscaled(study: Study, library: str, plan: Plan, genes: pl.DataFrame | None, scaling: str) -> list[str]:
    """What to say where circRNAs would take the genes' size factors and cannot."""
    if library != "circrna" or scaling != "poscounts":
        return []
    asked = {str(key): str(value) for key, value in study.config.expression.size_factors.items()}.get(library)
    without = sorted(set(plan.metadata) - set(genes["sample_id"] if genes is not None else ()))
    if asked == "poscounts" or (asked is None and len(without) == len(plan.metadata)):  # as study-format.md has it
        return []
    message = (
        f"{several(without, 6)} {'has' if len(without) == 1 else 'have'} no gene counts to take size factors from; "
        "poscounts of the circRNAs are used for all samples instead of linear"
    )
    return [message]


def _scaling(study: Study, library: str, method: str, plan: Plan, genes: pl.DataFrame | None) -> str:
    asked = {str(key): str(value) for key, value in study.config.expression.size_factors.items()}.get(library)
    if asked is not None and asked != "linear":
        return asked
    if library != "circrna":
        return "tmm" if method in limma.METHODS else "ratio"
    has_genes = genes is not None and set(plan.metadata) <= set(genes["sample_id"])
    return "linear" if has_genes else "poscounts"
