"""Terms that are over-represented in the gene lists of every contrast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from schemas.errors import Problem, Severity, warning
from schemas.study import Study
from schemas.tables.enrichment import Enrichment
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.cerna_inputs import ALIASES, FEATURES, MIRNAS, TARGETS, TESTS, target_edges
from tasks.methods.enrichment import enriched_terms, without_sets
from tasks.methods.gene_lists import TESTED, GeneList, changed_lists, host_list, shared_list, target_lists
from tasks.methods.gene_units import gene_units
from tasks.methods.known_sets import NO_SETS, annotation_bias, empty_lists, few_known, known_sets, untested
from tasks.methods.result_frames import result_frame
from tasks.methods.term_figures import TIERS

SETS, TABLE = "core.gene_sets", "result.enrichment"
TRIPLETS = "result.cerna_triplets"
OVERLAPS = "result.expression_overlaps"
SHARED = "shared"  # part: of no single contrast


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per contrast whose genes or circRNAs the primary method tested, and one for genes that several share."""
    options, primary = study.config.enrichment, study.config.expression.primary
    has_sets = not slices[SETS].is_empty()
    methods = [method for method in options.methods if method != "gsea"]
    if not methods or (slices[TESTS].is_empty() and not (has_sets or options.gene_sets)):
        return []
    if not (has_sets or options.gene_sets):
        return [Part("all contrasts", skip=NO_SETS)]
    skip = None
    if not has_sets:
        files = ", ".join(sets.file for sets in options.gene_sets.values())
        skip = f"no gene set was loaded from {files} (enrichment.gene_sets); see mart.quarantine"
    tested = slices[TESTS].filter(pl.col("method") == primary, pl.col("library") != "mirna")
    here = set(tested["contrast_id"])
    is_shared = not slices[OVERLAPS].filter(library="gene").is_empty()
    ids = [contrast.id for contrast in study.contrasts if contrast.id in here]
    told = ids if options.background == TESTED else []  # of several contrasts, once: with the genes that they share
    given = {
        "limits": list(options.limits),
        "background": options.background,
        "alpha": options.pvalue,
        "methods": methods,
    }
    found = [
        Part(
            contrast.id,
            {
                TESTS: {"contrast_id": (contrast.id,), "method": (primary,)},
                TRIPLETS: {"contrast_id": (contrast.id,)},
            },
            {
                "contrast": contrast.id,
                "hubs": study.config.cerna.hubs,
                "bias": [] if is_shared else [c for c in told if c == contrast.id],
                **given,
            },
            skip=skip,
            tables=(TESTS, SETS, TRIPLETS, TARGETS, FEATURES, MIRNAS, ALIASES),
        )
        for contrast in study.contrasts
        if contrast.id in here
    ]
    if is_shared:
        where = {TESTS: {"method": (primary,), "library": ("gene",)}, OVERLAPS: {"library": ("gene",)}}
        tables = (TESTS, SETS, OVERLAPS, FEATURES, ALIASES)
        found.append(
            Part(f"{SHARED} genes", where, {"contrast": None, "bias": told, **given}, skip=skip, tables=tables)
        )
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Test every list of the contrast; say which lists are empty and which collections the study hardly knows."""
    given = part.parameters
    units = gene_units(frames[FEATURES])
    is_shared = given["contrast"] is None
    lists = [shared_list(frames[OVERLAPS], frames[TESTS], units)] if is_shared else _lists(frames, units, given["hubs"])
    known = pl.concat([units, _hosts(lists, units)])
    sets = frames[SETS].filter(~pl.col("is_excluded"))
    sets = known_sets(sets, known, frames[ALIASES])
    problems = few_known(sets, known["gene"].n_unique())
    problems += annotation_bias(_biased(given["bias"], lists, frames[TESTS], units), sets)
    problems += [*_tied(lists, _place(given)), *empty_lists(lists, _place(given))]
    filled = [replace(one, drawn_from=given["background"]) for one in lists if len(one.genes)]
    limits = (given["limits"][0], given["limits"][1])
    rows = enriched_terms(filled, sets, limits, given["methods"], given["alpha"])
    problems += untested(without_sets(filled, sets, limits), limits, _place(given))
    if rows.is_empty():
        return Computed({TABLE: result_frame([], Enrichment)}, (*problems, _none(given, lists)))
    rows = rows.with_columns(contrast_id=pl.lit(given["contrast"], pl.String))
    return Computed({TABLE: result_frame(rows, Enrichment)}, tuple(problems))


def _biased(
    contrasts: Sequence[str], lists: Sequence[GeneList], tests: pl.DataFrame, units: pl.DataFrame
) -> dict[str, GeneList]:
    """Changed genes of the contrasts of which this part tells whether annotated genes prevail among them."""
    made = {one.name: one for one in lists}
    return {c: made.get("all") or changed_lists(tests.filter(contrast_id=c), units)[0] for c in contrasts}


def _lists(frames: Mapping[str, pl.DataFrame], units: pl.DataFrame, hubs: int) -> list[GeneList]:
    tests = frames[TESTS]
    found = changed_lists(tests, units)
    if not frames[TARGETS].is_empty():
        found += target_lists(tests, target_edges(frames), frames[TRIPLETS], units, hubs)
    if not tests.filter(library="circrna").is_empty():
        found.append(host_list(tests, frames[FEATURES], units))
    return found


def _tied(lists: Sequence[GeneList], place: str) -> list[Problem]:
    """A warning where the alphabet chose genes of a list: terms of ``hubs`` then rest on names too."""
    ties = [f"{one.tie} ({TIERS[one.tier]})" for one in lists if one.tie and one.tier]
    if not ties:
        return []
    message = (
        f"the alphabet chose genes of the list hubs among nodes of equal degree and betweenness: {', '.join(ties)}"
    )
    remedy = (
        "Read terms of hubs beside those of cerna_mrnas, or set cerna.hubs in study.yaml so that it cuts no equals."
    )
    return [warning("study.yaml", place, "tied_hubs", message, remedy)]


def _hosts(lists: list[GeneList], units: pl.DataFrame) -> pl.DataFrame:
    """Host genes that are not counted as genes: sets may name them all the same."""
    genes = pl.concat([pl.Series("gene", dtype=pl.String), *(one.background.rename("gene") for one in lists)])
    found = pl.DataFrame({"feature_id": genes.unique(), "gene": genes.unique()})
    return found.join(units, on="gene", how="anti").sort("gene")


def _none(given: Mapping[str, object], lists: list[GeneList]) -> Problem:
    if any(len(one.genes) for one in lists):
        why = "no gene of a list is in a tested set: one within the size limits (enrichment.size) that is no heading"
    else:
        why = "there is no changed gene, ceRNA network or circRNA to make a list of"
    remedy = "Nothing is to be done; the thresholds are expression.fold_change and expression.fdr."
    return Problem(Severity.LOCAL, "study.yaml", _place(given), "", "no_enrichment", why, remedy)


def _place(given: Mapping[str, object]) -> str:
    return f"contrast {given['contrast']}" if given["contrast"] else "genes shared by contrasts"


ANALYSIS = Analysis(
    name="enrichment",
    reads={
        TESTS: ("contrast_id", "library", "method"),
        SETS: ("collection",),
        TRIPLETS: ("contrast_id",),
        OVERLAPS: ("library",),
        TARGETS: (),
        FEATURES: (),
        MIRNAS: (),
        ALIASES: (),
    },
    writes=(TABLE,),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy", "networkx"),
    parts_per_step=1,
)
