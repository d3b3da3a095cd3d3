"""Networks of competing RNAs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.expression_sentences import contrast_names
from tasks.methods.network_sentences import pair_families, significant_triplets
from tasks.methods.report_blocks import Block, Bullets, Grid, Heading, Section, pictures
from tasks.methods.report_tables import grid, labelled, slug, words
from tasks.methods.report_words import counted, number
from tasks.methods.rna_classes import CLASSES
from tasks.methods.term_figures import TIERS

FIGURES, CONTRASTS = "result.figures", "core.contrasts"
NODES, PAIRS, TRIPLETS = "result.cerna_nodes", "result.cerna_pairs", "result.cerna_triplets"
TOP = 50
SENSITIVE_FROM = 50  # samples that a sensitivity correlation needs
CAVEATS = """\
A competing RNA may titrate its miRNA without the miRNA's amount moving: triplets ask for a changed miRNA and miss \
such pairs; pairs by shared miRNAs do not.
Cells treated with exosomes also carry the exosomes' own RNA: what is higher in them need not be transcribed there.
A consistent triplet (all three changed, in fitting directions) is a pattern; only those marked significant are \
controlled at the study's FDR.
Hubs are ranked by degree; MCC equals the degree in a network without triangles."""


def content(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> Sequence[Block]:
    """Caveats first, then a heading per contrast: what was tested, the figure, hubs, triplets and pairs."""
    names = contrast_names(study, frames[CONTRASTS])
    tested = [
        str(c)
        for c in frames[CONTRASTS]["contrast_id"]
        if any(frames[t].filter(contrast_id=c).height for t in (PAIRS, TRIPLETS))
    ]
    if not tested:
        return []
    blocks: list[Block] = [Bullets(tuple((text,) for text in CAVEATS.splitlines()))]
    for contrast in tested:
        here = {t: frames[t].filter(contrast_id=contrast) for t in (NODES, PAIRS, TRIPLETS)}
        blocks.append(Heading(names[contrast], slug("network", contrast)))
        blocks.append(Bullets(tuple((text,) for text in _told(study, here))))
        blocks += pictures(frames[FIGURES].filter(contrast=contrast))
        blocks += [*_hubs(here[NODES], contrast), *_triplets(here[TRIPLETS], contrast), *_pairs(here[PAIRS], contrast)]
    blocks += pictures(frames[FIGURES].filter(pl.col("contrast").is_null()))
    return blocks


def _told(study: StudyYaml, here: Mapping[str, pl.DataFrame]) -> list[str]:
    fdr = study.cerna.fdr
    found = []
    triplets, pairs = here[TRIPLETS], here[PAIRS]
    if triplets.height:
        consistent = int(triplets["is_consistent"].sum())
        found.append(f"{significant_triplets(triplets, fdr)}. {counted(consistent, 'consistent triplet')} (a pattern).")
    for row in pair_families(pairs):
        calls = f"{counted(row['significant_count'], 'pair')} of {row['family_size']:,} at FDR < {fdr:g}"
        nothing = "" if row["significant_count"] else ": none was found among these, which is no sign that none exists"
        share = row["false_call_rate"]
        false = f"; rewired target tables give {number(100 * share)} % as many calls" if share is not None else ""
        found.append(f"Pairs by {TIERS[row['tier']]}: {calls}{false}{nothing}.")
    fewest = pairs["sample_count"].min() if pairs.height else None
    if isinstance(fewest, int) and fewest < SENSITIVE_FROM:
        found.append(
            f"Correlations rest on {fewest} samples and are hints; a sensitivity correlation needs {SENSITIVE_FROM}."
        )
    return found


def _named(rows: pl.DataFrame, *kinds: str) -> pl.DataFrame:
    return rows.with_columns(pl.coalesce(f"{k}_symbol", f"{k}_id").alias(f"{k}_symbol") for k in kinds)


def _hubs(nodes: pl.DataFrame, contrast: str) -> list[Grid]:
    hubs = nodes.filter("is_hub").sort("rna_class", "hub_rank")
    if not hubs.height:
        return []
    columns = {
        "symbol": "RNA",
        "rna_class": "class",
        "hub_rank": "rank",
        "degree": "degree",
        "betweenness": "betweenness",
        "mcc": "MCC",
        "module": "module",
        "log2_fold_change": "log2 fold change",
        "direction": "direction",
        "tier": "targets",
    }
    shown = {"rna_class": labelled(CLASSES), "tier": words}
    named = hubs.with_columns(pl.coalesce("symbol", "feature_id").alias("symbol"))
    return [grid(named, "Hubs of the network", slug("hubs", contrast), columns, shown=shown)]


def _triplets(rows: pl.DataFrame, contrast: str) -> list[Grid]:
    kept = rows.filter(pl.col("is_consistent") | pl.col("is_significant"))
    if not kept.height:
        return []
    columns = {
        "cerna_symbol": "competing RNA",
        "cerna_class": "class",
        "mirna_symbol": "miRNA",
        "mrna_symbol": "mRNA",
        "cerna_direction": "it",
        "mirna_direction": "miRNA is",
        "mrna_direction": "mRNA is",
        "tier": "targets",
        "pvalue": "p",
        "padj": "FDR",
        "is_significant": "significant",
        "is_consistent": "consistent",
    }
    ranked = _named(kept, "cerna", "mirna", "mrna").sort("padj", "cerna_id", "mirna_id", "mrna_id")
    shown = {"cerna_class": labelled(CLASSES), "tier": words}
    rest = "The edges are among the exports."
    return [grid(ranked, "Triplets", slug("triplets", contrast), columns, shown=shown, rows=TOP, rest=rest)]


def _pairs(rows: pl.DataFrame, contrast: str) -> list[Grid]:
    kept = rows.filter(pl.col("is_significant").fill_null(value=False))
    if not kept.height:
        return []
    columns = {
        "cerna_symbol": "competing RNA",
        "cerna_class": "class",
        "mrna_symbol": "mRNA",
        "shared_mirnas": "shared miRNAs",
        "fold_enrichment": "fold enrichment",
        "hyper_pvalue": "p",
        "hyper_padj": "FDR",
        "correlation": "correlation",
        "correlation_pvalue": "its p",
        "tier": "targets",
    }
    ranked = _named(kept, "cerna", "mrna").sort("hyper_padj", "cerna_id", "mrna_id")
    shown = {"cerna_class": labelled(CLASSES), "tier": words}
    return [grid(ranked, "Pairs that share miRNAs", slug("cerna-pairs", contrast), columns, shown=shown, rows=TOP)]


SECTION = Section(
    name="networks",
    title="ceRNA networks",
    order=50,
    reads={NODES: (), PAIRS: (), TRIPLETS: (), CONTRASTS: ()},
    content=content,
    figure_tables=(NODES, TRIPLETS, PAIRS),
)
