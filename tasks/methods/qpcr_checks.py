"""Checks that save a qPCR experiment: repeats that disagree, controls that amplify, references that move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from schemas.errors import Problem, Severity

MOST_SD = 0.5
LEAST_GAP = 5.0
MOST_SHIFT = 0.5
_SHOWN = 3  # findings of a kind that one line names
_REPEATS = ("object_id", "plate", "sample_id", "target")


def furthest_wells(wells: pl.DataFrame) -> pl.DataFrame:
    """Technical repeats whose SD within their file and plate is above 0.5 cycles, and which well is furthest.

    ``wells``: samples' wells with a Cq. One row per ``object_id, plate, sample_id, target`` with ``sd, n``, and
    ``furthest_well, furthest_cq, median_others``; the furthest well is the one with the largest distance from the
    median of the others. Of two repeats the later one is named: which is wrong cannot be told.
    """
    read = wells.filter(pl.col("cq").is_not_null() & pl.col("sample_id").is_not_null())
    noisy = read.filter(pl.col("cq").std().over(_REPEATS) > MOST_SD)
    rows = []
    for key, group in noisy.group_by(_REPEATS, maintain_order=True):
        values = group["cq"].to_list()
        medians = [pl.Series(values[:i] + values[i + 1 :]).median() for i in range(len(values))]
        gaps = [(abs(v - float(m)), v) for v, m in zip(values, medians, strict=True) if isinstance(m, float)]
        at = gaps.index(max(gaps))
        found = (group["cq"].std(), len(values), group["well"][at], values[at], medians[at])
        rows.append((*key, *found))
    schema = dict.fromkeys(_REPEATS, pl.String) | {
        "sd": pl.Float64,
        "n": pl.Int64,
        "furthest_well": pl.String,
        "furthest_cq": pl.Float64,
        "median_others": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def replicate_problems(noisy: pl.DataFrame, files: Mapping[str, str]) -> Iterator[Problem]:
    """One line per file about repeats that disagree, the worst first; ``noisy``: see ``furthest_wells``."""
    for (object_id,), group in noisy.sort("sd", descending=True).group_by("object_id", maintain_order=True):
        named = [
            f"{r['target']} of {r['sample_id']} SD {r['sd']:.2f} "
            f"({r['furthest_well'] or 'one repeat'} has {r['furthest_cq']:.2f}, others {r['median_others']:.2f})"
            for r in group.head(_SHOWN).iter_rows(named=True)
        ]
        more = f" and {group.height - _SHOWN} more" if group.height > _SHOWN else ""
        worst = group.row(0, named=True)
        yield Problem(
            Severity.WARNING,
            _file(files, object_id),
            f"well {worst['furthest_well']}" if worst["furthest_well"] else "",
            f"{worst['sd']:.2f}",
            "technical_sd_high",
            f"technical repeats differ by more than {MOST_SD} cycles (SD): {'; '.join(named)}{more}",
            "Look at the curves; leave a failed well out with `benchlake exclude`.",
        )


def control_problems(wells: pl.DataFrame, files: Mapping[str, str]) -> Iterator[Problem]:
    """One line per file and target whose no-template or no-RT control comes within 5 cycles of a sample.

    A no-template control is compared with the sample that amplifies last; a no-RT control with its own
    sample where the file names one, else with that sample too.
    """
    read = wells.filter(pl.col("cq").is_not_null())
    last = (
        read.filter((pl.col("task") == "unknown") & pl.col("sample_name").is_not_null())
        .group_by("object_id", "target", "sample_name")
        .agg(pl.col("cq").mean().alias("sample_cq"))
    )
    latest = last.sort("sample_cq", "sample_name").group_by("object_id", "target", maintain_order=True).last()
    kinds = (("ntc", "ntc_amplified", "no-template control"), ("no_rt", "no_rt_amplified", "no-RT control"))
    for task, rule, name in kinds:
        controls = read.filter(pl.col("task") == task).join(latest, on=["object_id", "target"], suffix="_latest")
        if task == "no_rt":
            own = last.rename({"sample_cq": "own_cq"})
            controls = controls.join(own, on=["object_id", "target", "sample_name"], how="left").with_columns(
                sample_name_latest=pl.when(pl.col("own_cq").is_null())
                .then("sample_name_latest")
                .otherwise("sample_name"),
                sample_cq=pl.coalesce("own_cq", "sample_cq"),
            )
        near = controls.with_columns(gap=pl.col("cq") - pl.col("sample_cq")).filter(pl.col("gap") < LEAST_GAP)
        worst = near.sort("gap", "well").group_by("object_id", "target", maintain_order=True).first()
        for r in worst.iter_rows(named=True):
            share = min(100.0, 100 * 2 ** -r["gap"])
            yield Problem(
                Severity.WARNING,
                _file(files, r["object_id"]),
                f"well {r['well']}" if r["well"] else "",
                f"{r['cq']:.2f}",
                rule,
                f"the {name} of {r['target']} has Cq {r['cq']:.1f}, within {LEAST_GAP:g} cycles of "
                f"{r['sample_name_latest']} ({r['sample_cq']:.1f}): up to {share:.0f} % of its signal "
                + ("may be contamination or primer dimer" if task == "ntc" else "may be genomic DNA"),
                "Look at the melt curve; repeat the run with fresh reagents, or "
                + ("name the affected samples in exclusions.csv." if task == "ntc" else "treat the RNA with DNase."),
            )


def reference_problems(shifts: pl.DataFrame, experiment: str) -> Iterator[Problem]:
    """One line per reference gene whose mean Cq moves by more than 0.5 between conditions.

    ``shifts``: ``target, max_shift_cq, shift_condition, base_condition``.
    """
    for r in shifts.filter(pl.col("max_shift_cq").abs() > MOST_SHIFT).iter_rows(named=True):
        way = "later" if r["max_shift_cq"] > 0 else "earlier"
        yield Problem(
            Severity.WARNING,
            "study.yaml",
            f"qpcr.reference_targets, experiment {experiment}",
            r["target"],
            "reference_moves_with_treatment",
            f"reference gene {r['target']} comes {abs(r['max_shift_cq']):.2f} cycles {way} in {r['shift_condition']} "
            f"than in {r['base_condition']} (more than {MOST_SHIFT}): fold changes carry that shift",
            "Check the RNA input; use several reference genes that stay level.",
        )


def reference_shifts(means: pl.DataFrame, conditions: Sequence[str]) -> pl.DataFrame:
    """Largest move of each target's mean Cq from the first condition measured, over the others.

    ``means``: ``target, condition, mean_cq``, one row per culture; ``conditions`` in display order. Columns ``target,
    max_shift_cq, shift_condition, base_condition``; a target in a single condition has no row.
    """
    order = pl.Enum(list(dict.fromkeys(conditions)))
    levels = (
        means.filter(pl.col("condition").is_in(list(order.categories)))
        .group_by("target", pl.col("condition").cast(order))
        .agg(pl.col("mean_cq").mean())
        .drop_nulls()
        .sort("target", "condition")
        .with_columns(
            shift=pl.col("mean_cq") - pl.col("mean_cq").first().over("target"),
            base_condition=pl.col("condition").first().over("target").cast(pl.String),
        )
        .filter(pl.len().over("target") > 1)
    )
    largest = levels.sort(pl.col("shift").abs(), maintain_order=True).group_by("target", maintain_order=True).last()
    return largest.sort("target").select(
        "target",
        pl.col("shift").alias("max_shift_cq"),
        pl.col("condition").cast(pl.String).alias("shift_condition"),
        "base_condition",
    )


def _file(files: Mapping[str, str], object_id: object) -> str:
    return files.get(str(object_id), str(object_id)[:12])
