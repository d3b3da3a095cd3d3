from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from matplotlib.colors import to_rgba

from schemas.sheets import ComparisonRow
from tasks.figures.group_values import FIGURE, MOST_PANELS, parts
from tasks.methods.figure_style import GROUPS
from tasks.methods.group_pictures import MEASUREMENTS, PAIRS, READMITTED, SUMMARIES
from tasks.methods.group_significance import bracketed
from tests.tasks.figures.bench_frames import LABELS, measurements, part_and_frames, results_of, study
from tests.tasks.figures.pictures import drawn, words

MEANS = {"control": 3.0, "il1b": 1.0, "exo": 2.0}
SIX = dict(zip(LABELS, (3.0, 1.0, 2.0, 1.6, 1.05, 2.4), strict=True))
PERCENT = {"assay": "senescence", "measure": "percent_positive", "target": "SA-β-gal", "scale": "raw", "unit": "%"}


def test_bars_points_errors_and_brackets_are_the_tables_numbers() -> None:
    about = study()
    part, frames = part_and_frames(FIGURE, about, results_of(about, measurements(MEANS, **PERCENT, spread=0.1)))  # type: ignore[arg-type]
    drawing = drawn(FIGURE, part, frames)
    (axes,) = drawing.figure.axes
    summaries = {r["condition"]: r for r in frames[SUMMARIES].iter_rows(named=True)}
    assert [b.get_height() for b in axes.patches] == pytest.approx([summaries[c]["mean"] for c in MEANS])
    assert [axes.patches[i].get_edgecolor() for i in range(3)] == [to_rgba(c) for c in GROUPS[:3]]
    bars = [s for c in axes.containers if hasattr(c, "has_yerr") for s in c[2][0].get_segments()]
    assert [s[1][1] - s[0][1] for s in bars] == pytest.approx([2 * summaries[c]["sd"] for c in MEANS])
    scattered = np.concatenate([c.get_offsets()[:, 1] for c in axes.collections if len(c.get_offsets()) == 3])
    assert scattered.max() < axes.get_ylim()[1]
    assert sorted(scattered) == pytest.approx(sorted(frames[MEASUREMENTS]["value"]))
    stars = frames[PAIRS].sort("group_a", "group_b")
    brackets = [line for line in axes.lines if str(line.get_label()).startswith("bracket")]
    assert len(brackets) == bracketed(frames[PAIRS]).height == stars.filter(pl.col("stars") != "ns").height == 3
    assert set(bracketed(frames[PAIRS])["stars"]) <= words(drawing)
    assert axes.get_ylabel() == "positive cells (%)"
    assert {"Control", "IL-1β", "IL-1β + exosomes", "SA-β-gal"} <= words(drawing)
    assert "mean ± SD; points: n = 3 donors in each group" in drawing.caption
    assert drawing.source.group_by("mark").len().sort("mark").rows() == [("mean", 3), ("pair", 3), ("unit", 9)]


def test_brackets_do_not_leave_the_page_or_meet() -> None:
    about = study()
    part, frames = part_and_frames(FIGURE, about, results_of(about, measurements(MEANS, spread=0.05)))
    drawing = drawn(FIGURE, part, frames)
    (axes,) = drawing.figure.axes
    heights = [max(line.get_ydata()) for line in axes.lines if str(line.get_label()).startswith("bracket")]
    assert len(set(heights)) == 3
    assert max(heights) <= 1


def test_fold_changes_stand_on_a_log_axis_about_the_calibrator() -> None:
    about = study()
    part, frames = part_and_frames(FIGURE, about, results_of(about, measurements(MEANS)))
    drawing = drawn(FIGURE, part, frames)
    (axes,) = drawing.figure.axes
    assert axes.get_yscale() == "log"
    assert axes.get_ylabel() == "fold change (Control = 1)"
    assert axes.title.get_fontstyle() == "italic"
    means = drawing.source.filter(mark="mean")
    assert means["value"][0] == pytest.approx(1)
    assert means["value"].to_list() == pytest.approx(
        [2 ** (m - means["on_test_scale"][0]) for m in means["on_test_scale"]]
    )
    assert "geometric mean" in drawing.caption


def test_many_groups_get_marks_against_control_and_disease() -> None:
    about = study(6)
    part, frames = part_and_frames(FIGURE, about, results_of(about, measurements(SIX, spread=0.05)))
    drawing = drawn(FIGURE, part, frames)
    (axes,) = drawing.figure.axes
    assert not [line for line in axes.lines if str(line.get_label()).startswith("bracket")]
    stars = frames[PAIRS].filter(group_a="control", group_b="il1b")["stars"][0]
    assert stars in words(drawing)
    assert any("#" in w and "*" in w for w in words(drawing))
    assert "Against Control: * p < 0.05" in drawing.caption
    assert "# likewise against IL-1β" in drawing.caption
    assert {"usc", "$both"} <= words(drawing)


def test_two_series_are_drawn_when_study_yaml_asks() -> None:
    about = study(statistics={"rescue": {"control": "control", "disease": "il1b"}})
    part, frames = part_and_frames(FIGURE, about, results_of(about, measurements(MEANS, spread=0.05)))
    assert "# likewise" in drawn(FIGURE, part, frames).caption


