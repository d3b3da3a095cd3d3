"""What pictures of bench groups share: values as they are drawn, names of quantities, and the words of the tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Part
from tasks.methods.biological_units import FAMILY as UNIT_FAMILY
from tasks.methods.biological_units import biological_units, with_unit
from tasks.methods.figure_style import group_colours, group_labels
from tasks.methods.put_back import BETWEEN, listed

MEASUREMENTS, SUMMARIES = "result.measurements", "result.group_summaries"
PAIRS, OMNIBUS = "result.pairwise_tests", "result.group_tests"
READMITTED = "result.readmitted_measurements"
FAMILY = ("comparison_id", "experiment", "assay", "measure", "target", "time_h")
GROUPS_OF: Mapping[str, tuple[str, ...]] = {
    MEASUREMENTS: ("experiment", "assay", "measure", "target", "time_h", "condition"),
    SUMMARIES: (*FAMILY, "condition"),
    READMITTED: ("experiment", "assay", "measure", "target", "time_h", "condition"),
    PAIRS: (*FAMILY, "role"),
    OMNIBUS: (*FAMILY, "role"),
}
PRIMARY = "primary"
MOST_NAMED = 4  # exclusions that a caption names
RELATIVE = {"expression", "protein"}  # drawn as multiples of the calibrator's mean
SEVERAL = 2
ASSAYS = {
    "cell_viability": "Cell viability",
    "senescence": "Senescence",
    "flow_cytometry": "Flow cytometry",
    "western_blot": "Western blot",
    "qpcr": "RT-qPCR",
    "particle_size": "Particles",
    "cell_counts": "Cell counts",
    "nucleic_acid_qc": "Nucleic acids",
}
TITLES = {
    "viability": "Viability",
    "percent_apoptotic": "Apoptotic (early + late)",
    "percent_early_apoptotic": "Early apoptotic",
    "percent_late_apoptotic": "Late apoptotic",
    "percent_live": "Live",
    "percent_necrotic": "Necrotic",
}
METHODS = {
    "one_way_anova": "one-way ANOVA",
    "randomised_block_anova": "randomised-block ANOVA",
    "welch_anova": "Welch's ANOVA",
    "kruskal": "Kruskal-Wallis test",
    "friedman": "Friedman test",
    "student_t": "Student's t-test",
    "welch_t": "Welch's t-test",
    "paired_t": "paired t-test",
    "blocked_t": "t-test with blocks held constant",
    "pooled_t": "t-tests with the ANOVA's pooled variance",
    "block_pooled_t": "t-tests with the ANOVA's pooled variance, blocks held constant",
    "mann_whitney": "Mann-Whitney test",
    "tukey": "Tukey's test",
    "dunnett": "Dunnett's test",
    "games_howell": "Games-Howell test",
    "dunn": "Dunn's test",
}


def family_parts(study: Study, slices: Mapping[str, pl.DataFrame], *, with_times: bool) -> list[Part]:
    """One part per comparison, assay and experiment with summaries.

    ``with_times``: of the families measured at several times, all of them; else each quantity at its primary time
    (``statistics.primary_time_h``, the last where it was not measured then). Each part knows its ``panels`` (measure,
    target, times) and the conditions in display order.
    """
    found = []
    by = ["comparison_id", "assay", "experiment"]
    primary = study.config.statistics.primary_time_h
    for (comparison, assay, experiment), here in sorted(slices[SUMMARIES].partition_by(by, as_dict=True).items()):
        panels = _panels(here, primary, with_times=with_times)
        if not panels:
            continue
        times = list(dict.fromkeys(t for _, _, at in panels for t in at))
        drawn = pl.DataFrame([p[:2] for p in panels], schema=["measure", "target"], orient="row")
        present = set(here.join(drawn, on=["measure", "target"], how="semi")["condition"])
        conditions = [c for c in study.config.condition_ids if c in present]
        keep = {"assay": (assay,), "experiment": (experiment,), "time_h": tuple(times)}
        keep |= {
            "measure": tuple(dict.fromkeys(p[0] for p in panels)),
            "target": tuple(dict.fromkeys(p[1] for p in panels)),
        }
        compared = {**keep, "comparison_id": (comparison,)}
        tested = {**compared, "role": (PRIMARY,)}
        where = {
            MEASUREMENTS: {**keep, "condition": tuple(conditions)},
            SUMMARIES: compared,
            READMITTED: {**keep, "condition": tuple(conditions)},
            PAIRS: tested,
            OMNIBUS: tested,
        }
        parameters = {
            "comparison": comparison,
            "assay": assay,
            "experiment": experiment,
            "panels": panels,
            "primary_time_h": primary,
            "conditions": _conditions(study, conditions),
            **_against(study, conditions),
            "calibrator": _calibrator(study, assay, conditions),
        }
        found.append(Part(f"{comparison}, {assay}, {experiment}", where, parameters))
    return found


def _panels(here: pl.DataFrame, primary: float | None, *, with_times: bool) -> list[list[Any]]:
    """Measure, target and times of each quantity of a family that is drawn."""
    found = []
    for (measure, target), rows in sorted(here.partition_by("measure", "target", as_dict=True).items()):
        times = rows["time_h"].drop_nulls().unique().sort().to_list()
        if with_times and len(times) >= SEVERAL:
            found.append([measure, target, times])
        elif not with_times:
            found.append([measure, target, [primary if primary in times else times[-1] if times else None]])
    return found


def _conditions(study: Study, present: Sequence[str]) -> list[list[str]]:
    colours, labels = group_colours(study), group_labels(study)
    return [[c, labels[c], colours[c]] for c in present]


def _against(study: Study, present: Sequence[str]) -> dict[str, Any]:
    """Control and disease where both were compared, and whether study.yaml asks for marks against them."""
    rescue, ids = study.config.statistics.rescue, study.config.condition_ids
    control = rescue.control or ids[0]
    disease = rescue.disease or (ids[1] if len(ids) > 1 else None)
    return {
        "control": control if control in present else None,
        "disease": disease if disease in present else None,
        "is_asked": bool(rescue.control and rescue.disease and {control, disease} <= set(present)),
    }


def _calibrator(study: Study, assay: str, present: Sequence[str]) -> str:
    named = study.config.qpcr.calibrator if assay == "qpcr" else None
    return named if named is not None and named in present else present[0]


def units_of(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per point: a biological unit's value on the scale of the tests, as the group tests take it."""
    return biological_units(with_unit(frames[MEASUREMENTS]))


