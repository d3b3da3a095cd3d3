"""Families of group tests as the report tells them: which ones, in which order, with which words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.bench_sentences import Setting
from tasks.methods.report_words import ASSAYS, Row

PAIRS, TESTS, SUMMARIES = "result.pairwise_tests", "result.group_tests", "result.group_summaries"
MEASUREMENTS = "result.measurements"
FAMILY = ("experiment", "assay", "measure", "target", "time_h")
QUALITY_ASSAYS = ("nucleic_acid_qc",)  # of the material, no outcome
READS: Mapping[str, tuple[str, ...]] = {PAIRS: (), TESTS: (), SUMMARIES: (), MEASUREMENTS: ()}


@dataclass(frozen=True)
class Family:
    """One quantity at one time, its primary pairs in one comparison, and how to speak of them."""

    row: Row
    comparison_id: str
    pairs: tuple[Row, ...]
    setting: Setting


def labels(study: StudyYaml) -> dict[str, str]:
    """What people call each condition."""
    return {c.id: c.label or c.id for c in study.conditions}


def assays(rows: pl.DataFrame) -> list[str]:
    """Assays of the rows, in the order of a paper."""
    order = list(ASSAYS)
    found = rows["assay"].unique().sort().to_list() if rows.height else []
    return sorted(found, key=lambda a: (order.index(a) if a in order else len(order), a))


def primary_times(study: StudyYaml, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of the confirmatory time of each quantity: ``primary_time_h``, else the last; all where there is no time."""
    wanted = study.statistics.primary_time_h
    keys = ["experiment", "assay", "measure", "target"]
    last = pl.col("time_h").max().over(keys)
    if wanted is not None:
        has = (pl.col("time_h") == wanted).any().over(keys)
        last = pl.when(has).then(pl.lit(wanted)).otherwise(last)
    return rows.filter((pl.col("time_h") == last) | last.is_null())


def families(study: StudyYaml, frames: Mapping[str, pl.DataFrame], pairs: pl.DataFrame) -> Iterator[Family]:
    """Families of primary pairs, by assay and quantity as the rows come, one for each comparison."""
    if not pairs.height:
        return
    tests = _by_family(frames[TESTS].filter(role="primary"), "method")
    n_units = _by_family(frames[SUMMARIES], "n_unit")
    units = {
        (*row[:-1],): row[-1]
        for row in frames[MEASUREMENTS].select("experiment", "assay", "measure", "target", "unit").unique().iter_rows()
    }
    known = labels(study)
    for key, group in pairs.group_by("comparison_id", *FAMILY, "scale", maintain_order=True):
        comparison, scale = key[0], key[-1]
        family = key[:-1]
        row = dict(zip(FAMILY, family[1:], strict=True)) | {"scale": scale}
        setting = Setting(
            labels=known,
            unit=units.get(family[1:-1], ""),
            n_unit=n_units.get(family, "unit"),
            omnibus=tests.get((*family, scale), tests.get(family, "")),
            alpha=study.statistics.alpha,
        )
        yield Family(row, str(comparison), tuple(group.iter_rows(named=True)), setting)


def _by_family(rows: pl.DataFrame, column: str) -> dict[tuple[Any, ...], str]:
    """A column by comparison and family, and by these with the scale."""
    found: dict[tuple[Any, ...], str] = {}
    for *family, scale, value in rows.select("comparison_id", *FAMILY, "scale", column).iter_rows():
        found.setdefault(tuple(family), value)
        found[(*family, scale)] = value
    return found


def broadest(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs of the comparison with most pairs, where several comparisons test one quantity at one time.

    It corrects over the most pairs; choosing by p-value would be choosing the answer.
    """
    counted = pairs.with_columns(_size=pl.len().over("comparison_id", *FAMILY))
    ranked = counted.group_by(FAMILY).agg(
        pl.col("comparison_id").sort_by(["_size", "comparison_id"], descending=[True, False]).first()
    )
    return pairs.join(ranked, on=[*FAMILY, "comparison_id"], how="semi", nulls_equal=True, maintain_order="left")


def turning_points(study: StudyYaml, pairs: Sequence[Row]) -> list[Row]:
    """The pairs that the study turns on: those with the disease, else with the reference, else all."""
    ids = study.condition_ids
    disease = study.statistics.rescue.disease or (ids[1] if len(ids) > 1 else None)
    for pivot in (disease, study.statistics.rescue.control or study.reference):
        if found := [p for p in pairs if pivot in (p["group_a"], p["group_b"])]:
            return found
    return list(pairs)
