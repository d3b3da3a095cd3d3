"""What analyses would say of a study's readings, found out without a warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import polars as pl

from schemas.base import tables
from schemas.errors import BadInputError, Problem
from schemas.polars_schema import schema
from schemas.study import Study
from tasks.contracts import Analysis, analyses
from tasks.engine import sheets
from tasks.engine.problems import said
from warehouse import runs
from warehouse.plan import is_computed, is_fact, matching

OBJECTS, EXCLUSIONS = "core.raw_objects", "core.exclusions"


def facts_wanted() -> frozenset[str]:
    """Tables of readings that the analyses of single assays read."""
    return frozenset(t for a in _analyses() for t in a.reads if is_fact(t))


def foreseen(study: Study, facts: Mapping[str, pl.DataFrame], files: Mapping[str, str]) -> list[Problem]:
    """Problems of the analyses of single assays; ``files`` gives the name of each object that ``facts`` come from.

    Parts that read results of other analyses are left out.
    """
    known = {t.table_name: f for t, f in sheets.frames(study, "", datetime.now(UTC)).items()} | dict(facts)
    named = {"object_id": list(files), "file_name": list(files.values()), "status": ["loaded"] * len(files)}
    known[OBJECTS] = pl.DataFrame(named, schema=dict.fromkeys(named, pl.String))
    objects = {name: object_id for object_id, name in files.items()}
    ids = [objects.get(str(name)) for name in known[EXCLUSIONS]["file_name"]]
    exclusions = known[EXCLUSIONS].with_columns(pl.Series("object_id", ids, dtype=pl.String))
    return [problem for a in _analyses() for problem in _said(a, study, known, exclusions)]


def _analyses() -> list[Analysis]:
    found = [a for a in analyses().values() if a.feeds]
    return [a for a in found if not any(t.startswith("core.") and is_computed(t) for t in a.reads)]


def _said(
    analysis: Analysis, study: Study, known: Mapping[str, pl.DataFrame], exclusions: pl.DataFrame
) -> Iterator[Problem]:
    frames = {t: known.get(t, pl.DataFrame(schema=schema(tables()[t]))) for t in analysis.reads}
    facts = [t for t in frames if is_fact(t)]
    if not any(frames[t].height for t in facts):
        return
    slices = {t: f.select({*analysis.reads[t], "object_id"}).unique() if t in facts else f for t, f in frames.items()}
    for part in analysis.parts(study, slices):
        read = analysis.reads if part.tables is None else part.tables
        if part.skip or any(t.startswith("result.") for t in read):
            continue
        rows = {t: matching(frames[t], part.where.get(t, {}), t) for t in read}
        try:
            result = analysis.run(part, runs.with_exclusions(rows, exclusions))
        except BadInputError as error:
            yield from error.problems
        else:
            yield from said(analysis, part.key, result)
