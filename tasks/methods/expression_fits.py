"""Which fits a study's contrasts need: samples, design and size factors of each, or why one cannot run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from schemas.study import ContrastRow, SampleRow, Study
from tasks.methods.design_matrix import defect

COLUMNS = ("condition", "donor", "replicate", "experiment", "culture_date", "passage", "material", "batch")


@dataclass(frozen=True)
class Plan:
    """One fit over one library: its formula, samples and contrasts; or contrasts that cannot run, and why."""

    formula: str
    contrasts: tuple[ContrastRow, ...]
    metadata: Mapping[str, Mapping[str, str]]
    notes: tuple[str, ...] = ()
    problem: str | None = None


def level(sample: SampleRow, column: str) -> str:
    """What samples.csv says in a column; empty where it says nothing."""
    value = getattr(sample, column) if column in COLUMNS else sample.attributes.get(column)
    return str(value or "")


def included(study: Study, slices: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Counts that take part: of samples that samples.csv knows and exclusions.csv does not name.

    ``slices``: distinct ``library, sample_id, object_id``; ``files``: ``object_id, file_name, parser``.
    """
    kept = slices.filter(pl.col("sample_id").is_in(sorted(study.sample_ids)))
    for row in study.exclusions:
        if row.well is None and (row.sample or row.file):
            objects = files.filter(pl.col("file_name") == row.file) if row.file else files
            is_named = pl.col("sample_id") == row.sample if row.sample else pl.lit(value=True)
            kept = kept.filter(~(is_named & pl.col("object_id").is_in(objects["object_id"].unique().to_list())))
    return kept


def sources(slices: pl.DataFrame, files: pl.DataFrame, chosen: str | None) -> tuple[pl.DataFrame, str | None]:
    """One source object per sample of a library, or why that cannot be said.

    ``slices``: distinct ``sample_id, object_id``; ``files`` as in ``included``. Where a sample has
    counts in several objects, ``chosen`` (study.yaml's ``expression.source``) must name the file or
    the pipeline (parser) that counts.
    """
    several = slices.group_by("sample_id").len().filter(pl.col("len") > 1)["sample_id"].sort().to_list()
    if not several:
        return slices, None
    is_open = pl.col("sample_id").is_in(several)
    named = slices.filter(is_open).join(files, on="object_id")
    decided = named.filter(pl.any_horizontal(pl.col("file_name", "parser") == (chosen or "")))
    decided = decided.select("sample_id", "object_id").unique()
    if decided["sample_id"].n_unique() == decided.height == len(several):
        return pl.concat([slices.filter(~is_open), decided]).sort("sample_id"), None
    competing = ", ".join(sorted(named["file_name"].unique())[:4])
    wanted = f"expression.source {chosen!r} does not decide between them" if chosen else "expression.source is not set"
    return slices, (
        f"{len(several)} samples ({', '.join(several[:3])}) have counts in several files ({competing}) and {wanted}; "
        "name the file or the pipeline that counts for this library in study.yaml"
    )


def plan_fits(study: Study, samples: Sequence[str]) -> list[Plan]:
    """Fits that give every contrast over the samples that have counts.

    Contrasts that share variable, blocking and excluded samples come from one fit over all samples
    with a level in those columns, as DESeq2 users fit them. Where that design cannot be fitted, a
    contrast is fitted on its own two levels alone, with a note; where that cannot be either, it
    is skipped with the reason.
    """
    groups: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[ContrastRow]] = {}
    plans: list[Plan] = []
    for contrast in study.contrasts:
        if contrast.problem:
            plans.append(Plan(contrast.id, (contrast,), {}, problem=contrast.problem))
        else:
            key = (contrast.variable, tuple(contrast.blocking), tuple(sorted(contrast.excluded_samples)))
            groups.setdefault(key, []).append(contrast)
    rows = {s.sample: s for s in study.samples if s.sample in set(samples)}
    for (variable, blocking, left_out), contrasts in groups.items():
        used = {s: r for s, r in sorted(rows.items()) if s not in left_out}
        levels = {s: {c: level(r, c) for c in (*blocking, variable)} for s, r in used.items()}
        metadata = {s: row for s, row in levels.items() if all(row.values())}
        formula = "~ " + " + ".join((*blocking, variable))
        if left_out:
            formula += f" without {', '.join(left_out)}"
        plans += _plans(formula, variable, blocking, contrasts, metadata)
    return plans


def _plans(
    formula: str,
    variable: str,
    blocking: Sequence[str],
    contrasts: Sequence[ContrastRow],
    metadata: Mapping[str, Mapping[str, str]],
) -> list[Plan]:
    plans: list[Plan] = []
    together: list[ContrastRow] = []
    apart: dict[tuple[str, str], list[ContrastRow]] = {}
    reasons = {}
    for contrast in contrasts:
        levels = (contrast.reference, contrast.target)
        reason = defect(metadata, variable=variable, blocking=blocking, levels=levels)
        if reason is None:
            together.append(contrast)
        else:
            apart.setdefault(levels, []).append(contrast)
            reasons[levels] = reason
    if together:
        plans.append(Plan(formula, tuple(together), metadata))
    for levels, alike in apart.items():
        only = {s: row for s, row in metadata.items() if row[variable] in levels}
        problem = defect(only, variable=variable, blocking=blocking, levels=levels)
        note = f"fitted on {' and '.join(levels)} alone, because over all samples {reasons[levels]}"
        plans.append(
            Plan(f"{formula} of {' and '.join(levels)}", tuple(alike), only, () if problem else (note,), problem)
        )
    return plans
