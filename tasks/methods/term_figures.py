"""What figures of enriched terms share: their parts, names of lists and methods, terms on several lines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from schemas.study import Study
from tasks.methods.figure_style import group_labels, plain
from tasks.methods.gene_lists import CHANGED_SUFFIX
from tasks.methods.report_words import counted

TERMS = "result.enrichment"
SLICES = ("contrast_id", "gene_list", "tier", "collection", "method")
LISTS = {
    "all": "changed genes",
    "up": "genes that are higher",
    "down": "genes that are lower",
    "hubs": "hub mRNAs of the ceRNA network",
    "cerna_mrnas": "mRNAs of the ceRNA network",
    "mirna_targets": "mRNAs that changed miRNAs target",
    "circrna_hosts": "host genes of changed circRNAs",
    "shared": "genes changed alike in several contrasts",
}
TIERS = {
    "validated": "validated targets",
    "high_throughput": "targets of high-throughput experiments or validated",
    "predicted": "predicted targets or better",
    "unstated": "targets of any evidence",
}
METHODS = {"ora": "hypergeometric test", "ease": "EASE score"}
BACKGROUNDS = {"tested": "all genes that could be in it", "annotated": "those of them in the collection"}


def families(study: Study, slices: Mapping[str, pl.DataFrame]) -> Iterator[dict[str, Any]]:
    """Contrast, list, tier, collection and method of every family of terms, with what figures say of them."""
    rows = {c.id: c for c in study.contrasts}
    for row in slices[TERMS].select(SLICES).unique().sort(SLICES).iter_rows(named=True):
        given: dict[str, Any] = {**row, "alpha": study.config.enrichment.pvalue, "versus": ""}
        given["words"] = list_words(study, row["gene_list"], row["tier"])
        if contrast := rows.get(row["contrast_id"] or ""):
            labels = group_labels(study) if contrast.variable == "condition" else {}
            target, reference = (labels.get(level, level) for level in (contrast.target, contrast.reference))
            given["versus"] = f"{target} against {reference}"
            if row["gene_list"] in study.config.enrichment.lists:  # as somebody wrote it: no effect of the target
                given |= {"words": f"{given['words']}, tested in {given['versus']}", "versus": ""}
        elif row["contrast_id"]:
            continue
        if row["method"] in METHODS:
            yield given


def family_key(given: Mapping[str, Any]) -> str:
    """What a figure of one family is called by."""
    return ", ".join(given[name] for name in SLICES if given[name])


def list_words(study: Study, name: str, tier: str | None = None) -> str:
    """A gene list in words; those that study.yaml names by their name, those of miRNA-target pairs with their tier."""
    if tier:
        return f"{list_words(study, name)} ({TIERS[tier]})"
    named = study.config.enrichment.lists
    if name in LISTS or name in named:
        return LISTS.get(name, f"all genes of the list {name}, changed or not")
    return f"changed genes of the list {name.removesuffix(CHANGED_SUFFIX)}"


def wrapped(term: str, width: int, lines: int = 2) -> str:
    """A term on no more than so many lines, as it is drawn."""
    return plain("\n".join(textwrap.wrap(term, width, max_lines=lines, placeholder=" …")))


def representatives(terms: pl.DataFrame, alpha: float) -> pl.DataFrame:
    """Terms with a nominal p-value below ``alpha`` that represent their cluster, the most significant first.

    ``terms``: rows of ``result.enrichment`` of one family; ``terms`` is added: how many terms below ``alpha`` each
    stands for.
    """
    below = terms.filter(pl.col("pvalue") < alpha)
    found = below.filter("is_representative").join(below.group_by("cluster").len("terms"), on="cluster")
    return found.sort("pvalue", "term_id")


def against(terms: pl.DataFrame) -> str:
    """What a list was compared with, for a caption."""
    name, size = terms.select("background", "background_size").row(0)
    return f"Background: {BACKGROUNDS.get(name, f'genes of {name}')} ({counted(size, 'gene')})."
