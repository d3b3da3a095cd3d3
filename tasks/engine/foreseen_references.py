"""What analyses would say of a study's gene sets, gene lists and miRNA targets, found out before anything is tested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from schemas.base import declared
from schemas.errors import Problem, Severity, warning
from schemas.polars_schema import schema
from schemas.study import Study
from tasks.contracts import Analysis, analyses
from tasks.methods.cerna_inputs import ALIASES, FEATURES, MIRNAS, TARGETS, TESTS, UNASKED
from tasks.methods.gene_lists import TESTED
from tasks.methods.gene_units import gene_units
from tasks.methods.known_sets import NO_SETS, few_known, known_sets
from tasks.methods.named_lists import NOT_IN_STUDY, Names, left_out
from tasks.methods.problem_lists import several

SETS, LISTS = "core.gene_sets", "core.gene_lists"
TABLES = frozenset({SETS, LISTS, TARGETS, MIRNAS, ALIASES})
_FORESEEN = ("cerna_triplets", "enrichment", "named_lists")  # one of each that reads these tables
_TOLD = ("background_missing", NO_SETS, UNASKED)  # other lines say it, or nobody asked for it


def foreseen_references(
    study: Study, facts: Mapping[str, pl.DataFrame], features: Sequence[pl.DataFrame]
) -> list[Problem]:
    """What a run would leave out for want of targets, gene sets or a background, and names that do not fit.

    ``facts``: rows of ``TABLES`` that the study's files gave; ``features``: rows of ``core.features`` of its count
    files. A study without contrasts or counts is told nothing.
    """
    if not features or not study.contrasts:
        return []
    counted = pl.concat(features, how="diagonal_relaxed").unique(["library", "feature_id"], maintain_order=True)
    known = {t: facts.get(t, pl.DataFrame(schema=schema(declared()[t]))) for t in TABLES}
    known = {t: frame.with_columns(is_excluded=pl.lit(value=False)) for t, frame in known.items()}
    known[FEATURES] = counted
    found = [*_skipped(study, known), *_without_sets(study, known), *_mapped(study, known)]
    return list(dict.fromkeys(found))


def _skipped(study: Study, known: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    """Parts that would not run, as they say it themselves, had every contrast been tested in every library."""
    libraries = known[FEATURES].select("library").unique()
    contrasts = pl.DataFrame({"contrast_id": [c.id for c in study.contrasts if c.problem is None]})
    tested = contrasts.join(libraries, how="cross").with_columns(method=pl.lit(study.config.expression.primary))
    for name in _FORESEEN:
        analysis = analyses()[name]
        asked = study.config.cerna.targets if name == "cerna_triplets" else study.config.enrichment.model_fields_set
        severity = Severity.LOCAL if asked else Severity.WARNING
        reasons: dict[str, list[str]] = {}
        for part in analysis.parts(study, _slices(analysis, {**known, TESTS: tested})):
            if part.skip and not part.skip.startswith(_TOLD):
                reasons.setdefault(part.skip, []).append(part.key)
        for reason, keys in reasons.items():
            yield Problem(severity, name, several(keys), "", "skipped", reason, "")


def _slices(analysis: Analysis, known: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    frames = {t: known.get(t, pl.DataFrame(schema=schema(declared()[t]))) for t in analysis.reads}
    return {t: frame.select(analysis.reads[t]).unique() if analysis.reads[t] else frame for t, frame in frames.items()}


def _without_sets(study: Study, known: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    """A study of genes that names no gene sets."""
    options = study.config.enrichment
    if options.gene_sets or not known[SETS].is_empty() or known[FEATURES].filter(library="gene").is_empty():
        return
    message = "the study names no gene sets, so that no list of genes is tested for terms"
    remedy = "Name a GMT file under enrichment.gene_sets of study.yaml; benchlake gene-sets FILE makes those of GO."
    yield warning("study.yaml", "key enrichment.gene_sets", "no_gene_sets", message, remedy)


def _mapped(study: Study, known: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    """Collections, lists and targets whose names mean hardly a gene of the study."""
    units = gene_units(known[FEATURES])
    if not known[SETS].is_empty() and units.height:
        yield from few_known(known_sets(known[SETS], units, known[ALIASES]), units["gene"].n_unique())
    names = Names(units, known[ALIASES])
    for name in study.config.enrichment.lists:
        listed = names.genes_of(known[LISTS].filter(gene_list=name, role="genes")["symbol"])
        reason = pl.when(pl.col("gene").is_null()).then(pl.lit(NOT_IN_STUDY))
        yield from left_out(name, listed.with_columns(na_reason=reason), TESTED, units["gene"])
    mappings = analyses()["target_mappings"]
    if not known[TARGETS].is_empty():
        for part in mappings.parts(study, known):
            yield from mappings.run(part, known).problems
