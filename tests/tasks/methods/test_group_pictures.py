from __future__ import annotations

import math

import polars as pl
import pytest

from tasks.methods.group_pictures import (
    SUMMARIES,
    axis_of,
    family_parts,
    groups_drawn,
    one_panel,
    points_drawn,
    shown,
    title_of,
    units_of,
)
from tests.tasks.figures.bench_frames import measurements, results_of, study

MEANS = {"control": 3.0, "il1b": 1.0, "exo": 2.0}


def test_log_values_are_multiples_of_the_calibrators_mean() -> None:
    about = study()
    frames = results_of(about, measurements(MEANS, spread=0))
    (part,) = family_parts(about, frames, with_times=False)
    groups = groups_drawn(one_panel(frames[SUMMARIES], "expression", "ACAN"), part.parameters)
    assert groups["condition"].to_list() == ["control", "il1b", "exo"]
    assert groups["centre"].to_list() == pytest.approx([1, 0.25, 0.5])
    assert groups["is_relative"].all()


def test_the_mean_of_the_points_on_the_log_scale_is_the_centre() -> None:
    about = study()
    frames = results_of(about, measurements(MEANS))
    (part,) = family_parts(about, frames, with_times=False)
    groups = groups_drawn(frames[SUMMARIES], part.parameters)
    points = points_drawn(units_of(frames), groups)
    assert points["condition"].to_list() == [c for c in MEANS for _ in range(3)]
    for row in groups.iter_rows(named=True):
        logs = points.filter(condition=row["condition"])["drawn"].log(2)
        assert math.log2(row["centre"]) == pytest.approx(logs.mean())
        assert math.log2(row["high"]) - math.log2(row["centre"]) == pytest.approx(logs.std())


def test_the_studys_calibrator_counts_for_qpcr_only() -> None:
    about = study(qpcr={"calibrator": "il1b"})
    western = measurements(MEANS, assay="western_blot", measure="protein", target="COL2A1")
    frames = results_of(about, pl.concat([measurements(MEANS), western]))
    found = {p.parameters["assay"]: p.parameters["calibrator"] for p in family_parts(about, frames, with_times=False)}
    assert found == {"qpcr": "il1b", "western_blot": "control"}


@pytest.mark.parametrize(("given", "primary"), [({}, 48.0), ({"statistics": {"primary_time_h": 24}}, 24.0)])
def test_groups_are_drawn_at_the_primary_time_and_courses_at_all(given: dict[str, object], primary: float) -> None:
    about = study(**given)
    viability = {"assay": "cell_viability", "target": "", "scale": "raw", "unit": "OD"}
    rows = measurements(MEANS, measure="viability", times=(0, 24, 48), **viability)  # type: ignore[arg-type]
    early = measurements(MEANS, measure="other", times=(0,), **viability)  # type: ignore[arg-type]
    frames = results_of(about, pl.concat([rows, early]))
    (groups,), (course,) = (family_parts(about, frames, with_times=t) for t in (False, True))
    assert groups.parameters["panels"] == [["other", "", [0.0]], ["viability", "", [primary]]]
    assert course.parameters["panels"] == [["viability", "", [0.0, 24.0, 48.0]]]


def test_marks_are_asked_for_by_study_yaml_alone() -> None:
    frames = results_of(study(), measurements(MEANS))
    asked = {"statistics": {"rescue": {"control": "control", "disease": "exo"}}}
    for config, disease, is_asked in (({}, "il1b", False), (asked, "exo", True)):
        (part,) = family_parts(study(**config), frames, with_times=False)
        assert (part.parameters["disease"], part.parameters["is_asked"]) == (disease, is_asked)


def test_scales_are_taken_back_and_nulls_stay_empty() -> None:
    assert shown([1.0, None], "log2", None)[0] == 2
    assert math.isnan(shown([1.0, None], "log2", None)[1])
    assert shown([7.0], "raw", None)[0] == 7


def test_people_read_names_of_quantities_not_of_columns() -> None:
    assert title_of("percent_early_apoptotic", "") == "Early apoptotic"
    assert title_of("ratio_260_280", "") == "Ratio 260 280"
    assert title_of("protein", "SOX9") == "SOX9"
    assert axis_of("viability", "OD", None) == "OD, blank subtracted"
    assert axis_of("protein", "target/loading", "Control") == "protein / loading (Control = 1)"
    assert axis_of("concentration", "ng/µL", None) == "concentration (ng/µL)"
