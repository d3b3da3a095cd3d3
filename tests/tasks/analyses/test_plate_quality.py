from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.base import columns
from schemas.bench_options import Condition
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.tables.plate_quality import PlateQuality
from schemas.tables.plate_wells import PlateWell
from schemas.tables.well_outliers import WellOutlier
from tasks.analyses.plate_quality import ANALYSIS, OUTLIERS, QUALITY, SAMPLES, WELLS
from tasks.contracts import Computed
from tasks.methods.grids import well_at

STUDY = Study(
    config=StudyYaml(study_id="s", conditions=[Condition(id="control"), Condition(id="il1b")]),
    samples=(SampleRow(sample="C1", condition="control"),),
)
NAMES = ["C1", "C2", *(f"T{i}" for i in range(9))]
KNOWN = pl.DataFrame(
    [{"sample_id": n, "condition": "control" if n[0] == "C" else "il1b", "is_excluded": False} for n in NAMES]
)


def plate(**more: object) -> pl.DataFrame:
    """Blanks in column 1, a sample in each other column, 4 % scatter; ``more`` are columns."""
    rng = np.random.default_rng(7)
    rows: list[dict[str, Any]] = []
    for row in range(8):
        for column in range(12):
            name = NAMES[column - 1] if column else None
            od = 0.1 if name is None else 1.1 if name[0] == "C" else 0.4 + column / 20
            rows.append(
                {
                    "object_id": "f1",
                    "plate": "P1",
                    "assay": "cell_viability",
                    "well": well_at(row, column),
                    "time_h": 24.0,
                    "measure": "absorbance",
                    "wavelength_nm": 450.0,
                    "sample_name": name,
                    "sample_id": name,
                    "role": "sample" if name else "blank",
                    "value": od * float(rng.normal(1, 0.04)),
                    "unit": "OD",
                }
                | more
            )
    schema = {c.name: c.dtype for c in columns(PlateWell)}
    frame = pl.DataFrame([{k: r.get(k) for k in schema} for r in rows], schema=schema)
    return frame.with_columns(is_excluded=pl.lit(value=False))


def changed(frame: pl.DataFrame, wells: list[str], **values: object) -> pl.DataFrame:
    chosen = pl.col("well").is_in(wells)
    return frame.with_columns(
        pl.when(chosen).then(v if isinstance(v, pl.Expr) else pl.lit(v)).otherwise(pl.col(k)).alias(k)
        for k, v in values.items()
    )


def computed(frame: pl.DataFrame) -> Computed:
    slices = {WELLS: frame.select(ANALYSIS.reads[WELLS]).unique(), SAMPLES: KNOWN.select("sample_id")}
    (part,) = ANALYSIS.parts(STUDY, slices)
    assert part.where[SAMPLES]["sample_id"] == tuple(sorted(set(frame["sample_id"].drop_nulls()) & set(NAMES)))
    done = ANALYSIS.run(part, {WELLS: frame, SAMPLES: KNOWN})
    for table, model in ((QUALITY, PlateQuality), (OUTLIERS, WellOutlier)):
        declared = {c.name: c.dtype for c in columns(model) if c.name not in ("study_id", "run_id")}
        assert dict(done.frames[table].schema) == declared
    return done


def quality(frame: pl.DataFrame) -> dict[str, Any]:
    (row,) = computed(frame).frames[QUALITY].to_dicts()
    return row


def test_a_good_plate_has_its_numbers_and_no_alarm() -> None:
    frame = plate()
    done = computed(frame)
    row = done.frames[QUALITY].row(0, named=True)
    blanks = frame.filter(pl.col("role") == "blank")["value"].to_numpy()
    control = frame.filter(pl.col("sample_name").is_in(["C1", "C2"]))["value"].to_numpy()
    assert row["blank_count"] == 8
    assert row["blank_mean"] == pytest.approx(blanks.mean())
    assert row["blank_cv_percent"] == pytest.approx(100 * blanks.std(ddof=1) / blanks.mean())
    assert row["z_prime"] == pytest.approx(
        1 - 3 * (blanks.std(ddof=1) + control.std(ddof=1)) / (control.mean() - blanks.mean())
    )
    assert (row["z_prime_high"], row["z_prime_low"]) == ("control", "blank")
    assert 2 < row["replicate_cv_percent"] < 6
    assert (row["well_count"], row["lost_count"], row["replicate_group_count"]) == (96, 0, 11)
    assert row["edge_well_count"] == 2 * 10  # rows A and H of columns 2 to 11; column 12 has no inner wells
    assert row["na_reason"] is None
    assert done.problems == ()


