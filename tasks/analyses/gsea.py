"""Gene sets that gather at an end of every contrast's ranking: preranked GSEA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.errors import Problem, Severity, warning
from schemas.study import Study
from schemas.tables.enrichment import Enrichment
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.gene_rankings import METHOD, NAMED, named_sets, ranked_terms, ranking
from tasks.methods.gene_units import gene_units
from tasks.methods.known_sets import NO_SETS, few_known
from tasks.methods.problem_lists import several
from tasks.methods.report_words import counted
from tasks.methods.result_frames import result_frame

TESTS, SETS, TABLE = "result.differential_expression", "core.gene_sets", "result.enrichment"
LISTS, FEATURES, ALIASES = "core.gene_lists", "core.features", "core.gene_aliases"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per contrast whose genes the primary method tested, where ``enrichment.methods`` names gsea."""
    options, primary = study.config.enrichment, study.config.expression.primary
    has_sets = not (slices[SETS].is_empty() and slices[LISTS].is_empty())
    if METHOD not in options.methods or (slices[TESTS].is_empty() and not (has_sets or options.gene_sets)):
        return []
    if not (has_sets or options.gene_sets):
        return [Part("all contrasts", skip=NO_SETS)]
    files = ", ".join(sets.file for sets in options.gene_sets.values())
    no_sets = (
        None
        if has_sets
        else f"no gene set was loaded from {files} (enrichment.gene_sets); what is said of the file tells why"
    )
    here = set(slices[TESTS].filter(method=primary, library="gene")["contrast_id"])
    given = {
        "limits": list(options.limits),
        "permutations": options.permutations,
        "alpha": options.pvalue,
        "is_alone": set(options.methods) == {METHOD},
    }
    return [
        Part(
            contrast.id,
            {TESTS: {"contrast_id": (contrast.id,), "method": (primary,), "library": ("gene",)}},
            {"contrast": contrast.id, **given},
            skip=no_sets or (_UNSIGNED if contrast.test == "lrt" else None),
        )
        for contrast in study.contrasts
        if contrast.id in here
    ]


_UNSIGNED = (
    "preranked GSEA needs a statistic with a sign; that of a contrast with test lrt has none: add a contrast of two "
    "levels with test wald to contrasts.csv"
)


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Rank the contrast's genes and test every set; say which collections the study hardly knows."""
    given = part.parameters
    sets = named_sets(frames[SETS], frames[LISTS], frames[FEATURES], frames[ALIASES])
    collections = sets.filter(pl.col("collection") != NAMED)
    problems = few_known(collections, gene_units(frames[FEATURES])["gene"].n_unique()) if given["is_alone"] else []
    ranked = ranking(frames[TESTS], frames[FEATURES])
    limits = (given["limits"][0], given["limits"][1])
    lists = sets.filter(collection=NAMED)
    rows = ranked_terms(ranked, sets, limits, given["permutations"], given["alpha"])
    problems += [*_unranked(given["contrast"], lists, rows), *_small(given["contrast"], rows, limits[0])]
    if rows.is_empty():
        return Computed({TABLE: result_frame([], Enrichment)}, (*problems, _none(given["contrast"], ranked.height)))
    problems += [*_without_sets(given["contrast"], collections, rows), *_at_the_floor(given, rows)]
    rows = rows.with_columns(contrast_id=pl.lit(given["contrast"], pl.String))
    return Computed({TABLE: result_frame(rows.to_dicts(), Enrichment)}, tuple(problems))


def _at_the_floor(given: Mapping[str, Any], rows: pl.DataFrame) -> list[Problem]:
    """A warning for collections without a set below the FDR only because so few permutations give no smaller P."""
    least = 3 / given["permutations"]  # half of the permutations have a set's sign, more or less
    families = rows.group_by("collection").agg(
        at_floor=(pl.col("pvalue") <= least).sum(), found=(pl.col("padj") < given["alpha"]).sum()
    )
    found = []
    for name, count, _ in families.filter(found=0).filter(pl.col("at_floor") > 0).sort("collection").iter_rows():
        message = (
            f"no set of {name} has FDR < {given['alpha']:g}, but {counted(count, 'has', 'have')} about the least P "
            f"that {given['permutations']:,} permutations can give"
        )
        remedy = f"Set enrichment.permutations to {given['permutations'] * 10} or more in study.yaml."
        found.append(warning("study.yaml", f"contrast {given['contrast']}", "few_permutations", message, remedy))
    return found


def _unranked(contrast: str, lists: pl.DataFrame, rows: pl.DataFrame) -> list[Problem]:
    """A warning for each named list that is no set of the ranking."""
    done = rows.filter(collection=NAMED)["term_id"]
    found = []
    for name in lists.filter(~pl.col("set_id").is_in(done.implode()))["set_id"].unique().sort():
        message = f"no gene of the list {name} was tested in {contrast}, or every one is in it: GSEA has no row for it"
        remedy = "Name its genes as the study does, or name annotation.gene_aliases."
        found.append(warning("study.yaml", f"key enrichment.lists.{name}", "list_not_ranked", message, remedy))
    return found


def _without_sets(contrast: str, sets: pl.DataFrame, rows: pl.DataFrame) -> list[Problem]:
    """A warning that names collections of which no set has as many ranked genes as the limits ask for."""
    lost = sets.filter(~pl.col("collection").is_in(rows["collection"].unique().implode()))["collection"].unique().sort()
    if lost.is_empty():
        return []
    message = (
        f"no set of {' or '.join(lost)} has as many ranked genes as enrichment.size asks for: GSEA has no row of it"
    )
    remedy = "Nothing is to be done if the sets are meant to be so small or large; else change enrichment.size."
    return [warning("study.yaml", f"contrast {contrast}", "no_ranked_set", message, remedy)]


def _small(contrast: str, rows: pl.DataFrame, fewest: int) -> list[Problem]:
    """A warning that names the lists of fewer ranked genes than a set must have: they are tested all the same."""
    if rows.is_empty():
        return []
    small = rows.filter(pl.col("set_size") < fewest, collection=NAMED).sort("term_id")
    if small.is_empty():
        return []
    sizes = [f"{name} ({counted(size, 'gene')})" for name, size in small.select("term_id", "set_size").iter_rows()]
    message = f"fewer than {fewest} genes (enrichment.size) are ranked in {contrast} of {several(sizes, 5)}: "
    message += "NES and P of so few hang on single genes"
    remedy = "Read them with the genes' own changes in result.gene_list_genes, or take a larger list."
    return [warning("study.yaml", f"contrast {contrast}", "small_list", message, remedy)]


def _none(contrast: str, count: int) -> Problem:
    why = f"no gene set has as many of the {count:,} ranked genes as the size limits (enrichment.size) ask for"
    remedy = "Nothing is to be done if the sets are meant to be so small or large; else change enrichment.size."
    return Problem(Severity.LOCAL, "study.yaml", f"contrast {contrast}", "", "no_ranked_set", why, remedy)


ANALYSIS = Analysis(
    name="gsea",
    reads={
        TESTS: ("contrast_id", "library", "method"),
        SETS: ("collection",),
        LISTS: ("role",),
        FEATURES: (),
        ALIASES: (),
    },
    writes=(TABLE,),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
    parts_per_step=1,
)
