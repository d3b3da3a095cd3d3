"""What figures of one contrast share: their parts, names for people, and the words about n and method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.sheets import ContrastRow
from schemas.study import Study
from tasks.contracts import Part
from tasks.methods.figure_style import DARK, DOWN, GREY, LIGHT_GREY, UP, group_labels
from tasks.methods.rna_classes import LIBRARY_NAMES
from tasks.methods.sample_levels import level, with_factors

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

TESTS, FACTORS = "result.differential_expression", "result.sample_size_factors"
READS: Mapping[str, tuple[str, ...]] = {
    TESTS: ("contrast_id", "library", "method"),
    FACTORS: ("library", "method", "sample_id"),
}
METHOD_NAMES = {"deseq2": "DESeq2", "limma_voom": "limma-voom", "limma_trend": "limma-trend"}
COLOURS = {"ns": LIGHT_GREY, "down": DOWN, "up": UP}  # in the order of drawing
WORDS = {"ns": "not significant", "down": "lower", "up": "higher"}


def contrast_parts(study: Study, slices: Mapping[str, pl.DataFrame], table: str = TESTS) -> list[Part]:
    """One part per contrast and library of ``table``, of the study's primary method; n is that of the tests."""
    options = study.config.expression
    rows = {c.id: c for c in study.contrasts}
    fits = slices[FACTORS].group_by("run_id").agg("sample_id")
    samples = dict(fits.iter_rows())
    found = []
    tested = slices[TESTS].select(*READS[TESTS], "run_id").unique().filter(pl.col("method") == options.primary)
    for row in tested.sort("contrast_id", "library").iter_rows(named=True):
        if row["contrast_id"] not in rows:
            continue
        contrast = rows[row["contrast_id"]]
        parameters = {
            **contrast_names(study, contrast),
            "contrast": contrast.id,
            "library": row["library"],
            "method": row["method"],
            "n": _replicates(study, contrast, samples.get(row["run_id"], [])),
            "blocking": list(contrast.blocking),
            "random": contrast.random,
            "between": list(contrast.between or ()),
            "fold_change": options.fold_change,
            "fdr": options.fdr,
            "is_tested": options.threshold == "test",
        }
        if not slices[table].filter(**{name: row[name] for name in READS[TESTS]}).height:
            continue
        keep = {name: (row[name],) for name in ("contrast_id", "library", "method")}
        key = f"{contrast.id}, {row['library']}, {row['method']}"
        found.append(Part(key, {table: keep}, parameters, tables=(table,)))
    return found


def contrast_names(study: Study, contrast: ContrastRow) -> dict[str, str]:
    """What people call the contrast's reference and target."""
    labels = group_labels(study) if contrast.variable == "condition" else {}
    return {name: labels.get(value, value) for name, value in _levels(contrast).items()}


def _levels(contrast: ContrastRow) -> dict[str, str]:
    return {"reference": contrast.reference, "target": contrast.target}


def _replicates(study: Study, contrast: ContrastRow, samples: list[str]) -> dict[str, int]:
    fitted = set(samples)
    samples_of = with_factors(study.samples, study.config)
    counted = Counter(level(s, contrast.variable) for s in samples_of if s.sample in fitted)
    return {name: counted[value] for name, value in _levels(contrast).items()}


def features_of(given: Mapping[str, Any]) -> str:
    """What a library counts, in words: ``genes``, ``miRNAs``; a library of another name by that name."""
    return LIBRARY_NAMES.get(given["library"], str(given["library"]))


def versus(given: Mapping[str, Any]) -> str:
    """The contrast in words."""
    difference = f"{given['target']} against {given['reference']}"
    if given.get("between"):
        column, first, second = given["between"]
        return f"{difference}, {column} {second} less {first}"
    return difference


def replicates(given: Mapping[str, Any]) -> str:
    """How many cultures stand behind a contrast."""
    n = given["n"]
    blocks = f", blocked by {' and '.join(given['blocking'])}" if given["blocking"] else ""
    random = f", {given['random']} as random effect" if given.get("random") else ""
    return f"n = {n['target']} and {n['reference']} cultures{blocks}{random}"


def statistics(given: Mapping[str, Any]) -> str:
    """Method, correction and thresholds, for a caption."""
    fold, fdr = given["fold_change"], given["fdr"]
    how = "tested against a fold change of" if given["is_tested"] else "fold change above"
    name = METHOD_NAMES.get(given["method"], given["method"])
    return f"{name}, two-sided, Benjamini-Hochberg; significant: FDR < {fdr:g}, {how} {fold:g}"


def lfc_label(given: Mapping[str, Any]) -> str:
    """Axis of a fold change."""
    ratio = f"{given['target']} / {given['reference']}"
    if given.get("between"):
        column, first, second = given["between"]
        return f"difference of log₂ fold changes\n{ratio}, {column} {second} less {first}"
    return f"log₂ fold change\n{ratio}"


def edge(fold_changes: pl.Series) -> float:
    """Absolute log2 fold change at which a picture ends: the largest, unless a few are far beyond all others."""
    size = fold_changes.abs().to_numpy()
    usual = 2.5 * float(np.quantile(size, 0.999, method="lower"))
    return max(min(float(size.max()), usual), 1.0)


def names(frame: pl.DataFrame) -> pl.Expr:
    """What a feature is called beside its point: its symbol, else its id."""
    return pl.coalesce("symbol", "feature_id") if "symbol" in frame.columns else pl.col("feature_id")


def direction_legend(figure: Canvas, points: pl.DataFrame) -> None:
    """Legend above the panel: how many features are higher, lower and not significant."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - slow to import

    counts = dict(points.group_by("direction").len().iter_rows())
    colours = {**COLOURS, "ns": GREY}
    handles = [
        Line2D(
            [], [], linestyle="", marker="o", markersize=3, color=colours[d], label=f"{WORDS[d]} ({counts.get(d, 0):,})"
        )
        for d in ("up", "down", "ns")
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3, labelcolor=DARK, columnspacing=1.0)
