"""What the ceRNA network of a contrast shows, in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import get_args

import polars as pl

from schemas.study_yaml import StudyYaml
from schemas.vocabulary import EvidenceTier
from tasks.methods.expression_sentences import contrast_names
from tasks.methods.pvalue_text import pvalue_phrase
from tasks.methods.report_blocks import Strong, Text
from tasks.methods.report_words import Row, counted, several, spoken
from tasks.methods.rna_classes import CLASS
from tasks.methods.term_figures import TIERS

CONTRASTS, NODES = "core.contrasts", "result.cerna_nodes"
PAIRS, TRIPLETS = "result.cerna_pairs", "result.cerna_triplets"
TOP = 3
WEAKER = {
    "validated": "validated targets",
    "high_throughput": "targets of high-throughput experiments",
    "predicted": "predicted targets",
    "unstated": "targets of unstated evidence",
}  # what a triplet's weaker pair rests on: the families of triplets have none in common
STRENGTH = {tier: place for place, tier in enumerate(get_args(EvidenceTier))}


def network_sentences(study: StudyYaml, frames: Mapping[str, pl.DataFrame], done: Collection[str]) -> list[Text]:
    """One item a contrast: its significant axes, those of hubs first, and how many pairs share miRNAs; or nothing.

    ``done``: contrasts whose triplets were tested; one without a row is told as well. Contrasts of which neither
    triplets nor pairs were tested have no item.
    """
    items: list[Text] = []
    for contrast, name in contrast_names(study, frames[CONTRASTS]).items():
        triplets, pairs, nodes = (frames[t].filter(contrast_id=contrast) for t in (TRIPLETS, PAIRS, NODES))
        told = [_axes(triplets, nodes, study.cerna.fdr)] if triplets.height or contrast in done else []
        told += [_sharing(pairs, study.cerna.fdr)] if pairs.height else []
        if told:
            items.append((Strong(f"{name}. "), " ".join(told)))
    return items


def leading_axes(triplets: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """The best triplet of each ceRNA that is significant and whose RNAs are all changed as expected, hubs first.

    Sorted by the ceRNA's place among the hubs of its class, then evidence, p and ids; ``is_hub`` is null for a
    ceRNA without a node.
    """
    hubs = nodes.select("is_hub", "hub_rank", cerna_id="feature_id")
    tier = pl.col("tier").replace_strict(STRENGTH, return_dtype=pl.Int64)
    ranked = triplets.filter("is_significant", "is_consistent").join(hubs, on="cerna_id", how="left")
    order = ("hub_rank", tier, "pvalue", "cerna_id", "mirna_id", "mrna_id")
    return ranked.sort(*order, nulls_last=True).unique("cerna_id", keep="first", maintain_order=True)


def _axes(triplets: pl.DataFrame, nodes: pl.DataFrame, fdr: float) -> str:
    axes = leading_axes(triplets, nodes)
    patterns = triplets.filter("is_consistent").height
    if axes.is_empty():
        seen = (
            f"; {counted(patterns, 'triplet fits', 'triplets fit')} in direction, which is a pattern and no finding"
            if patterns
            else ""
        )
        return f"{significant_triplets(triplets, fdr)}{seen}; one may exist."
    first = [_axis(row) for row in axes.head(TOP).iter_rows(named=True)]
    of_hubs = axes.head(TOP)["is_hub"].fill_null(value=False)
    kind = "The best, hubs first" if of_hubs.any() else "None is of a hub; the best"
    if of_hubs.all():
        kind = "Best of the first hubs"
    return f"{significant_triplets(triplets, fdr)}. {kind}: {several(first)}."


def significant_triplets(triplets: pl.DataFrame, fdr: float) -> str:
    """How many triplets of each evidence are significant, and how many of these are patterns too.

    The rate of false discoveries is that of the significant triplets of one evidence, a family of its own.
    """
    place = pl.col("tier").replace_strict(STRENGTH, return_dtype=pl.Int64)
    families = triplets.group_by("tier").agg(
        pl.col("is_significant").sum().alias("found"),
        pl.col("family_size").first(),
        (pl.col("is_significant") & pl.col("is_consistent")).sum().alias("fitting"),
    )
    told = [
        f"{row['found']:,} of {row['family_size']:,} by {WEAKER[row['tier']]} ({row['fitting']:,})"
        for row in families.sort(place).iter_rows(named=True)
    ]
    if not triplets["is_significant"].any():
        return f"No triplet of competing RNA, miRNA and mRNA was found at FDR < {fdr:g}"
    return (
        f"Triplets of competing RNA, miRNA and mRNA at FDR < {fdr:g}, in brackets those of them whose three RNAs are "
        f"all changed in the directions expected: {several(told)}"
    )


def _axis(row: Row) -> str:
    names = [f"{row[f'{k}_symbol'] or row[f'{k}_id']} ({row[f'{k}_direction']})" for k in ("cerna", "mirna", "mrna")]
    evidence = f"{spoken(row['tier'])} targets, {pvalue_phrase(row['pvalue'])}, {pvalue_phrase(row['padj'], 'FDR')}"
    return f"{CLASS[row['cerna_class']]} {' – '.join(names)} [{evidence}]"


def pair_families(pairs: pl.DataFrame) -> list[Row]:
    """The families of pairs by evidence, the strongest first: tier, significant_count, family_size, false_call_rate.

    ``pairs``: rows of ``result.cerna_pairs`` of one contrast. A family holds the pairs of its tier and of stronger
    ones.
    """
    place = pl.col("tier").replace_strict(STRENGTH, return_dtype=pl.Int64)
    families = pairs.group_by("tier").agg(pl.col("significant_count", "family_size", "false_call_rate").first())
    return list(families.sort(place).iter_rows(named=True))


def _sharing(pairs: pl.DataFrame, fdr: float) -> str:
    """How many pairs share more miRNAs than chance gives, by evidence."""
    told = [
        f"{row['significant_count']:,} of {row['family_size']:,} pairs by {TIERS[row['tier']]}"
        for row in pair_families(pairs)
    ]
    return f"Sharing more miRNAs than chance gives (FDR < {fdr:g}): {several(told)}."
