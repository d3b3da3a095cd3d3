"""circRNAs beside their host genes in every contrast, by the primary method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.study import Study
from schemas.tables.circrna_hosts import CircrnaHost
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.circrna_hosts import beside_hosts, hosts, junction_ratios
from tasks.methods.expression_fits import included, sources
from tasks.methods.merged_tools import MERGED
from tasks.methods.result_frames import result_frame
from tasks.methods.sample_levels import level, with_factors

COUNTS, FEATURES, OBJECTS = "core.feature_counts", "core.features", "core.raw_objects"
EXPRESSION, TABLE = "result.differential_expression", "result.circrna_hosts"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part, where circRNAs were tested."""
    primary = study.config.expression.primary
    tested = slices[EXPRESSION].filter((pl.col("library") == "circrna") & (pl.col("method") == primary))
    contrasts = sorted(set(tested["contrast_id"]))
    if not contrasts:
        return []
    files = slices[OBJECTS].select("object_id", "file_name", "parser")
    counted = included(study, slices[COUNTS], files).filter(pl.col("library") == "circrna")
    mine = counted.select("sample_id", "object_id").unique().sort("sample_id", "object_id")
    source = study.config.expression.source.get("circrna")
    # of merged tools all those that count linear reads give the ratio together
    chosen = mine if source == MERGED else sources(mine, files, source)[0].select("sample_id", "object_id")
    objects = [list(pair) for pair in chosen.rows()]
    counted_samples = {sample for sample, _ in objects}
    sides = [
        [c.id, s.sample, "target" if level(s, c.variable) == c.target else "reference"]
        for c in study.contrasts
        if c.id in contrasts and not c.interaction
        for s in with_factors(study.samples, study.config)
        if s.sample in counted_samples
        and s.sample not in c.excluded_samples
        and level(s, c.variable) in (c.reference, c.target)
    ]
    where: dict[str, dict[str, tuple[Any, ...]]] = {
        COUNTS: {
            "library": ("circrna",),
            "sample_id": tuple(sorted(counted_samples)),
            "object_id": tuple(sorted({object_id for _, object_id in objects})),
        },
        FEATURES: {"library": ("circrna", "gene")},
        EXPRESSION: {
            "library": ("circrna", "gene"),
            "method": (primary,),
            "contrast_id": tuple(contrasts),
        },
    }
    given = {"method": primary, "objects": objects, "sides": sides}
    return [Part("circrna", where, given, tables=(COUNTS, FEATURES, EXPRESSION))]


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Set every circRNA beside its hosts; one without a host or linear reads says so."""
    given = part.parameters
    features, tested = frames[FEATURES], frames[EXPRESSION]
    found = hosts(features.filter(library="circrna"), features.filter(library="gene"))
    rows = beside_hosts(tested.filter(library="circrna"), tested.filter(library="gene"), found)
    source = pl.DataFrame(given["objects"], schema=["sample_id", "object_id"], orient="row")
    counts = frames[COUNTS].join(source, on=["sample_id", "object_id"], how="semi")
    sides = pl.DataFrame(given["sides"], schema=dict.fromkeys(("contrast_id", "sample_id", "side"), pl.String),
                         orient="row")  # fmt: skip
    rows = rows.join(
        junction_ratios(counts, sides), on=["contrast_id", "feature_id"], how="left", maintain_order="left"
    )
    return Computed({TABLE: result_frame(rows.with_columns(method=pl.lit(given["method"])), CircrnaHost)})


ANALYSIS = Analysis(
    name="circrna_hosts",
    reads={
        COUNTS: ("library", "sample_id", "object_id"),
        FEATURES: ("library",),
        OBJECTS: ("object_id", "file_name", "parser"),
        EXPRESSION: ("library", "method", "contrast_id"),
    },
    writes=(TABLE,),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
)
