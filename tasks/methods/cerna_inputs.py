"""What analyses of ceRNAs share: their parts, the tested nodes of a contrast, and the target table's edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from schemas.errors import Problem, Severity, warning
from schemas.sheets import ContrastRow
from schemas.study import Study
from tasks.contracts import Computed, Part
from tasks.methods.cerna_triplets import CERNA_CLASSES, TIERS
from tasks.methods.rna_classes import CLASSES
from tasks.methods.target_mapping import mapped_targets, name_mappings

TESTS, FEATURES = "result.differential_expression", "core.features"
TARGETS, MIRNAS, ALIASES = "core.mirna_targets", "core.mirna_names", "core.gene_aliases"
READS: Mapping[str, tuple[str, ...]] = {
    TESTS: ("contrast_id", "library", "method"),
    TARGETS: (),
    FEATURES: (),
    MIRNAS: (),
    ALIASES: (),
}
CERNA_COLUMN = pl.col("rna_class").is_in(CERNA_CLASSES)


UNASKED = (
    "study.yaml names no miRNA-target table (cerna.targets), and no miRNAs were counted: there is no ceRNA network"
)


def contrast_parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[tuple[ContrastRow, Part]]:
    """A part per contrast that the primary method tested, skipped where the table or a library is missing.

    A study that neither names targets nor counts miRNAs has none.
    """
    primary = study.config.expression.primary
    tested = slices[TESTS].filter(pl.col("method") == primary).select("contrast_id", "library").unique()
    has_targets = not slices[TARGETS].is_empty()
    is_asked = bool(study.config.cerna.targets) or has_targets
    found = []
    for contrast in study.contrasts:
        libraries = set(tested.filter(contrast_id=contrast.id)["library"])
        if not libraries or not (is_asked or "mirna" in libraries):
            continue
        where = {TESTS: {"contrast_id": (contrast.id,), "method": (primary,)}}
        options = study.config.cerna
        parameters = {"contrast": contrast.id, "fdr": options.fdr, "hubs": options.hubs}
        part = Part(
            contrast.id, where, parameters, skip=_reason(contrast.id, libraries, study, has_targets=has_targets)
        )
        found.append((contrast, part))
    return found


def unasked(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """The one skipped part of a study whose tested contrasts have neither targets nor miRNAs; none for others."""
    tested = slices[TESTS].filter(method=study.config.expression.primary)
    is_asked = bool(study.config.cerna.targets) or not slices[TARGETS].is_empty() or "mirna" in set(tested["library"])
    if is_asked or tested.is_empty():
        return []
    return [Part("all contrasts", skip=UNASKED)]


def _reason(contrast: str, libraries: set[str], study: Study, *, has_targets: bool) -> str | None:
    """Why a contrast cannot have triplets; null where it can."""
    named = study.config.cerna.targets
    if not has_targets and named:
        return f"no miRNA-target pair was loaded from {', '.join(named)} (cerna.targets); see mart.quarantine"
    if not has_targets:
        return "study.yaml names no miRNA-target table; name some under cerna.targets"
    for library, kind in (("mirna", "mirna"), ("gene", "mrna")):
        if library not in libraries:
            counts = f"the study has no counts of library {library} for it"
            return f"contrast {contrast} has no tested {CLASSES[kind]}: {counts}"
    return None


def tested_nodes(tests: pl.DataFrame) -> pl.DataFrame:
    """Features with a p-value, of the four classes: feature_id, symbol, rna_class, pvalue, log2_fold_change, direction.

    ``tests``: rows of ``result.differential_expression`` of a contrast and method.
    """
    classes = ("mrna", "mirna", *CERNA_CLASSES)
    kept = tests.filter(pl.col("pvalue").is_not_null() & pl.col("rna_class").is_in(classes))
    names = ("feature_id", "symbol", "rna_class", "pvalue", "log2_fold_change", "direction")
    return kept.select(names).unique("feature_id", keep="first", maintain_order=True).sort("feature_id")


def target_edges(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The study's target pairs as features: mirna_id, target_id, target_class, tier (the strongest), each pair once."""
    targets = frames[TARGETS].filter(~pl.col("is_excluded"))
    mapped, _ = mapped_targets(targets, frames[FEATURES], frames[MIRNAS], frames[ALIASES])
    level = pl.col("tier").replace_strict(TIERS, range(len(TIERS)), return_dtype=pl.Int64)
    return (
        mapped.with_columns(level=level)
        .group_by("mirna_id", "target_id")
        .agg(pl.col("target_class").first(), pl.col("level").min())
        .with_columns(tier=pl.col("level").replace_strict(range(len(TIERS)), TIERS, return_dtype=pl.String))
        .select("mirna_id", "target_id", "target_class", "tier")
        .sort("mirna_id", "target_id")
    )


def target_mirna_count(frames: Mapping[str, pl.DataFrame]) -> int:
    """How many miRNAs the target tables name, whether counted in the study or not."""
    targets = frames[TARGETS].filter(~pl.col("is_excluded"))
    names = name_mappings(targets, frames[FEATURES], frames[MIRNAS], frames[ALIASES]).filter(side="mirna")
    return int(names.select(pl.coalesce("feature_id", "name").n_unique()).item())


def missing(nodes: pl.DataFrame, edges: pl.DataFrame) -> str | None:
    """What a contrast lacks for any triplet, in words; null where all is there."""
    known = nodes.join(edges.select("target_id").unique(), left_on="feature_id", right_on="target_id", how="semi")
    if nodes.filter(rna_class="mirna").join(edges, left_on="feature_id", right_on="mirna_id", how="semi").is_empty():
        return "no tested miRNA is in the target tables"
    if known.filter(CERNA_COLUMN).is_empty():
        return "no tested lncRNA or circRNA is in the target tables"
    if known.filter(rna_class="mrna").is_empty():
        return "no tested mRNA is in the target tables"
    return None


def refused(
    frames: Mapping[str, pl.DataFrame], given: Mapping[str, Any], why: str, earlier: Sequence[Problem]
) -> Computed:
    """Empty tables with the reason that they are."""
    place = f"contrast {given['contrast']}"
    remedy = "Nothing is to be done, unless names differ: result.target_mappings lists those that are not in the study."
    said = Problem(Severity.LOCAL, "study.yaml", place, "", "no_cerna_network", why, remedy)
    return Computed(frames, (*earlier, said))


def remark(given: Mapping[str, Any], rule: str, message: str, remedy: str) -> Problem:
    """A warning about a contrast."""
    return warning("study.yaml", f"contrast {given['contrast']}", rule, message, remedy)
