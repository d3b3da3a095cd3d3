"""Names of miRNA-target tables as features of the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.errors import Problem, Severity, warning
from schemas.study import Study
from schemas.tables.target_mappings import TargetMapping
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.mirna_species import SpeciesFound, counted_species, species_of
from tasks.methods.problem_lists import several
from tasks.methods.report_words import counted
from tasks.methods.result_frames import result_frame
from tasks.methods.target_mapping import name_mappings

TARGETS, FEATURES, MIRNAS, ALIASES = "core.mirna_targets", "core.features", "core.mirna_names", "core.gene_aliases"
TABLE = "result.target_mappings"
_AMBIGUOUS = ("ambiguous_arm", "ambiguous_name", "ambiguous_alias", "unknown_accession")
_FEW = 0.5  # share of miRNAs of the tables below which the study's are probably named otherwise

_FEW_GENES = 0.1  # the same of mRNAs: a study counts fewer genes than the tables name
_CIRCLE = r"(?i)circ|:[0-9]+"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part, where the study has targets."""
    if slices[TARGETS].is_empty():
        return []
    if slices[FEATURES].is_empty():
        return [Part("all", skip="no loaded count file names a gene, miRNA or circRNA that targets could be mapped to")]
    return [Part("all", parameters={"targets": list(study.config.cerna.targets)})]


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Map every name of the study's targets; say how many pairs are lost and for what."""
    targets = frames[TARGETS].filter(~pl.col("is_excluded"))
    names = name_mappings(targets, frames[FEATURES], frames[MIRNAS], frames[ALIASES])
    problems = [
        *_problems(names, frames[FEATURES], part.parameters["targets"]),
        *_unknown_genes(names, targets, frames[FEATURES]),
    ]
    return Computed({TABLE: result_frame(names, TargetMapping)}, tuple(problems))


def _problems(names: pl.DataFrame, features: pl.DataFrame, tables: Sequence[str]) -> list[Problem]:
    found = []
    unsure = names.filter(pl.col("na_reason").is_in(_AMBIGUOUS))
    for side, what in (("mirna", "miRNAs"), ("target", "targets")):
        lost = unsure.filter(side=side).sort("pair_count", descending=True)
        if lost.height:
            pairs = int(lost["pair_count"].sum())
            message = f"{lost.height:,} {what} of the tables may mean several ({several(lost['name'].to_list())}); "
            message += f"pairs that are left out for it: {pairs:,}"
            remedy = (
                f"Name annotation.{'mirna_aliases' if side == 'mirna' else 'gene_aliases'} in study.yaml, or write "
            )
            remedy += "the current names; result.target_mappings lists them all."
            found.append(warning("study.yaml", "key cerna.targets", f"ambiguous_{side}", message, remedy))
    mirnas = names.filter(side="mirna").unique("name")
    theirs, ours = species_of(mirnas["name"]), counted_species(features.filter(library="mirna")["feature_id"])
    if theirs and ours and not set(theirs.species) & set(ours):
        return [*found, _other_species(theirs, ours, tables)]
    known = mirnas["feature_id"].is_not_null().mean()
    if features.filter(library="mirna").height and isinstance(known, float) and known < _FEW:
        lost = mirnas.filter(pl.col("feature_id").is_null())
        message = f"{lost.height:,} of {mirnas.height:,} miRNAs of the tables are not in the study's counts "
        message += f"({several(lost.sort('pair_count', descending=True)['name'].to_list())})"
        others = lost.filter(na_reason="other_species")
        if others.height:
            named = " and ".join(counted_species(others["name"])) or "no species known here"
            message += f"; {others.height:,} of them are of {named}, "
            message += f"those that the study counted are of {' and '.join(ours) or 'no species that their names say'}"
        remedy = "Compare the names in result.target_mappings with those of the count file."
        found.append(warning("study.yaml", "key cerna.targets", "mirnas_not_in_study", message, remedy))
    return found


def _other_species(theirs: SpeciesFound, ours: Sequence[str], tables: Sequence[str]) -> Problem:
    """What is told where no miRNA of the tables can be one of the study's: there is no pair."""
    own = " and ".join(ours)
    where = f" ({', '.join(tables)})" if tables else ""
    message = (
        f"all {counted(len(theirs.named), 'miRNA')} of the target tables{where} whose prefix says a species are of "
    )
    message += f"{theirs.words}, those that the study counted are of {own}: no pair can be made"
    if theirs.others:
        message += f" but of others ({several(theirs.others)})"
    remedy = f"Name a table of {own} under cerna.targets, or put the counts of the right species into landing/."
    return Problem(Severity.LOCAL, "study.yaml", "key cerna.targets", theirs.words, "other_species", message, remedy)


def _unknown_genes(names: pl.DataFrame, targets: pl.DataFrame, features: pl.DataFrame) -> list[Problem]:
    """A warning where hardly any mRNA of the tables is counted; targets of other classes may well be untested."""
    kinds = targets.filter(
        pl.col("target_class").fill_null("mrna") == "mrna", ~pl.col("target_id").str.contains(_CIRCLE)
    )
    genes = names.filter(pl.col("name").is_in(kinds["target_id"].implode()), side="target").unique("name")
    lost = genes.filter(pl.col("feature_id").is_null())
    if features.filter(library="gene").is_empty() or lost.height <= (1 - _FEW_GENES) * genes.height:
        return []
    message = f"{lost.height:,} of {genes.height:,} targets of the tables are not in the study's counts "
    message += f"({several(lost.sort('pair_count', descending=True)['name'].to_list())})"
    remedy = "Compare the names in result.target_mappings with those of the count file."
    return [warning("study.yaml", "key cerna.targets", "targets_not_in_study", message, remedy)]


ANALYSIS = Analysis(
    name="target_mappings",
    reads={TARGETS: (), FEATURES: (), MIRNAS: (), ALIASES: ()},
    writes=(TABLE,),
    parts=parts,
    run=run,
)
