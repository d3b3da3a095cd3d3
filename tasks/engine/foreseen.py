"""What analyses would say of a study's readings, found out without a warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from schemas.base import declared, derived_tables
from schemas.errors import BadInputError, Problem, Severity
from schemas.polars_schema import schema
from schemas.study import Study
from tasks.contracts import Analysis, analyses
from tasks.engine import sheets
from tasks.engine.problems import said
from warehouse import runs
from warehouse.plan import is_computed, is_fact, matching

OBJECTS, EXCLUSIONS = "core.raw_objects", "core.exclusions"
# a transcriptome's tests are what people run a study for, and targets and gene sets mean nothing without them
_TOO_LARGE = frozenset({"core.feature_counts", "core.mirna_targets", "core.gene_sets"})


def facts_wanted() -> frozenset[str]:
    """Tables of readings that the foreseen analyses read; events and curves are no tables."""
    return frozenset(t for a in _analyses() for t in a.reads if is_fact(t) and t not in derived_tables())


def foreseen(study: Study, facts: Mapping[str, pl.DataFrame], files: Mapping[str, str]) -> list[Problem]:
    """Problems of the analyses of readings; ``files`` gives the name of each object that ``facts`` come from.

    What an analysis gives is handed on to those that read it. Of parts that read events or curves only
    what their other tables tell is said; transcriptomes and statistics of the results are left out.
    """
    known = {t.table_name: f for t, f in sheets.frames(study, "", datetime.now(UTC)).items()} | dict(facts)
    named = {"object_id": list(files), "file_name": list(files.values()), "status": ["loaded"] * len(files)}
    known[OBJECTS] = pl.DataFrame(named, schema=dict.fromkeys(named, pl.String))
    objects = {name: object_id for object_id, name in files.items()}
    ids = [objects.get(str(name)) for name in known[EXCLUSIONS]["file_name"]]
    exclusions = known[EXCLUSIONS].with_columns(pl.Series("object_id", ids, dtype=pl.String))
    problems: list[Problem] = []
    for analysis in _analyses():
        computed: dict[str, list[pl.DataFrame]] = {}
        for told, frames in _said(analysis, study, known, exclusions):
            problems += told
            for table, frame in frames.items():
                computed.setdefault(table, []).append(frame)
        known |= {t: pl.concat(f, how="diagonal_relaxed") for t, f in computed.items()}
    return list(dict.fromkeys(problems))


def _analyses() -> list[Analysis]:
    """Analyses that read what files hold, each after those whose tables it reads."""
    found = [a for a in analyses().values() if any(is_fact(t) for t in a.reads) and _TOO_LARGE.isdisjoint(a.reads)]
    return [a for a in found if not any(is_computed(t) for t in a.reads)]


def _said(
    analysis: Analysis, study: Study, known: Mapping[str, pl.DataFrame], exclusions: pl.DataFrame
) -> Iterator[tuple[Sequence[Problem], Mapping[str, pl.DataFrame]]]:
    """What is said of each part, and its rows."""
    frames = {t: known.get(t, pl.DataFrame(schema=schema(declared()[t]))) for t in analysis.reads}
    facts = [t for t in frames if is_fact(t)]
    if not any(frames[t].height for t in facts):
        return
    slices = {t: f.select({*analysis.reads[t], "object_id"}).unique() if t in facts else f for t, f in frames.items()}
    for part in analysis.parts(study, slices):
        read = analysis.reads if part.tables is None else part.tables
        if part.skip:
            yield (Problem(Severity.LOCAL, analysis.name, part.key, "", "skipped", part.skip, ""),), {}
            continue
        rows = {t: matching(frames[t], part.where.get(t, {}), t) for t in read if t not in derived_tables()}
        rows = runs.with_exclusions(rows, exclusions)
        if len(rows) < len(read):
            yield tuple(analysis.foretold(part, rows)) if analysis.foretold else (), {}
            continue
        try:
            result = analysis.run(part, rows)
        except BadInputError as error:
            yield error.problems, {}
        else:
            yield said(analysis, part.key, result), result.frames
