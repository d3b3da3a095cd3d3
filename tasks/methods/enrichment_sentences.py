"""What the gene lists of a contrast are rich in, in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.expression_sentences import contrast_names
from tasks.methods.gene_rankings import NAMED
from tasks.methods.pvalue_text import pvalue_phrase
from tasks.methods.report_blocks import Strong, Text
from tasks.methods.report_words import Row, counted, number, several

TOP = 3
LISTS = {"up": "raised genes", "down": "lowered genes"}
METHODS = ("ora", "ease")  # of lists, the preferred first


def enrichment_sentences(
    study: StudyYaml, terms: pl.DataFrame, contrasts: pl.DataFrame, done: Collection[str]
) -> list[Text]:
    """One item a contrast: leading terms of its raised and lowered genes and of GSEA; or that none was found.

    ``terms``: rows of ``result.enrichment``. ``done``: contrasts that were tested; one without a row is told as
    well. A term that rests on the genes of a more significant one is left out.
    """
    items: list[Text] = []
    for contrast, name in contrast_names(study, contrasts).items():
        here = terms.filter(contrast_id=contrast)
        told = [_of_list(here.filter(gene_list=known), known, study) for known in LISTS]
        ranked = here.filter(pl.col("collection") != NAMED, method="gsea")  # a list is a family of its own, no term
        told.append(_of_ranking(ranked, study.enrichment.pvalue))
        said = " ".join(filter(None, told))
        if not said and contrast in done:
            said = "No term was found: no list of changed genes has a gene of a tested term."
        if said:
            items.append((Strong(f"{name}. "), said))
    return items


def leading_terms(terms: pl.DataFrame, limit: float) -> pl.DataFrame:
    """Representatives at an FDR below ``limit``, by FDR, then size of the NES, without one by p, and id."""
    # p of permutations ends at the same floor for all strong terms
    effect = pl.coalesce(-pl.col("nes").abs(), "pvalue")
    kept = terms.filter(pl.col("padj") < limit, pl.col("is_representative").fill_null(value=True))
    return kept.sort("padj", effect, "term_id")


def _of_list(terms: pl.DataFrame, gene_list: str, study: StudyYaml) -> str:
    method = next((m for m in METHODS if m in set(terms["method"])), None)
    if method is None:
        return ""
    limit, what = study.enrichment.pvalue, LISTS[gene_list]
    rows = terms.filter(method=method)
    best = leading_terms(rows, limit)
    if best.is_empty():
        return f"No term of the {what} was found at FDR < {limit:g}, of {_tested(rows)}."
    said = [
        f"{_term(row)} ({row['overlap']:,} of {counted(row['list_size'], 'gene')}, {pvalue_phrase(row['padj'], 'FDR')})"
        for row in best.head(TOP).iter_rows(named=True)
    ]
    return f"The {what} are rich in {several(said)}{_more(best)}."


def _of_ranking(terms: pl.DataFrame, limit: float) -> str:
    if terms.is_empty():
        return ""
    best = leading_terms(terms.filter(pl.col("nes").is_not_null()), limit)
    if best.is_empty():
        return f"GSEA of all ranked genes: no term was found at FDR < {limit:g}, of {_tested(terms)}."
    told = []
    for way, rows in (("higher", best.filter(pl.col("nes") > 0)), ("lower", best.filter(pl.col("nes") < 0))):
        said = [
            f"{_term(row)} (NES {number(row['nes'])}, {pvalue_phrase(row['padj'], 'FDR')})"
            for row in rows.head(TOP).iter_rows(named=True)
        ]
        if said:
            told.append(f"{way}: {several(said)}{_more(rows)}")
    return f"GSEA of all ranked genes, {'; '.join(told)}."


def _term(row: Row) -> str:
    return f"“{row['term'] or row['term_id']}”"


def _tested(terms: pl.DataFrame) -> str:
    """Terms of the collections that have a row here, with those without a gene of the list; others are not counted."""
    sizes = terms.group_by("collection").agg(pl.col("family_size").first()).sort("collection")
    names = several([str(name) for name in sizes["collection"]])
    return f"{counted(int(sizes['family_size'].sum()), 'term')} of {names} tested"


def _more(best: pl.DataFrame) -> str:
    rest = best.height - TOP
    return f" and {counted(rest, 'further group')} of terms" if rest > 0 else ""
