"""What is computed again when something changed, and what is not."""

from __future__ import annotations

import os

import pytest

from deployments.sql_sandbox import sandbox
from deployments.status import read_status
from tests.e2e.small_study import LAYOUT, PLATES, RUNS, Bench, assert_same, contents

VIABILITY_DESCENDANTS = {
    ("measurements", "cell_viability, viability, bench"),
    *(
        (analysis, "viability_all, cell_viability, bench")
        for analysis in ("group_tests", "time_courses", "rescue", "figure group_values", "figure time_courses")
    ),
}
QPCR_DESCENDANTS = {
    ("qpcr_fold_changes", "bench"),
    ("qpcr_reference_stability", "bench"),
    ("measurements", "qpcr, qpcr_fold_changes, bench"),
    *((analysis, "qpcr_all, qpcr, bench") for analysis in ("group_tests", "rescue", "figure group_values")),
    ("figure reference_genes", "bench"),
}


def picture_of_plate(time_h: int) -> tuple[str, str]:
    """The map of a plate."""
    return "figure plate_maps", f"{PLATES[time_h]}, CCK8_{time_h}h, absorbance, 450 nm, {time_h} h"


def of_plate(part: str) -> set[tuple[str, str]]:
    """What is computed of each plate apart."""
    return {("viability", part), ("plate_quality", part)}


def part_of(bench: Bench, time_h: int) -> str:
    """Name of the viability part of a plate as it is loaded now."""
    ((object_id,),) = bench.rows(
        "SELECT object_id FROM core.raw_objects WHERE file_name = ? AND status = 'loaded'", PLATES[time_h]
    )
    return f"CCK8_{time_h}h of {str(object_id)[:12]}"


def test_a_second_run_recomputes_nothing_and_says_so(bench: Bench) -> None:
    attempts, published = bench.attempts(), bench.warehouse.published.stat().st_ino
    summary = bench.night()
    assert summary.is_unchanged
    assert (summary.files, summary.parts, summary.published_at) == ((), (), None)
    assert summary.unchanged_count == len(bench.folder.landing) == 5
    assert bench.attempts() == attempts
    assert bench.warehouse.published.stat().st_ino == published


def test_a_touched_file_is_hashed_again_and_recomputes_nothing(bench: Bench) -> None:
    for name in (*PLATES.values(), *RUNS, "samples.csv"):
        os.utime(bench.study / name)
    attempts = bench.attempts()
    assert bench.night().is_unchanged
    assert bench.attempts() == attempts


@pytest.mark.parametrize("time_h", list(PLATES))
def test_one_changed_well_recomputes_only_what_descends_from_its_plate(bench: Bench, time_h: int) -> None:
    before, attempts = contents(bench.warehouse.path), bench.attempts()
    old_bytes, old_part = (bench.study / PLATES[time_h]).read_bytes(), part_of(bench, time_h)
    bench.write_plate(time_h, "C03", "1.234")
    summary = bench.night()

    assert [(f.file_name, f.status) for f in summary.files] == [(PLATES[time_h], "loaded")]
    assert summary.unchanged_count == 4
    assert bench.status(PLATES[time_h]) == [("superseded", 0), ("loaded", 96)]
    fresh = bench.attempts() - attempts
    new_part = part_of(bench, time_h)
    assert {(analysis, part) for _, analysis, part, status in fresh if status == "done"} == {
        *of_plate(new_part),
        picture_of_plate(time_h),
        *VIABILITY_DESCENDANTS,
    }
    assert {(analysis, part) for _, analysis, part, status in fresh if status == "skipped"} == of_plate(old_part)
    assert bench.rows("SELECT value FROM core.plate_wells WHERE well = 'C03' AND time_h = ?", time_h) == [(1.234,)]
    computed = {(p.analysis, p.part) for p in summary.parts if p.status == "done"}
    assert computed == {*of_plate(new_part), picture_of_plate(time_h), *VIABILITY_DESCENDANTS}

    attempts = bench.attempts()
    (bench.study / PLATES[time_h]).write_bytes(old_bytes)
    bench.night()
    assert sorted(bench.status(PLATES[time_h])) == [("loaded", 96), ("superseded", 0)]
    after = contents(bench.warehouse.path)
    after["core.raw_objects"] = after["core.raw_objects"].remove(status="superseded")
    assert_same(after, before, but=("ops.analysis_runs", "ops.publications"))
    assert {(a, p) for _, a, p, status in bench.attempts() - attempts if status == "done"} == {
        *of_plate(old_part),
        picture_of_plate(time_h),
        *VIABILITY_DESCENDANTS,
    }
    assert bench.night().is_unchanged


def test_a_changed_qpcr_run_leaves_every_plate_alone(bench: Bench) -> None:
    attempts = bench.attempts()
    bench.edit(RUNS[1], "CST", "CET", count=2)
    bench.night()
    assert {(analysis, part) for _, analysis, part, _ in bench.attempts() - attempts} == QPCR_DESCENDANTS


