"""Differential expression, contrast by contrast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.contrast_figures import METHOD_NAMES
from tasks.methods.expression_sentences import class_counts, contrast_names, counts_note, thresholds
from tasks.methods.report_blocks import Block, Bullets, Heading, Paragraph, Section, pictures
from tasks.methods.report_tables import grid, labelled, slug, words
from tasks.methods.report_words import capital
from tasks.methods.rna_classes import CLASSES, LIBRARY_NAMES

FIGURES, TESTS, CONTRASTS = "result.figures", "result.differential_expression", "core.contrasts"
POWER, AGREEMENT, OVERLAPS = "result.expression_power", "result.method_agreement", "result.expression_overlaps"
HOSTS = "result.circrna_hosts"
TOP = 50
TOP_COLUMNS = {
    "_name": "feature",
    "feature_id": "id",
    "rna_class": "class",
    "base_mean": "mean count",
    "log2_fold_change": "log2 fold change",
    "shrunken_log2_fold_change": "shrunken",
    "lfc_se": "standard error",
    "pvalue": "p",
    "padj": "FDR",
    "direction": "direction",
}


def content(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> Sequence[Block]:
    """Counts, then a heading per contrast with figures and its first features by class; then shared features."""
    if not frames[TESTS].height:
        return []
    names = contrast_names(study, frames[CONTRASTS])
    blocks: list[Block] = [_counts(study, frames[TESTS], names), *_circular_note(frames[TESTS])]
    if frames[AGREEMENT].height:
        blocks.append(_agreement(frames[AGREEMENT], names))
    figures = frames[FIGURES]
    for contrast in frames[CONTRASTS]["contrast_id"]:
        tests = frames[TESTS].filter(contrast_id=contrast, method=study.expression.primary)
        drawn = figures.filter(contrast=contrast)
        if tests.height or drawn.height:
            blocks.append(Heading(names[contrast], slug("contrast", contrast)))
            blocks += _power(frames[POWER].filter(contrast_id=contrast))
            blocks += [*_top(study, tests, str(contrast), names), *pictures(drawn)]
    blocks += _hosts(frames[HOSTS].filter(method=study.expression.primary), names)
    shared = frames[OVERLAPS].filter(method=study.expression.primary)
    known = frames[CONTRASTS]["contrast_id"].to_list()
    others = figures.filter(pl.col("contrast").is_null() | ~pl.col("contrast").is_in(known))
    if shared.height or others.height:
        blocks += [Heading("Over all contrasts", "over-contrasts"), *_shared(shared), *pictures(others)]
    return blocks


def _counts(study: StudyYaml, tests: pl.DataFrame, names: Mapping[str, str]) -> Block:
    columns = {
        "contrast_id": "contrast",
        "rna_class": "class",
        "library": "library",
        "method": "method",
        "up": "up",
        "down": "down",
        "tested": "tested",
        "measured": "measured",
    }
    shown = {
        "contrast_id": labelled(names),
        "rna_class": labelled(CLASSES),
        "method": labelled(METHOD_NAMES),
    }
    note = f"{capital(thresholds(study))}. {counts_note(names)}"
    return grid(class_counts(tests), "Changed features", "changed-features", columns, shown=shown, note=note)


def _circular_note(tests: pl.DataFrame) -> list[Block]:
    if not tests.filter(rna_class="circrna").height:
        return []
    note = (
        "Few circRNAs are read often enough for three samples a group to show a change: most changes are missed, and a "
        "short list is no sign that few changed."
    )
    return [Paragraph((note,), "note")]


def _agreement(rows: pl.DataFrame, names: Mapping[str, str]) -> Block:
    columns = {
        "contrast_id": "contrast",
        "library": "library",
        "method_a": "method",
        "method_b": "beside",
        "significant_a_count": "found by the first",
        "significant_b_count": "by the second",
        "both_count": "by both",
        "opposite_count": "in opposite directions",
        "jaccard": "Jaccard",
        "spearman_log2_fold_change": "Spearman of fold changes",
        "na_reason": "why empty",
    }
    shown = {
        "contrast_id": labelled(names),
        "na_reason": words,
        **{c: labelled(METHOD_NAMES) for c in ("method_a", "method_b")},
    }
    return grid(rows, "Do both methods agree?", "agreement", columns, shown=shown)


def _power(rows: pl.DataFrame) -> list[Block]:
    told = [
        (f"{LIBRARY_NAMES.get(r['library'], r['library'])}: {r['note']}",)
        for r in rows.sort("library").iter_rows(named=True)
        if r["note"]
    ]
    return [Paragraph(("What this number of samples can show:",)), Bullets(tuple(told))] if told else []


def _top(study: StudyYaml, tests: pl.DataFrame, contrast: str, names: Mapping[str, str]) -> list[Block]:
    """The first changed features of each class."""
    found: list[Block] = []
    for rna_class, title in CLASSES.items():
        rows = tests.filter(rna_class=rna_class)
        changed = rows.filter(pl.col("direction") != "ns").sort("padj", "pvalue", "feature_id", nulls_last=True)
        if not rows.height:
            continue
        if not changed.height:
            found.append(Paragraph((f"No changed {title} were found at this n ({thresholds(study)}).",)))
            continue
        named = changed.with_columns(_name=pl.coalesce("symbol", "feature_id"))
        found.append(
            grid(
                named,
                f"{title}: {names[contrast]}",
                slug("top", contrast, rna_class),
                TOP_COLUMNS,
                rows=TOP,
                rest="All of them: mart.top_features (benchlake sql).",
                note="By FDR.",
            )
        )
    return found


def _hosts(rows: pl.DataFrame, names: Mapping[str, str]) -> list[Block]:
    """Changed circRNAs beside their host genes: a host's change looks like the circle's."""
    changed = rows.filter(pl.col("direction") != "ns").sort("contrast_id", "padj", "feature_id", nulls_last=True)
    if not changed.height:
        return []
    columns = {
        "feature_id": "circRNA",
        "contrast_id": "contrast",
        "log2_fold_change": "log2 fold change",
        "padj": "FDR",
        "host_gene": "host gene",
        "host_log2_fold_change": "its log2 fold change",
        "host_padj": "its FDR",
        "beyond_host_pvalue": "p beyond the host",
        "verdict": "verdict",
        "na_reason": "why empty",
    }
    shown = {
        "contrast_id": labelled(names),
        **dict.fromkeys(("verdict", "na_reason"), words),
    }
    made = grid(changed, "Changed circRNAs and their host genes", "host-genes-table", columns, shown=shown, rows=TOP)
    return [Heading("circRNAs and their host genes", "host-genes"), made]


def _shared(rows: pl.DataFrame) -> list[Block]:
    if not rows.height:
        return []
    note = (
        "Contrasts that share their reference are not independent: its noise alone makes them agree in part, so that "
        "no p-value of the overlap is given. The direct contrast of both targets stands beside."
    )
    about = ("symbol", "feature_id", "rna_class", "contrasts", "directions", "is_consistent", "max_padj")
    columns = (*about, "direct_contrast", "direct_log2_fold_change", "direct_padj")
    ranked = rows.with_columns(pl.coalesce("symbol", "feature_id").alias("symbol")).sort(
        "contrast_count", "max_padj", "feature_id", descending=[True, False, False]
    )
    made = grid(ranked, "Features changed in several contrasts", "shared-features", columns, rows=TOP, note=note)
    return [made]


SECTION = Section(
    name="expression",
    title="Expression",
    order=40,
    reads={
        TESTS: (
            "contrast_id",
            "library",
            "rna_class",
            "method",
            "feature_id",
            "symbol",
            "base_mean",
            "log2_fold_change",
            "shrunken_log2_fold_change",
            "lfc_se",
            "pvalue",
            "padj",
            "direction",
        ),
        CONTRASTS: (),
        POWER: (),
        AGREEMENT: (),
        OVERLAPS: (),
        HOSTS: (),
    },
    content=content,
    figure_tables=(TESTS, OVERLAPS, "result.normalized_expression"),
)
