from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tasks.methods.qpcr_checks import (
    control_problems,
    furthest_wells,
    reference_problems,
    reference_shifts,
    replicate_problems,
)

Row = dict[str, Any]
SCHEMA = {
    "object_id": pl.String, "plate": pl.String, "well": pl.String, "sample_id": pl.String, "sample_name": pl.String,
    "target": pl.String, "task": pl.String, "cq": pl.Float64,
}  # fmt: skip
FILES = {"f1": "landing/day1.txt"}


def well(name: str, sample: str | None, cq: float | None, task: str = "unknown", target: str = "ACAN") -> Row:
    row: Row = {"object_id": "f1", "plate": "p", "well": name, "sample_id": sample, "sample_name": sample}
    return row | {"target": target, "task": task, "cq": cq}


def frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCHEMA)


def test_the_well_furthest_from_the_others_median_is_named() -> None:
    noisy = furthest_wells(frame(well("A01", "C1", 25.0), well("A02", "C1", 25.2), well("A03", "C1", 27.4)))
    (found,) = noisy.to_dicts()
    assert (found["furthest_well"], found["furthest_cq"], found["median_others"], found["n"]) == ("A03", 27.4, 25.1, 3)
    (problem,) = replicate_problems(noisy, FILES)
    assert (problem.rule, problem.file, problem.place) == ("technical_sd_high", "landing/day1.txt", "well A03")
    assert "ACAN of C1 SD 1.33 (A03 has 27.40, others 25.10)" in problem.message
    assert "\n" not in str(problem)


@pytest.mark.parametrize(("second", "is_noisy"), [(25.70, False), (25.72, True)])
def test_the_limit_is_an_sd_of_half_a_cycle(second: float, is_noisy: bool) -> None:  # noqa: FBT001
    found = furthest_wells(frame(well("A01", "C1", 25.0), well("A02", "C1", second)))
    assert found.height == is_noisy


def test_repeats_of_other_samples_plates_and_empty_wells_do_not_mix() -> None:
    rows = [well("A01", "C1", 20.0), well("A02", "C2", 30.0), well("A03", None, 10.0), well("A04", "C1", None)]
    other = well("A05", "C1", 30.0) | {"plate": "q"}
    assert furthest_wells(frame(*rows, other)).is_empty()


def test_many_noisy_repeats_are_one_line_a_file() -> None:
    rows = [well(f"A{i:02d}", f"C{i // 2}", 25.0 + 2 * (i % 2)) for i in range(12)]
    (problem,) = replicate_problems(furthest_wells(frame(*rows)), FILES)
    assert problem.message.endswith("and 3 more")


SAMPLES = (well("A01", "C1", 24.0), well("A02", "C2", 30.0))


@pytest.mark.parametrize(("cq", "is_near"), [(34.9, True), (35.0, False), (None, False)])
def test_a_no_template_control_within_five_cycles_of_the_latest_sample_is_named(
    cq: float | None,
    is_near: bool,  # noqa: FBT001
) -> None:
    found = list(control_problems(frame(*SAMPLES, well("H12", None, cq, "ntc")), FILES))
    assert len(found) == is_near
    for problem in found:
        assert (problem.rule, problem.place, problem.value) == ("ntc_amplified", "well H12", "34.90")
        assert "no-template control of ACAN has Cq 34.9, within 5 cycles of C2 (30.0): up to 3 %" in problem.message


def test_the_nearest_control_of_a_target_speaks_for_all() -> None:
    rows = [well("H10", None, 33.0, "ntc"), well("H11", None, 31.0, "ntc"), well("H12", None, 31.0, "ntc", "SOX9")]
    (problem,) = control_problems(frame(*SAMPLES, *rows), FILES)  # SOX9 has no sample to compare with
    assert problem.place == "well H11"


def test_a_no_rt_control_is_compared_with_its_own_sample_where_it_names_one() -> None:
    own = well("G01", "C1", 28.0, "no_rt")
    (problem,) = control_problems(frame(*SAMPLES, own), FILES)
    assert problem.rule == "no_rt_amplified"
    assert "within 5 cycles of C1 (24.0)" in problem.message
    assert "DNase" in problem.remedy
    assert not list(control_problems(frame(*SAMPLES, own | {"cq": 29.5}), FILES))
    nameless = own | {"cq": 29.5, "sample_name": None}
    (problem,) = control_problems(frame(*SAMPLES, nameless), FILES)
    assert "of C2 (30.0)" in problem.message


def means(**levels: float) -> pl.DataFrame:
    return pl.DataFrame(
        [("GAPDH", condition, cq + d) for condition, cq in levels.items() for d in (-0.1, 0.1)],
        schema=["target", "condition", "mean_cq"],
        orient="row",
    )


def test_a_reference_gene_that_moves_with_treatment_is_named() -> None:
    shifts = reference_shifts(means(control=18.0, il1b=18.2, usc=17.2), ["control", "il1b", "usc"])
    assert shifts.rows() == [("GAPDH", pytest.approx(-0.8), "usc", "control")]
    (problem,) = reference_problems(shifts, "bench")
    assert problem.rule == "reference_moves_with_treatment"
    assert "GAPDH comes 0.80 cycles earlier in usc than in control" in problem.message


def test_a_level_reference_gene_or_a_single_condition_is_no_problem() -> None:
    level = reference_shifts(means(control=18.0, il1b=18.5), ["control", "il1b"])
    assert level["max_shift_cq"].to_list() == pytest.approx([0.5], abs=1e-9)
    assert not list(reference_problems(level.with_columns(max_shift_cq=pl.lit(0.5)), "bench"))
    assert reference_shifts(means(control=18.0), ["control", "il1b"]).is_empty()
