"""What a contrast of expression shows, in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.bench_families import labels
from tasks.methods.contrast_figures import METHOD_NAMES
from tasks.methods.report_blocks import Strong, Text
from tasks.methods.report_words import Row, number, several
from tasks.methods.rna_classes import CLASSES, LIBRARY_NAMES

TOP = 5


def contrast_names(study: StudyYaml, contrasts: pl.DataFrame) -> dict[str, str]:
    """``IL-1β + exosomes against IL-1β`` by contrast."""
    known = labels(study)
    return {
        row["contrast_id"]: f"{known.get(row['target'], row['target'])} against "
        f"{known.get(row['reference'], row['reference'])}"
        for row in contrasts.iter_rows(named=True)
    }


def class_counts(tests: pl.DataFrame) -> pl.DataFrame:
    """Features tested, up and down by contrast, library, class of RNA and method, in the order of a paper."""
    counted = tests.group_by("contrast_id", "library", "rna_class", "method").agg(
        up=(pl.col("direction") == "up").sum(),
        down=(pl.col("direction") == "down").sum(),
        tested=pl.col("padj").is_not_null().sum(),
        measured=pl.len(),
    )
    places = {name: place for place, name in enumerate(CLASSES)}
    return (
        counted.with_columns(_place=pl.col("rna_class").replace_strict(places, default=len(places)))
        .sort("contrast_id", "_place", "library", "method")
        .drop("_place")
    )


def thresholds(study: StudyYaml) -> str:
    """The study's thresholds: ``fold change > 2, FDR < 0.05``."""
    fold = study.expression.fold_change
    return (f"fold change > {fold:g}, " if fold > 1 else "") + f"FDR < {study.expression.fdr:g}"


def contrast_sentences(
    study: StudyYaml, tests: pl.DataFrame, power: pl.DataFrame, contrasts: pl.DataFrame
) -> list[Text]:
    """One item a contrast: features up and down of each class by the primary method; where none, what could be seen."""
    primary = tests.filter(method=study.expression.primary)
    names = contrast_names(study, contrasts)
    counts = class_counts(primary) if primary.height else pl.DataFrame()
    items: list[Text] = []
    for contrast in contrasts["contrast_id"] if counts.height else ():
        rows = list(counts.filter(pl.col("contrast_id") == contrast, pl.col("tested") > 0).iter_rows(named=True))
        if not rows:
            continue
        found = [r for r in rows if r["up"] + r["down"]]
        told = [f"{r['up']:,} {CLASSES[r['rna_class']]} up and {r['down']:,} down" for r in found]
        method = METHOD_NAMES.get(study.expression.primary, study.expression.primary)
        text = f"{several(told)} ({method}, {thresholds(study)})." if told else ""
        top = leading(primary.filter(pl.col("contrast_id") == contrast, pl.col("direction") != "ns"))
        text += f" First by p: {several(top)}." if top else ""
        limits = {r["library"]: r for r in power.filter(contrast_id=contrast).iter_rows(named=True)}
        nothing = sorted({r["library"] for r in rows} - {r["library"] for r in found})
        text += "".join(f" {nothing_found(library, limits.get(library), study)}" for library in nothing)
        items.append((Strong(f"{names[contrast]}. "), text.strip()))
    return items


def leading(changed: pl.DataFrame) -> list[str]:
    """Names of the most significant features."""
    ranked = changed.sort("padj", "feature_id").head(TOP)
    return ranked.select(pl.coalesce("symbol", "feature_id")).to_series().to_list()


def nothing_found(library: str, power: Row | None, study: StudyYaml) -> str:
    """That a library shows nothing at this n, and what it could have shown."""
    what = LIBRARY_NAMES.get(library, library)
    text = f"No changed {what} were found at this n ({thresholds(study)})"
    if power is None or power["detectable_fold_change"] is None:
        return f"{text}; smaller or rarer changes may exist."
    n = f"{power['reference_count']} against {power['target_count']} samples"
    return (
        f"{text}: with {n}, 80 % power needs a {number(power['detectable_fold_change'])}-fold change of a typical "
        "feature; smaller ones may exist."
    )


def counts_note(names: Mapping[str, str]) -> str:
    """What up and down mean."""
    first = next(iter(names.values()), "")
    return f"Up: higher in the first named group ({first})." if first else ""
