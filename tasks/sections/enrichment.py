"""Functions that gene lists are rich in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.enrichment_sentences import LISTS as WAYS
from tasks.methods.expression_sentences import contrast_names, thresholds
from tasks.methods.report_blocks import Block, Bullets, Heading, Paragraph, Section, pictures
from tasks.methods.report_tables import grid, slug
from tasks.methods.report_words import counted, several, spoken
from tasks.methods.term_figures import TIERS

FIGURES, TERMS, CONTRASTS = "result.figures", "result.enrichment", "core.contrasts"
TESTS = "result.differential_expression"
TOP = 25
COLUMNS = {
    "term": "term",
    "term_id": "id",
    "overlap": "genes in it",
    "list_size": "of the list",
    "set_size": "of the set",
    "background_size": "background",
    "fold_enrichment": "fold enrichment",
    "nes": "NES",
    "pvalue": "p (nominal)",
    "padj": "FDR",
    "genes": "genes",
}
NOTE = "p is nominal, as DAVID prints it; the FDR is over all terms of the list and collection within the size limits."


def content(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> Sequence[Block]:
    """Contrasts without raised or lowered genes; a heading per contrast, list and tier, a table per collection."""
    rows = frames[TERMS]
    names = contrast_names(study, frames[CONTRASTS])
    blocks: list[Block] = [] if rows.is_empty() else _empty(study, frames[TESTS], names)
    keys = ["contrast_id", "gene_list", "tier"]
    rows = rows.sort(*keys, "collection", "method")
    for (contrast, gene_list, tier), terms in rows.group_by(keys, maintain_order=True):
        evidence = f" ({TIERS[str(tier)]})" if tier else ""
        where = f"{names.get(str(contrast), str(contrast))}: " if contrast else "No single contrast: "
        title = f"{where}{spoken(str(gene_list))}{evidence}"
        own = (*(str(name) for name in (contrast, gene_list, tier) if name),)
        blocks.append(Heading(title, slug("terms", *own)))
        for (collection, method), group in terms.group_by("collection", "method", maintain_order=True):
            blocks += _collection(study, group, own, str(collection), str(method))
    drawn = pictures(frames[FIGURES])
    return [*blocks, Heading("Pictures of enrichment", "enrichment-figures"), *drawn] if drawn else blocks


def _empty(study: StudyYaml, tests: pl.DataFrame, names: Mapping[str, str]) -> list[Block]:
    """Contrasts that raised or lowered no gene, in the order of ``names``: such a list has no term."""
    genes = tests.filter(library="gene", method=study.expression.primary)
    found = {str(contrast): set(part["direction"]) for (contrast,), part in genes.group_by(["contrast_id"])}
    told = []
    for contrast, name in names.items():
        missing = [word for way, word in WAYS.items() if way not in found.get(contrast, WAYS)]
        if missing:
            told.append((f"{name}: no {several(missing, 'and no')} ({thresholds(study)}), so no term of such a list.",))
    return [Bullets(tuple(told))] if told else []


def _collection(
    study: StudyYaml, terms: pl.DataFrame, about: Sequence[str], collection: str, method: str
) -> list[Block]:
    limit = study.enrichment.pvalue
    nominal = terms.filter(pl.col("pvalue") < limit).sort("pvalue", "term_id")
    label = f"{collection}, {method.upper()}"
    if not nominal.height:
        background = terms["list_size"].max() if "list_size" in terms.columns else None
        size = f" in this list of {counted(background, 'gene')}" if isinstance(background, int) else ""
        told = f"{label}: none of {counted(terms.height, 'term')} was found at p < {limit:g}{size}."
        return [Paragraph((told,))]
    strict = nominal.filter(pl.col("padj") < limit).height
    told = f"{label}: {counted(nominal.height, 'term')} at nominal p < {limit:g}, {strict:,} at FDR < {limit:g}."
    rest = "All of them: mart.enriched_terms (benchlake sql)."
    return [
        Paragraph((told,)),
        grid(nominal, label, slug("terms", *about, collection, method), COLUMNS, rows=TOP, note=NOTE, rest=rest),
    ]


SECTION = Section(
    name="enrichment",
    title="Enrichment",
    order=60,
    reads={TERMS: (), CONTRASTS: (), TESTS: ("contrast_id", "library", "method", "direction")},
    content=content,
    figure_tables=(TERMS,),
)
