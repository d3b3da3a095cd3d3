"""Which fits a study's contrasts need: samples, design and size factors of each, or why one cannot run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from schemas.sheets import ContrastRow
from schemas.study import Study
from tasks.methods.design_matrix import Defect, defect, design
from tasks.methods.merged_tools import MERGED, tools_of
from tasks.methods.problem_lists import several
from tasks.methods.sample_levels import level, with_factors

Metadata = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Plan:
    """One fit over one library: its formula, samples and contrasts; or contrasts that cannot run, and why.

    ``metadata``: sample -> column -> level of the columns that the formula names.
    """

    formula: str
    contrasts: tuple[ContrastRow, ...]
    metadata: Metadata
    notes: tuple[str, ...] = ()
    problem: str | None = None


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
    the pipeline (parser) that counts; of tools that are merged the first that counted every sample stands for
    them where one source is needed.
    """
    if chosen == MERGED:
        tools, problem = tools_of(slices, files)
        if problem:
            return slices, problem
        rows = [(sample, tools[min(tools)][sample]) for sample in sorted(tools[min(tools)])]
        return pl.DataFrame(rows, schema=["sample_id", "object_id"], orient="row"), None
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


@dataclass(frozen=True)
class _Model:
    """What contrasts of one fit share."""

    variable: str
    blocking: tuple[str, ...]
    crossed: str
    random: str
    left_out: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, (*self.blocking, self.random, self.crossed, self.variable))))

    def formula(self, metadata: Metadata) -> str:
        fixed = design(metadata, variable=self.variable, blocking=self.blocking, crossed=self.crossed).formula
        random = f" + (1 | {self.random})" if self.random else ""
        return fixed + random + (f" without {', '.join(self.left_out)}" if self.left_out else "")

    def defect(self, metadata: Metadata, levels: Sequence[str], between: Sequence[str]) -> Defect | None:
        found = defect(
            metadata,
            variable=self.variable,
            blocking=self.blocking,
            levels=levels,
            crossed=self.crossed,
            between=between,
        )
        if found or not self.random or len({row[self.random] for row in metadata.values()}) < len(metadata):
            return found
        return Defect("nothing_recurs", f"every sample has a {self.random} of its own", "leave random empty")


def plan_fits(study: Study, samples: Sequence[str]) -> list[Plan]:
    """Fits that give every contrast over the samples that have counts.

    Contrasts that share variable, blocking, interacting column, random effect and excluded samples come
    from one fit over all samples with a level in those columns, as DESeq2 users fit them; samples of
    other levels without one are left out with a note. Where that design cannot be fitted, a
    contrast is fitted on its own levels alone, with a note; where that cannot be either, it
    is skipped with the reason.
    """
    groups: dict[_Model, list[ContrastRow]] = {}
    plans: list[Plan] = []
    for contrast in study.contrasts:
        if contrast.problem:
            plans.append(Plan(contrast.id, (contrast,), {}, problem=contrast.problem))
        else:
            crossed = contrast.between[0] if contrast.between else ""
            left_out = tuple(sorted(contrast.excluded_samples))
            key = _Model(contrast.variable, tuple(contrast.blocking), crossed, contrast.random, left_out)
            groups.setdefault(key, []).append(contrast)
    known = set(samples)
    rows = {s.sample: s for s in with_factors(study.samples, study.config) if s.sample in known}
    for model, contrasts in groups.items():
        used = {s: r for s, r in sorted(rows.items()) if s not in model.left_out}
        levels = {s: {c: level(r, c) for c in model.columns} for s, r in used.items()}
        metadata = {s: row for s, row in levels.items() if all(row.values())}
        plans += _plans(model, contrasts, metadata, _blank(model, levels))
    return plans


def _blank(model: _Model, levels: Metadata) -> tuple[str, ...]:
    """Notes on samples that have a level of the variable and are left out for want of another."""
    others = [c for c in model.columns if c != model.variable]
    empty = {c: [s for s, row in levels.items() if row[model.variable] and not row[c]] for c in others}
    return tuple(
        f"{several(names, 6)} {'has' if len(names) == 1 else 'have'} no {column} in samples.csv and "
        f"{'is' if len(names) == 1 else 'are'} left out of this fit"
        for column, names in empty.items()
        if names
    )


def _plans(model: _Model, contrasts: Sequence[ContrastRow], metadata: Metadata, notes: tuple[str, ...]) -> list[Plan]:
    plans: list[Plan] = []
    together: list[ContrastRow] = []
    apart: dict[tuple[tuple[str, str], tuple[str, ...]], list[ContrastRow]] = {}
    reasons = {}
    for contrast in contrasts:
        levels = (contrast.reference, contrast.target)
        between: tuple[str, ...] = (contrast.between or ())[1:]
        reason = model.defect(metadata, levels, between)
        if reason is None:
            together.append(contrast)
        else:
            apart.setdefault((levels, between), []).append(contrast)
            reasons[levels, between] = reason
    if together:
        plans.append(Plan(model.formula(metadata), tuple(together), metadata, notes))
    for (levels, between), alike in apart.items():
        only = {
            s: row
            for s, row in metadata.items()
            if row[model.variable] in levels and (not between or row[model.crossed] in between)
        }
        problem = model.defect(only, levels, between)
        if problem:
            why = f"of the samples with counts, {problem}"
            plans.append(Plan(", ".join(c.id for c in alike), tuple(alike), only, problem=why))
            continue
        named = " and ".join((*levels, *between))
        note = f"fitted on {named} alone, because over all samples {reasons[levels, between].message}"
        plans.append(Plan(f"{model.formula(only)} of {named}", tuple(alike), only, (*notes, note)))
    return plans