def test_a_changed_layout_reloads_only_the_files_that_use_it(bench: Bench) -> None:
    attempts = bench.attempts()
    bench.edit(LAYOUT, "B02,NP1_control,sample", "B02,,empty")
    summary = bench.night()
    assert sorted(f.file_name for f in summary.files) == sorted(PLATES.values())
    assert bench.rows("SELECT DISTINCT role FROM core.plate_wells WHERE well = 'B02'") == [("empty",)]
    assert {(analysis, part) for _, analysis, part, _ in bench.attempts() - attempts} == {
        *(one for t in PLATES for one in (*of_plate(part_of(bench, t)), picture_of_plate(t))),
        *VIABILITY_DESCENDANTS,
    }
    assert bench.rows("SELECT DISTINCT well_count FROM result.viability WHERE sample_id = 'NP1_control'") == [(2,)]


def test_a_changed_threshold_recomputes_the_tests_and_reads_no_file(bench: Bench) -> None:
    attempts = bench.attempts()
    bench.edit("study.yaml", "alpha: 0.05", "alpha: 0.01")
    summary = bench.night()
    assert summary.files == ()
    assert {(analysis, part) for _, analysis, part, _ in bench.attempts() - attempts} == {
        *(
            (analysis, part)
            for analysis in ("group_tests", "rescue", "figure group_values")
            for part in ("viability_all, cell_viability, bench", "qpcr_all, qpcr, bench")
        ),
        ("figure time_courses", "viability_all, cell_viability, bench"),
    }


def test_a_part_that_the_study_names_no_more_leaves_the_status(bench: Bench) -> None:
    def parts() -> set[object]:
        with sandbox(bench.home) as connection:
            return {(p["status"], p["part"]) for p in read_status(connection).parts if p["analysis"] == "group_tests"}

    before, sheet = parts(), (bench.study / "comparisons.csv").read_text()
    assert ("done", "qpcr_all, qpcr, bench") in before
    (bench.study / "comparisons.csv").write_text(sheet + "typo,qpcr,bench,contrl;il1b,all,\n")
    bench.night()
    assert {status for status, _ in parts() - before} == {"skipped"}
    (bench.study / "comparisons.csv").write_text("".join(sheet.splitlines(keepends=True)[:2]))
    bench.night()
    assert parts() == {p for p in before if "qpcr" not in str(p)}
    assert bench.rows("SELECT DISTINCT assay FROM result.group_tests") == [("cell_viability",)]


def test_a_file_gone_from_landing_changes_nothing(bench: Bench) -> None:
    before = contents(bench.warehouse.path)
    (bench.study / PLATES[24]).unlink()
    summary = bench.night()
    assert summary.files == ()
    assert all(p.status == "current" for p in summary.parts)
    assert_same(contents(bench.warehouse.path), before, but=("ops.publications", "ops.validation_results"))


def test_a_file_gone_from_landing_follows_its_layout_from_the_kept_bytes(bench: Bench) -> None:
    (bench.study / PLATES[24]).unlink()
    bench.edit(LAYOUT, "B02,NP1_control,sample", "B02,,empty")
    summary = bench.night()
    assert sorted((f.file_name, f.status) for f in summary.files) == sorted((p, "loaded") for p in PLATES.values())
    assert bench.rows("SELECT DISTINCT role FROM core.plate_wells WHERE well = 'B02'") == [("empty",)]
    assert bench.rows("SELECT DISTINCT well_count FROM result.viability WHERE sample_id = 'NP1_control'") == [(2,)]
    assert not list((bench.home / "work" / "vanished").iterdir())
    again = bench.night()
    assert again.files == ()
    sheet = (bench.study / "files.csv").read_text()
    (bench.study / "files.csv").write_text("".join(x for x in sheet.splitlines(keepends=True) if PLATES[24] not in x))
    assert bench.night().files == ()  # archived with its row: its rows stand
    assert bench.status(PLATES[24])[-1][0] == "loaded"


def test_a_sample_added_to_the_sheet_resolves_the_rows_that_name_it(bench: Bench) -> None:
    samples = (bench.study / "samples.csv").read_bytes()
    line = next(row for row in samples.decode().splitlines(keepends=True) if row.startswith("NP2_il1b_exo,"))
    bench.edit("samples.csv", line, "")
    bench.edit(LAYOUT, "NP2_il1b_exo,sample", ",empty", count=3)
    bench.night()
    named = "SELECT count(*), count(sample_id) FROM core.qpcr_wells WHERE sample_name = 'NP2_il1b_exo'"
    assert bench.rows(named) == [(12, 0)]
    warned = "SELECT file_name FROM ops.validation_results WHERE rule = 'unknown_sample'"
    assert bench.rows(warned) == [(RUNS[1],)]
    (bench.study / "samples.csv").write_bytes(samples)
    summary = bench.night()
    assert [f.file_name for f in summary.files if f.status == "loaded"] == [RUNS[1]]
    assert bench.rows(named) == [(12, 12)]
    assert bench.rows(warned) == []