def units_and_excluded(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Units as ``units_of`` gives them, and those of which everything is excluded, marked ``is_excluded``."""
    used = units_of(frames)
    rows = with_unit(frames[MEASUREMENTS]).filter("is_excluded").with_columns(is_excluded=pl.lit(value=False))
    keys = (*UNIT_FAMILY, "condition", "unit")
    gone = biological_units(rows).join(used, on=keys, how="anti", nulls_equal=True)
    return pl.concat([f.with_columns(is_excluded=pl.lit(is_out)) for f, is_out in ((used, False), (gone, True))])


def one_panel(frame: pl.DataFrame, measure: str, target: str) -> pl.DataFrame:
    """Rows of one quantity."""
    return frame.filter((pl.col("measure") == measure) & (pl.col("target") == target))


def shown(values: Iterable[float | None], scale: str, base: float | None) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Values of the tests' scale as people read them: multiples of ``base`` or original units; NaN for null.

    ``base``: mean of the calibrator on the log2 scale; null leaves the original unit.
    """
    found = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    if scale == "log2":
        return np.asarray(np.exp2(found - (base or 0.0)), dtype=np.float64)
    if scale == "logit":
        return np.asarray(100 / (1 + np.exp(-found)), dtype=np.float64)
    return found


def groups_drawn(summaries: pl.DataFrame, given: Mapping[str, Any]) -> pl.DataFrame:
    """Groups of one quantity with ``centre, low, high`` as drawn (mean and mean ± SD on the tests' scale, taken back).

    ``is_relative``: to the calibrator, whose mean is 1 at each time.
    """
    by_time = dict(summaries.filter(pl.col("condition") == given["calibrator"]).select("time_h", "mean").iter_rows())
    rows = []
    for row in summaries.iter_rows(named=True):
        base = by_time.get(row["time_h"]) if row["measure"] in RELATIVE and row["scale"] == "log2" else None
        sd = row["sd"] if row["sd"] is not None else float("nan")
        mean = row["mean"] if row["mean"] is not None else float("nan")
        rows.append([*shown([mean, mean - sd, mean + sd], row["scale"], base).tolist(), base, base is not None])
    names = {**dict.fromkeys(("centre", "low", "high", "base"), pl.Float64), "is_relative": pl.Boolean}
    order = {c[0]: i for i, c in enumerate(given["conditions"])}
    return summaries.hstack(pl.DataFrame(rows, schema=names, orient="row")).sort(
        "time_h", pl.col("condition").replace_strict(order, return_dtype=pl.Int64)
    )


def points_drawn(units: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Units of one quantity with ``drawn``, in the order of the groups."""
    places = groups.select("condition", "time_h", "base", place=pl.int_range(pl.len()))
    found = units.join(places, on=("condition", "time_h"), how="inner", nulls_equal=True).sort("place", "unit")
    drawn = [
        float(shown([value], scale, base)[0])
        for value, scale, base in found.select("value", "scale", "base").iter_rows()
    ]
    return found.with_columns(drawn=pl.Series(drawn, dtype=pl.Float64))


def left_out_words(readmitted: pl.DataFrame, panels: Sequence[Sequence[Any]]) -> str:
    """What exclusions.csv leaves out of the values drawn; empty for nothing.

    ``readmitted``: rows of ``result.readmitted_measurements``; ``panels``: measure and target of each panel.
    """
    shown = pl.DataFrame([p[:2] for p in panels], schema={"measure": pl.String, "target": pl.String}, orient="row")
    mine = readmitted.join(shown, on=["measure", "target"], how="semi", maintain_order="left")
    named = listed(mine.sort("time_h", "sample_id")["put_back"]).split(BETWEEN)
    if not any(named):
        return ""
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return f"Left out by exclusions.csv: {', '.join(named[:MOST_NAMED])}{more}; the report has p with and without it. "


def of_comparison(given: Mapping[str, Any]) -> str:
    """Which comparison and experiment a figure is of, as titles and captions tell it."""
    return f"comparison {given['comparison']}, experiment {given['experiment']}"


def title_of(measure: str, target: str) -> str:
    """What a panel is called."""
    return target or TITLES.get(measure, words_of(measure))


def words_of(name: str) -> str:
    """A name of the tables in words."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def axis_of(measure: str, unit: str, base_label: str | None) -> str:
    """What stands at the axis; ``base_label``: the condition that is 1, where values are relative."""
    if measure == "viability":
        return f"{unit}, blank subtracted"
    if measure == "percent_positive":
        return "positive cells (%)"
    if unit == "%":
        return "cells (%)"
    if base_label is not None:
        return f"{'fold change' if measure == 'expression' else 'protein / loading'} ({base_label} = 1)"
    name = {"expression": "relative to reference genes"}.get(measure, measure.replace("_", " "))
    return name if unit in {"", "fold"} else f"{name} ({unit})"