def test_outer_wells_that_dry_out_are_an_edge_effect() -> None:
    outer = [well_at(r, c) for r in range(8) for c in range(12) if r in (0, 7) or c in (0, 11)]
    done = computed(changed(plate(), outer, value=pl.col("value") * 1.25))
    row = done.frames[QUALITY].row(0, named=True)
    assert row["edge_effect_percent"] == pytest.approx(25 / 1.0625, abs=4)
    assert row["edge_pvalue"] < 1e-6
    assert done.problems[0].rule == "edge_effect"
    assert "outer wells read +" in done.problems[0].message


def test_a_well_apart_is_named_and_nothing_is_dropped() -> None:
    done = computed(changed(plate(), ["D05"], value=1.4))
    (row,) = done.frames[OUTLIERS].to_dicts()
    assert (row["well"], row["sample_id"], row["method"], row["value"]) == ("D05", "T1", "plate_scatter", 1.4)
    assert done.frames[QUALITY]["outlier_count"].to_list() == [1]
    (problem,) = done.problems
    assert (problem.rule, problem.place) == ("outlier_wells", "plate P1 of f1, wells D05")
    assert "stay in every result" in problem.message


def test_scattered_repeats_are_said() -> None:
    rng = np.random.default_rng(1)
    noise = pl.Series("value", rng.uniform(0.3, 1.8, 96))
    rules = [p.rule for p in computed(plate().with_columns(noise)).problems]
    assert "replicates_scatter" in rules


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ({"value": None, "flag": "overflow"}, 1),
        ({"value": None, "flag": "missed"}, 1),
        ({"value": None, "flag": "below_range"}, 1),
        ({"value": 3.4, "flag": "over_range"}, 1),
        ({"value": 0.9, "flag": "masked"}, 1),
        ({"flag": "empty_not_empty"}, 0),
    ],
)
def test_lost_wells_are_counted_and_left_out_of_these_numbers(change: dict[str, object], lost: int) -> None:
    row = quality(changed(plate(), ["B04"], **change))
    assert (row["lost_count"], row["outlier_count"]) == (lost, 0)


def test_excluded_wells_and_blanks_with_cells_do_not_count() -> None:
    row = quality(changed(changed(plate(), ["B04"], is_excluded=True), ["A01"], flag="blank_not_blank", value=0.9))
    assert (row["excluded_count"], row["blank_count"]) == (1, 7)
    assert row["blank_cv_percent"] < 10


def test_blanks_of_their_own_are_judged_within_their_group() -> None:
    frame = changed(plate(), ["A01", "B01", "C01", "D01"], blank_for="T1", value=pl.col("value") + 0.3)
    assert quality(frame)["blank_cv_percent"] < 5


def test_controls_of_the_layout_make_the_window() -> None:
    killed = [well_at(r, 11) for r in range(8)]
    frame = changed(plate(), killed, role="control", sample_name="triton", value=pl.col("value") * 0 + 0.05)
    row = quality(frame)
    assert (row["z_prime_high"], row["z_prime_low"]) == ("control", "triton")


def test_each_read_is_judged_apart() -> None:
    second = plate(wavelength_nm=630.0).with_columns(value=pl.lit(0.05))
    found = computed(pl.concat([plate(), second])).frames[QUALITY]
    assert sorted(found["wavelength_nm"].to_list()) == [450.0, 630.0]
    flat = found.filter(pl.col("wavelength_nm") == 630).row(0, named=True)
    assert (flat["z_prime"], flat["na_reason"]) == (None, "no_controls")


def test_without_a_layout_only_wells_are_counted() -> None:
    row = quality(plate(role=None, sample_name=None, sample_id=None))
    assert (row["well_count"], row["na_reason"], row["outlier_count"]) == (96, "no_layout", 0)
    assert row["blank_mean"] is None


def test_samples_that_fill_the_edge_alone_are_confounded_with_it() -> None:
    frame = plate().filter(pl.col("well").str.contains("^[AH]") | (pl.col("role") == "blank"))
    row = quality(frame)
    assert (row["edge_effect_percent"], row["edge_pvalue"]) == (None, None)
    assert "edge_confounded" in row["na_reason"]
