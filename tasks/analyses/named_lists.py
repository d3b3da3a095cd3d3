"""Terms that are over-represented in the gene lists that the study names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.errors import Problem, Severity, warning
from schemas.study import Study
from schemas.tables.enrichment import Enrichment
from schemas.tables.gene_list_genes import GeneListGene
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.cerna_inputs import ALIASES, FEATURES, TESTS
from tasks.methods.enrichment import enriched_terms, without_sets
from tasks.methods.gene_lists import BACKGROUND_REMEDY, TESTED
from tasks.methods.gene_units import gene_units
from tasks.methods.known_sets import known_sets, untested
from tasks.methods.named_lists import Names, contrast_list, known_genes, left_out, whole_list
from tasks.methods.problem_lists import shown
from tasks.methods.result_frames import result_frame

LISTS, SETS = "core.gene_lists", "core.gene_sets"
TABLE, GENES = "result.enrichment", "result.gene_list_genes"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """For each named list a part per contrast with tested genes, and one where a background needs no contrast."""
    options, primary = study.config.enrichment, study.config.expression.primary
    loaded = slices[LISTS].select("gene_list", "role").unique()
    tested = slices[TESTS].filter(method=primary, library="gene")
    here = [contrast.id for contrast in study.contrasts if contrast.id in set(tested["contrast_id"])]
    methods = [method for method in options.methods if method != "gsea"]
    found: list[Part] = []
    for name in sorted({*options.lists, *loaded["gene_list"]}):
        reason = _reason(study, name, loaded, contrasts=here, has_sets=not slices[SETS].is_empty())
        if reason is None and not methods:
            reason = "enrichment.methods names gsea alone, where each list is a set; add ora or ease for its terms"
        if reason:
            found.append(Part(f"list {name}", skip=reason))
            continue
        given = {
            "list": name,
            "contrast": None,
            "drawn_from": options.lists[name].drawn_from,
            "limits": list(options.limits),
            "methods": methods,
            "alpha": options.pvalue,
        }
        listed: Mapping[str, Any] = {LISTS: {"gene_list": (name,)}}
        if given["drawn_from"] != TESTED:
            found.append(Part(f"list {name}", listed, given, tables=(LISTS, SETS, FEATURES, ALIASES)))
        for contrast in here:
            where = {**listed, TESTS: {"contrast_id": (contrast,), "method": (primary,), "library": ("gene",)}}
            found.append(Part(f"{contrast}, list {name}", where, {**given, "contrast": contrast}))
    return found


def _reason(study: Study, name: str, loaded: pl.DataFrame, *, contrasts: list[str], has_sets: bool) -> str | None:
    """Why nothing of a list can be tested; null where it can."""
    options = study.config.enrichment
    one = options.lists.get(name)
    if one is None or one.drawn_from is None:
        where = "" if one else "; name it under enrichment.lists of study.yaml"
        told = f"background_missing: the list {name} names no background{where}. {BACKGROUND_REMEDY}"
        return f"{told} Until then result.gene_list_genes has none of its genes"
    if not has_sets:
        files = ", ".join(sets.file for sets in options.gene_sets.values())
        said = f"was loaded from {files}; see mart.quarantine" if files else "is named (enrichment.gene_sets)"
        return f"no gene set {said}"
    for role, file in (("genes", one.genes), ("background", one.background_file)):
        if file and loaded.filter(gene_list=name, role=role).is_empty():
            key = f"enrichment.lists.{name}.{role}"
            return f"no gene was loaded from {shown(file)} ({key}): it is not there, or mart.quarantine says why not"
    if one.drawn_from == TESTED and not contrasts:
        return f"the list {name} is compared with tested genes, and no contrast has any"
    return None


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Test the list itself, or its genes that a contrast changed; say what each of its genes is."""
    given = part.parameters
    name, drawn_from, contrast = given["list"], given["drawn_from"], given["contrast"]
    members = frames[LISTS].filter(~pl.col("is_excluded"))
    sets = frames[SETS].filter(~pl.col("is_excluded"))
    units, aliases = gene_units(frames[FEATURES]), frames[ALIASES]
    if contrast is None:
        besides = pl.concat([sets["symbol"], members.filter(role="background")["symbol"]])
        units = known_genes(units, besides, aliases)
    sets = known_sets(sets, units, aliases)
    about = Names(units, aliases)
    found = (
        whole_list(name, drawn_from, members, sets, about)
        if contrast is None
        else contrast_list(name, drawn_from, members, frames[TESTS], sets, about)
    )
    where = pl.lit(contrast, pl.String)
    genes = found.genes.with_columns(contrast_id=where, gene_list=pl.lit(name))
    tables = {TABLE: result_frame([], Enrichment), GENES: result_frame(genes, GeneListGene)}
    problems = left_out(name, genes, drawn_from, units["gene"], is_tested=contrast is not None)
    limits = (given["limits"][0], given["limits"][1])
    rows = enriched_terms(found.lists, sets, limits, given["methods"], given["alpha"])
    place = f"contrast {contrast}" if contrast else f"key enrichment.lists.{name}"
    problems += untested(without_sets(found.lists, sets, limits), limits, place)
    if rows.is_empty():
        return Computed(tables, (*problems, _none(given, genes)))
    if contrast is not None and not genes["direction"].is_in(["up", "down"]).any():
        message = f"no gene of the list {name} is changed in {contrast}: its terms say what it is about, no effect"
        remedy = f"Read {name} as a description; result.gene_list_genes has the direction of each gene."
        problems.append(warning("study.yaml", f"key enrichment.lists.{name}", "list_unchanged", message, remedy))
    rows = result_frame(rows.with_columns(contrast_id=where), Enrichment)
    return Computed({**tables, TABLE: rows}, tuple(problems))


def _none(given: Mapping[str, Any], genes: pl.DataFrame) -> Problem:
    inside = genes.filter(pl.col("na_reason").is_null())
    if inside.is_empty():
        why = f"no gene of the list {given['list']} is in its background"
    elif given["contrast"] and inside.filter(pl.col("direction").is_in(["up", "down"])).is_empty():
        why = f"no gene of the list {given['list']} is changed in {given['contrast']}"
    else:
        why = f"no gene of the list {given['list']} is in a tested set: one within enrichment.size that is no heading"
    remedy = "Nothing is to be done, unless its genes are named otherwise: result.gene_list_genes lists what they mean."
    place = f"key enrichment.lists.{given['list']}"
    return Problem(Severity.LOCAL, "study.yaml", place, "", "no_enrichment", why, remedy)


ANALYSIS = Analysis(
    name="named_lists",
    reads={
        TESTS: ("contrast_id", "library", "method"),
        LISTS: ("gene_list", "role"),
        SETS: ("collection",),
        FEATURES: (),
        ALIASES: (),
    },
    writes=(TABLE, GENES),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
    parts_per_step=1,
)
