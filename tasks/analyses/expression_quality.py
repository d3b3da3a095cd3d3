"""Quality of count matrices: reads, principal components, distances, and samples that look like others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl

from schemas.errors import Problem, warning
from schemas.study import Study
from schemas.tables.expression_quality import ExpressionComponent, ExpressionQuality, SampleDistance
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.count_matrices import CountMatrix, count_matrix
from tasks.methods.expression_fits import included, plan_fits, sources
from tasks.methods.library_contents import contents, dominated, extreme_factors, log2_cpm
from tasks.methods.merged_tools import MERGED, merged, tools_of
from tasks.methods.quality_rows import Space, distance_rows, space_of, space_rows
from tasks.methods.result_frames import result_frame

COUNTS, FEATURES, OBJECTS = "core.feature_counts", "core.features", "core.raw_objects"
EXPRESSION, FACTORS = "result.normalized_expression", "result.sample_size_factors"
QUALITY, COMPONENTS, DISTANCES = (
    "result.expression_quality",
    "result.expression_components",
    "result.sample_distances",
)
METHOD = "deseq2"  # the one that stabilises variances
NAMED = 5


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per library; its samples are those that samples.csv knows and exclusions.csv does not name."""
    files = slices[OBJECTS].select("object_id", "file_name", "parser")
    counted = included(study, slices[COUNTS], files)
    fitted = slices[EXPRESSION].filter(pl.col("method") == METHOD)
    found = []
    for (library,), rows in counted.sort("library").group_by(["library"], maintain_order=True):
        mine = rows.select("sample_id", "object_id").unique().sort("sample_id")
        source = study.config.expression.source.get(str(library))  # type: ignore[call-overload]
        chosen, conflict = sources(mine, files, source)
        if conflict:
            found.append(Part(str(library), skip=conflict))
            continue
        tools = tools_of(mine, files)[0] if source == MERGED else {}
        objects = dict(chosen.select("sample_id", "object_id").iter_rows())
        here = set(fitted.filter(pl.col("library") == library)["fit"])
        plans = [p for p in plan_fits(study, list(objects)) if not p.problem and p.formula in here]
        plan = max(plans, key=lambda p: len(p.metadata), default=None)
        conditions = {s.sample: s.condition for s in study.samples if s.sample in objects}
        variable = plan.contrasts[0].variable if plan else "condition"
        blocking = list(plan.contrasts[0].blocking) if plan else []
        metadata = plan.metadata if plan else {}
        of_fit = {"library": (library,), "method": (METHOD,), "fit": (plan.formula if plan else "",)}
        read = {*objects.values(), *(o for of_tool in tools.values() for o in of_tool.values())}
        where: dict[str, dict[str, tuple[Any, ...]]] = {
            COUNTS: {"library": (library,), "sample_id": tuple(objects), "object_id": tuple(sorted(read))},
            FEATURES: {"library": (library,)},
            EXPRESSION: of_fit,
            FACTORS: of_fit,
        }
        given = {
            "library": library,
            "fit": plan.formula if plan else None,
            "objects": objects,
            **({"tools": {t: dict(o) for t, o in tools.items()}} if tools else {}),
            "groups": {s: metadata[s][variable] if s in metadata else c for s, c in conditions.items()},
            "blocks": [{s: row[column] for s, row in metadata.items()} for column in blocking],
        }
        found.append(Part(str(library), where, given, tables=(COUNTS, FEATURES, EXPRESSION, FACTORS)))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Describe every sample; what is found is told, nothing is left out of any other result for it."""
    given = part.parameters
    read = contents(_counts(given, frames[COUNTS]), frames[FEATURES])
    space = _space(given, frames)
    factors = frames[FACTORS].select("sample_id", "size_factor")
    placed = space_rows(space) if space else pl.DataFrame({"sample_id": []}, schema={"sample_id": pl.String})
    groups = pl.DataFrame({"sample_id": list(given["groups"]), "sample_group": list(given["groups"].values())})
    rows = read.join(groups, on="sample_id").join(factors, on="sample_id", how="left")
    rows = rows.join(placed.drop("sample_group", strict=False), on="sample_id", how="left").sort("sample_id")
    rows = rows.with_columns(library=pl.lit(given["library"]), fit=pl.lit(given["fit"], pl.String))
    told = [_reasons(row, is_placed=space is not None) for row in rows.iter_rows(named=True)]
    quality = [row | {"na_reason": why} for row, why in zip(rows.to_dicts(), told, strict=True)]
    components = [row | {"library": given["library"]} for row in (space.component_rows() if space else [])]
    pairs: pl.DataFrame | list[dict[str, Any]] = []
    if space:
        pairs = distance_rows(space).with_columns(library=pl.lit(given["library"]))
    found = {
        QUALITY: result_frame(quality, ExpressionQuality),
        COMPONENTS: result_frame(components, ExpressionComponent),
        DISTANCES: result_frame(pairs, SampleDistance),
    }
    return Computed(found, tuple(_problems(given["library"], rows, factors, found[QUALITY])))


def _matrix(given: Mapping[str, Any], counts: pl.DataFrame) -> CountMatrix:
    """Counts as the fit has them: of one source, or of tools that are merged."""
    if "tools" not in given:
        return count_matrix(counts, given["library"], given["objects"])
    return merged({t: count_matrix(counts, given["library"], o) for t, o in given["tools"].items()})[0]


def _counts(given: Mapping[str, Any], counts: pl.DataFrame) -> pl.DataFrame:
    """``sample_id, feature_id, count`` of the samples described."""
    if "tools" in given:
        matrix = _matrix(given, counts)
        wide = pl.DataFrame(matrix.counts, schema=list(matrix.samples))
        wide = wide.with_columns(feature_id=pl.Series(matrix.features, dtype=pl.String))
        return wide.unpivot(index="feature_id", variable_name="sample_id", value_name="count")
    source = pl.DataFrame({"sample_id": list(given["objects"]), "object_id": list(given["objects"].values())})
    return counts.join(source, on=["sample_id", "object_id"], how="semi")


def _space(given: Mapping[str, Any], frames: Mapping[str, pl.DataFrame]) -> Space | None:
    """Samples as points: of the fit where there is one, else of all samples with reads."""
    wide = frames[EXPRESSION].pivot("sample_id", index="feature_id", values="value").sort("feature_id")
    if wide.height:
        samples = [s for s in sorted(given["groups"]) if s in wide.columns]
        values, scale = wide.select(samples).to_numpy(), "vst"
    else:
        matrix = _matrix(given, frames[COUNTS])
        has_reads = matrix.reads.sum(axis=0) > 0
        samples = [s for s, keep in zip(matrix.samples, has_reads, strict=True) if keep]
        reads = matrix.reads[:, has_reads]
        values, scale = log2_cpm(reads[reads.any(axis=1)]), "log2_cpm"
    groups = [given["groups"][s] for s in samples]
    blocks = [[levels[s] for s in samples] for levels in given["blocks"]]
    return space_of(np.asarray(values, dtype=np.float64), samples, groups, blocks, scale)


def _reasons(row: Mapping[str, Any], *, is_placed: bool) -> str | None:
    reasons = {
        "no_reads": row["library_size"] == 0,
        "single_sample": not is_placed and row["library_size"] > 0,
        "not_in_fit": is_placed and row.get("pc1") is None and row["library_size"] > 0,
        "only_one_of_group": row.get("pc1") is not None and row.get("own_group_distance") is None,
        "no_other_group": row.get("pc1") is not None and row.get("nearest_group") is None,
    }
    return ";".join(reason for reason, is_so in reasons.items() if is_so) or None


def _names(samples: Iterable[str]) -> str:
    listed = list(samples)
    return ", ".join(listed[:NAMED]) + (f" and {len(listed) - NAMED} more" if len(listed) > NAMED else "")


def _problems(library: str, rows: pl.DataFrame, factors: pl.DataFrame, quality: pl.DataFrame) -> Iterable[Problem]:
    place, noun = f"library {library}", {"mirna": "miRNA", "circrna": "circRNA"}.get(library, "gene")
    for feature, most in dominated(rows).items():
        name, highest = most["top_symbol"][0] or feature, float(most["top_feature_percent"].to_numpy().max())
        message = (
            f"one {noun}, {name}, has more than half of the reads of {_names(most['sample_id'])} (up to "
            f"{highest:.0f} %); reads per million of all others fall as it rises, and few reads are left for them. "
            "Size factors are medians of ratios and do not follow a single feature"
        )
        remedy = (
            f"Compare by size factors, never by reads per million; check whether {name} comes with the kind of sample "
            "(blood, exosomes) or with the preparation."
        )
        yield warning("samples.csv", place, "feature_dominates", message, remedy, feature)
    if extreme := extreme_factors(factors):
        low, high, ratio = extreme
        sizes = dict(rows.select("sample_id", "library_size").iter_rows())
        message = (
            f"size factors differ {ratio:.1f}-fold, from {low} ({sizes[low]:,.0f} reads) to {high} "
            f"({sizes[high]:,.0f} reads)"
        )
        remedy = f"Sequence {low} deeper or exclude it: a rare {noun} of {high} is mostly not seen in {low}."
        yield warning("samples.csv", place, "size_factors_far_apart", message, remedy, low)
    for column, rule, remedy in (
        ("swap_hint", "labels_swapped", "Check the tube and the sample sheet; nothing was changed."),
        (
            "outlier_sample_hint",
            "outlier_sample",
            "Look at its reads and RNA; if it failed, name it in exclusions.csv.",
        ),
    ):
        for sample, hint in quality.drop_nulls(column).select("sample_id", column).iter_rows():
            yield warning("samples.csv", f"{place}, sample {sample}", rule, hint, remedy, sample)


ANALYSIS = Analysis(
    name="expression_quality",
    reads={
        COUNTS: ("library", "sample_id", "object_id"),
        FEATURES: ("library",),
        OBJECTS: ("object_id", "file_name", "parser"),
        EXPRESSION: ("library", "method", "fit"),
        FACTORS: ("library", "method", "fit"),
    },
    writes=(QUALITY, COMPONENTS, DISTANCES),
    parts=parts,
    run=run,
    libraries=("numpy",),
)
