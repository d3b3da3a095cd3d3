"""Histograms of the p-values of every contrast, library and method, and what their shapes say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl

from schemas.errors import Problem, warning
from schemas.study import Study
from schemas.tables.pvalue_histograms import PvalueBin
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.pvalue_histograms import ADVICE, BINS, histogram
from tasks.methods.result_frames import result_frame

EXPRESSION, TABLE = "result.differential_expression", "result.pvalue_histograms"
TOLD = ("conservative", "humped")
CAUTIOUS = ("uniform", "conservative", "u_shaped", "humped")
TESTED = (
    "Tested against a fold change: features that change less have large p-values, so the shape says nothing of the fit."
)
LEAST_MEAN = 1.0  # fewer reads give few different p-values


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per library and method."""
    options = study.config.expression
    tested = slices[EXPRESSION].select("library", "method").unique().sort("library", "method")
    return [
        Part(f"{library}, {method}", {EXPRESSION: {"library": (library,), "method": (method,)}},
             {"library": library, "method": method, "is_primary": method == options.primary,
              "is_tested": options.threshold == "test"})
        for library, method in tested.iter_rows()
    ]  # fmt: skip


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Count p-values in 20 bins; shapes that speak against the test of the primary method are told.

    Tests against a fold change give few small p-values by design, which speaks against nothing.
    """
    given = part.parameters
    rows: list[dict[str, Any]] = []
    for (contrast,), tested in frames[EXPRESSION].sort("contrast_id").group_by(["contrast_id"], maintain_order=True):
        used = tested.filter(pl.col("pvalue").is_not_null() & (pl.col("base_mean") > LEAST_MEAN))["pvalue"].to_numpy()
        found = histogram(used)
        about = {"contrast_id": contrast, "library": given["library"], "method": given["method"]}
        about |= {
            "pvalue_count": len(used),
            "pi0": found.pi0,
            "verdict": found.verdict,
            "advice": TESTED if given["is_tested"] and found.verdict in CAUTIOUS else ADVICE[found.verdict],
        }
        edges = np.arange(BINS + 1) / BINS
        rows += [
            about | {"bin_start": float(start), "bin_end": float(end), "count": int(count)}
            for start, end, count in zip(edges[:-1], edges[1:], found.counts, strict=True)
        ]
    told = tuple(_problems(given, rows)) if given["is_primary"] and not given["is_tested"] else ()
    return Computed({TABLE: result_frame(rows, PvalueBin)}, told)


def _problems(given: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterable[Problem]:
    for row in rows:
        if row["bin_start"] == 0 and row["verdict"] in TOLD:
            place = f"contrast {row['contrast_id']}, library {given['library']}, {given['method']}"
            what, _, remedy = (
                row["advice"].partition(". ") if row["verdict"] == "conservative" else (row["advice"], "", "")
            )
            message = f"the p-values are {row['verdict']}. {what}"
            yield warning("contrasts.csv", place, f"pvalues_{row['verdict']}", message, remedy)


ANALYSIS = Analysis(
    name="pvalue_histograms",
    reads={EXPRESSION: ("library", "method")},
    writes=(TABLE,),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
)
