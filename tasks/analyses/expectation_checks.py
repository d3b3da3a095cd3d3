"""Expectations of study.yaml (IL-1β lowers ACAN) against what was measured: contradicted, labels may be swapped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from schemas.errors import Problem, warning
from schemas.study import Study
from schemas.tables.expectation_checks import ExpectationCheck
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.expectations import Check, check
from tasks.methods.pvalue_text import pvalue_phrase
from tasks.methods.result_frames import result_frame

MEASUREMENTS, EXPRESSION = "result.measurements", "result.normalized_expression"
FEATURES, TABLE = "core.features", "result.expectation_checks"
METHOD, SEQUENCING = "deseq2", "expression_counts"
VALUES = ("assay", "measure", "time_h", "sample_id", "donor_id", "condition", "value")
REMEDY = "Check the tubes, the layout and samples.csv; if the biology is so, correct `expectations` in study.yaml."

Row = dict[str, Any]


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part with every expectation; none where study.yaml has none.

    A target is a gene or protein as the assays call it, a symbol or id of the counts, or, where a measure has
    no target (viability), the measure.
    """
    expected = study.config.expectations
    if not expected:
        return []
    names = {e.target.lower() for e in expected}
    measured = slices[MEASUREMENTS].filter(
        pl.col("target").str.to_lowercase().is_in(names)
        | ((pl.col("target") == "") & pl.col("measure").str.to_lowercase().is_in(names))
    )
    features = slices[FEATURES].filter(
        pl.col("symbol").str.to_lowercase().is_in(names).fill_null(value=False)
        | pl.col("feature_id").str.to_lowercase().is_in(names)
    )
    ids = sorted(set(features["feature_id"]))
    where: dict[str, dict[str, tuple[Any, ...]]] = {
        MEASUREMENTS: {
            "target": tuple(sorted(set(measured["target"]))),
            "measure": tuple(sorted(set(measured["measure"]))),
        },
        EXPRESSION: {"method": (METHOD,), "feature_id": tuple(ids)},
        FEATURES: {"feature_id": tuple(ids)},
    }
    about = {s.sample: [s.donor, s.condition] for s in study.samples}
    given = {"expectations": [e.model_dump() for e in expected], "samples": about}
    return [Part("expectations", where, given)]


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Check every expectation in every assay, measure and time that has both conditions; nothing is changed."""
    rows: list[Row] = []
    sequenced = _sequenced(frames[EXPRESSION], part.parameters["samples"])
    problems: list[Problem] = []
    for expected in part.parameters["expectations"]:
        name = expected["target"].lower()
        found = pl.concat([_measured(frames[MEASUREMENTS], name), _named(sequenced, frames[FEATURES], name)])
        told = [row for row in _checked(found, expected) if row["verdict"] != "not_measured"]
        nothing = {**expected, "unit_count": 0, "is_paired": False, "verdict": "not_measured"}
        rows += told or [nothing | {"na_reason": "not_measured"}]
        problems += _problems(told)
    return Computed({TABLE: result_frame(rows, ExpectationCheck)}, tuple(problems))


def _measured(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Values of the bench, averaged over the plates or membranes of a culture."""
    named = (pl.col("target").str.to_lowercase() == name) | (
        (pl.col("target") == "") & (pl.col("measure").str.to_lowercase() == name)
    )
    used = rows.filter(named & ~pl.col("is_excluded"))
    keys = [c for c in VALUES if c != "value"]
    return used.group_by(keys, maintain_order=True).agg(pl.col("value").mean()).select(VALUES)


def _sequenced(rows: pl.DataFrame, samples: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Stabilised counts with donor and condition; of several fits of a library the one with most samples."""
    sizes = rows.group_by("library", "fit").agg(pl.col("sample_id").n_unique().alias("n"))
    largest = sizes.sort("library", "n", "fit", descending=[False, True, False]).unique("library", keep="first")
    about = pl.DataFrame(
        {"sample_id": list(samples), "donor_id": [d for d, _ in samples.values()],
         "condition": [c for _, c in samples.values()]},
        schema=dict.fromkeys(("sample_id", "donor_id", "condition"), pl.String),
    )  # fmt: skip
    return rows.join(largest, on=["library", "fit"], how="semi").join(about, on="sample_id")


def _named(sequenced: pl.DataFrame, features: pl.DataFrame, name: str) -> pl.DataFrame:
    is_named = (pl.col("symbol").str.to_lowercase() == name).fill_null(value=False) | (
        pl.col("feature_id").str.to_lowercase() == name
    )
    mine = sequenced.join(features.filter(is_named), on=["library", "feature_id"], how="semi")
    keys = ["library", "sample_id", "donor_id", "condition"]
    return (
        mine.group_by(keys, maintain_order=True)
        .agg(pl.col("value").mean())
        .select(pl.lit(SEQUENCING).alias("assay"), pl.col("library").alias("measure"),
                pl.lit(None, pl.Float64).alias("time_h"), *VALUES[3:])
    )  # fmt: skip


def _checked(found: pl.DataFrame, expected: Mapping[str, Any]) -> Iterable[Row]:
    ordered = found.sort("assay", "measure", "time_h", "sample_id")
    for (assay, measure, time_h), rows in ordered.group_by(["assay", "measure", "time_h"], maintain_order=True):
        seen: Check = check(
            rows, condition=expected["condition"], against=expected["against"], direction=expected["direction"]
        )
        yield {**expected, "assay": assay, "measure": measure, "time_h": time_h} | {
            "difference": seen.difference, "pvalue": seen.pvalue, "unit_count": seen.unit_count,
            "is_paired": seen.is_paired, "verdict": seen.verdict, "contradicting_donors": ";".join(seen.odd) or None,
        }  # fmt: skip


def _problems(rows: Sequence[Row]) -> Iterable[Problem]:
    for row in rows:
        where = f"{row['assay']}, {row['measure']}" + (f" at {row['time_h']:g} h" if row["time_h"] is not None else "")
        higher = {"up": "lower", "down": "higher"}[row["direction"]]
        what = f"{row['target']} is {higher} in {row['condition']} than in {row['against']}"
        says = f"study.yaml expects {row['direction']}"
        if row["verdict"] == "contradicted":
            size = f"{row['difference']:+.2f}, {pvalue_phrase(row['pvalue'], 'P')}"
            message = f"{what} ({size}), but {says}: labels swapped?"
            yield warning("samples.csv", where, "expectation_contradicted", message, REMEDY, row["target"])
        for donor in filter(None, (row["contradicting_donors"] or "").split(";")):
            message = f"in donor {donor} alone {what}, against all others, but {says}: labels of its cultures swapped?"
            place = f"{where}, donor {donor}"
            yield warning("samples.csv", place, "expectation_contradicted_in_donor", message, REMEDY, row["target"])


ANALYSIS = Analysis(
    name="expectation_checks",
    reads={
        MEASUREMENTS: ("target", "measure"),
        EXPRESSION: ("library", "method", "fit", "feature_id"),
        FEATURES: ("library", "feature_id", "symbol"),
    },
    writes=(TABLE,),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
)