def test_a_group_without_a_value_keeps_its_place_and_is_named() -> None:
    about = study()
    rows = measurements(MEANS).with_columns(
        value=pl.when(pl.col("condition") == "il1b").then(None).otherwise("value"),
        na_reason=pl.when(pl.col("condition") == "il1b").then(pl.lit("no_cq")),
    )
    part, frames = part_and_frames(FIGURE, about, results_of(about, rows))
    drawing = drawn(FIGURE, part, frames)
    assert "no value" in words(drawing)
    assert "could not be tested" in drawing.caption


def test_a_single_unit_has_no_error_bar_and_no_star() -> None:
    about = study()
    rows = measurements(MEANS).filter(pl.col("sample_id").str.ends_with("_1"))
    part, frames = part_and_frames(FIGURE, about, results_of(about, rows))
    drawing = drawn(FIGURE, part, frames)
    assert not [c for c in drawing.figure.axes[0].containers if hasattr(c, "has_yerr")]
    assert not {w for w in words(drawing) if "*" in w}


def test_targets_are_panels_and_a_dozen_fills_a_page() -> None:
    about = study()
    rows = pl.concat([measurements(MEANS, target=f"G{i:02}", seed=i) for i in range(MOST_PANELS + 2)])
    found = results_of(about, rows)
    assert [p.key for p in parts(about, found)] == ["all, qpcr, bench", "all, qpcr, bench, 2"]
    part, frames = part_and_frames(FIGURE, about, found, 1)
    drawing = drawn(FIGURE, part, frames)
    assert [a.get_title() for a in drawing.figure.axes] == ["G12", "G13"]
    assert len(parts(about, found)[0].parameters["panels"]) == MOST_PANELS


def test_nothing_to_draw_is_said() -> None:
    about = study()
    rows = measurements(MEANS).with_columns(value=pl.lit(None, pl.Float64), na_reason=pl.lit("no_cq"))
    part, frames = part_and_frames(FIGURE, about, results_of(about, rows))
    assert FIGURE.draw(part, frames) == "no group of all has a value (RT-qPCR)"


def test_points_lie_over_the_error_bars() -> None:
    about = study()
    part, frames = part_and_frames(FIGURE, about, results_of(about, measurements(MEANS, **PERCENT)))  # type: ignore[arg-type]
    (axes,) = drawn(FIGURE, part, frames).figure.axes
    points = [c for c in axes.collections if len(c.get_offsets()) == 3]
    bars = [line for container in axes.containers for line in getattr(container, "lines", [])[1:]]
    assert len(points) == 3
    above = min(p.get_zorder() for p in points)
    assert above > max(part.get_zorder() for parts in bars for part in parts)


def test_titles_tell_comparisons_and_experiments_apart() -> None:
    rows = measurements(MEANS, **PERCENT)  # type: ignore[arg-type]
    chosen = tuple(ComparisonRow(id=name, conditions=list(MEANS)[:count]) for name, count in (("all", 3), ("two", 2)))
    both = study().model_copy(update={"comparisons": chosen})
    found = results_of(both, rows)
    titles = []
    for place in range(2):
        part, frames = part_and_frames(FIGURE, both, found, place)
        titles.append(drawn(FIGURE, part, frames).title)
    assert len(set(titles)) == 2
    assert [t.rpartition(" (")[2] for t in titles] == [f"comparison {c}, experiment bench)" for c in ("all", "two")]


def test_the_caption_names_what_is_left_out_of_a_unit_that_stays() -> None:
    about = study()
    found = results_of(about, measurements(MEANS, **PERCENT))  # type: ignore[arg-type]
    one = found[MEASUREMENTS].filter(sample_id="il1b_3").drop("is_excluded")
    back = one.with_columns(put_back=pl.lit("well B07 of plate1.csv (bubble); culture il1b_3 (late)"))
    part, frames = part_and_frames(FIGURE, about, found | {READMITTED: back})
    said = "Left out by exclusions.csv: well B07 of plate1.csv (bubble), culture il1b_3 (late); the report has p"
    assert said in drawn(FIGURE, part, frames).caption
    part, frames = part_and_frames(FIGURE, about, found)
    assert "exclusions.csv" not in drawn(FIGURE, part, frames).caption


def test_excluded_values_are_crosses_and_in_no_mean() -> None:
    about = study()
    rows = measurements(MEANS, **PERCENT, spread=0.1)  # type: ignore[arg-type]
    is_out = pl.col("sample_id") == "il1b_3"
    rows = rows.with_columns(is_excluded=is_out, value=pl.when(is_out).then(4.5).otherwise("value"))
    part, frames = part_and_frames(FIGURE, about, results_of(about, rows))
    drawing = drawn(FIGURE, part, frames)
    (axes,) = drawing.figure.axes
    crosses = [c.get_offsets() for c in axes.collections if c.get_offsets()[:, 1].tolist() == [4.5]]
    assert len(crosses) == 1
    assert axes.get_ylim()[1] > 4.5
    used = rows.filter(~is_out & (pl.col("condition") == "il1b"))["value"]
    assert axes.patches[1].get_height() == pytest.approx(used.mean())
    assert drawing.source.group_by("mark").len().sort("mark").rows()[0] == ("excluded", 1)
    assert drawing.source.filter(mark="unit").height == 8
    assert "Crosses: left out by exclusions.csv, in no mean and no test." in drawing.caption
