"""Decisions of people on files, through whole nights."""

from __future__ import annotations

import duckdb
import pytest

from schemas.errors import UserError
from tasks.engine.people import exclude, reactivate, retract
from tests.e2e.small_study import LAYOUT, PLATES, RUNS, Bench, assert_same, contents, write_bench

PLATE = PLATES[24]


def test_a_retracted_file_leaves_the_tables_for_good_and_its_bytes_stay(undrawn: Bench) -> None:
    ((object_id,),) = undrawn.rows("SELECT object_id FROM core.raw_objects WHERE file_name = ?", PLATE)
    assert retract(undrawn.folder, undrawn.warehouse, undrawn.objects, "240305_CCK8_24h.txt", "wet lid") == PLATE
    assert not undrawn.night().is_unchanged
    assert undrawn.status(PLATE) == [("retracted", 0)]
    assert undrawn.wells(PLATE) == 0
    assert undrawn.objects.verify(str(object_id))
    assert undrawn.rows("SELECT DISTINCT time_h FROM result.viability") == [(72.0,)]
    assert undrawn.rows("SELECT act, file_name, reason FROM ops.audit") == [("retract", PLATE, "wet lid")]
    assert undrawn.night().is_unchanged
    (undrawn.study / PLATE).touch()
    undrawn.edit("study.yaml", "alpha: 0.05", "alpha: 0.01")
    undrawn.night()
    assert undrawn.status(PLATE) == [("retracted", 0)]
    undrawn.write_plate(24, "C03", "1.234")
    undrawn.night()
    assert undrawn.status(PLATE) == [("retracted", 0), ("loaded", 96)]


def test_a_run_says_what_a_retraction_took_away_and_reactivation_brings_it_back(bench: Bench) -> None:
    before = contents(bench.warehouse.published)
    retract(bench.folder, bench.warehouse, bench.objects, PLATE, "wet lid")
    summary = bench.night()
    (gone,) = summary.withdrawn
    assert (gone.file_name, gone.reason, gone.rows) == (PLATE, "retracted: wet lid", 96)
    assert summary.unchanged_count == len(bench.folder.landing) - 1
    ended = [p for p in summary.parts if p.status == "ended"]
    assert {p.analysis for p in ended} == {
        "viability",
        "plate_quality",
        "time_courses",
        "figure plate_maps",
        "figure time_courses",
    }
    assert all("its rows are gone" in str(p.reason) for p in ended)
    with duckdb.connect(str(bench.warehouse.published), read_only=True) as snapshot:
        held = snapshot.execute("SELECT file_name, message FROM mart.quarantine WHERE status = 'retracted'").fetchall()
    assert held == [(PLATE, "retracted: wet lid")]
    again = bench.night()
    assert (again.is_unchanged, again.unchanged_count) == (True, len(bench.folder.landing) - 1)
    assert again.withdrawn == ()
    with pytest.raises(UserError, match="no retracted file of this name"):
        reactivate(bench.folder, bench.warehouse, bench.objects, PLATES[72], "a mistake")
    assert reactivate(bench.folder, bench.warehouse, bench.objects, "240305_CCK8_24h.txt", "it was dry") == PLATE
    assert [f.file_name for f in bench.night().files] == [PLATE]
    assert_same(contents(bench.warehouse.published), before, but=("ops.analysis_runs", "ops.audit", "ops.publications"))
    assert bench.night().is_unchanged
    retract(bench.folder, bench.warehouse, bench.objects, PLATE, "wet after all")
    (bench.study / PLATE).unlink()
    with pytest.raises(UserError, match="Put it back"):
        reactivate(bench.folder, bench.warehouse, bench.objects, PLATE, "it was dry")


def test_a_lost_warehouse_is_rebuilt_from_objects_and_study_folder(bench: Bench) -> None:
    retract(bench.folder, bench.warehouse, bench.objects, PLATE, "wet lid")
    exclude(bench.folder, bench.warehouse, bench.objects, PLATES[72], "C03", "bubble")
    bench.night()
    before, published = contents(bench.warehouse.path), contents(bench.warehouse.published)
    bench.warehouse.path.unlink()
    assert not bench.night().is_unchanged
    assert_same(contents(bench.warehouse.path), before, but=("ops.analysis_runs",))
    assert_same(contents(bench.warehouse.published), published, but=("ops.analysis_runs",))
    assert before["ops.audit"].height == 2
    assert bench.night().is_unchanged


def test_two_files_of_one_reading_block_their_assay_until_one_is_retracted(undrawn: Bench) -> None:
    twin = "landing/cck8/again.txt"
    text = (undrawn.study / PLATE).read_bytes().replace(b"3.12.08", b"3.12.09")
    (undrawn.study / twin).write_bytes(text)
    undrawn.edit("files.csv", PLATE, f"{twin},cell_viability,cck8_plate,24,CCK8_24h,\n{PLATE}")
    attempts = undrawn.attempts()
    summary = undrawn.night()
    blocked = {(p.analysis, p.part): p.reason or "" for p in summary.parts if p.status == "skipped"}
    assert {analysis for analysis, _ in blocked} == {"viability", "group_tests"}
    reasons = [reason for (analysis, _), reason in blocked.items() if analysis == "viability"]
    assert len(reasons) == 3
    assert all(PLATE in reason and twin in reason and "benchlake retract" in reason for reason in reasons)
    assert undrawn.rows("SELECT DISTINCT assay FROM result.measurements") == [("qpcr",)]
    assert not {a for _, a, part, status in undrawn.attempts() - attempts if "qpcr" in str(part) and status == "done"}
    assert undrawn.night().is_unchanged

    retract(undrawn.folder, undrawn.warehouse, undrawn.objects, twin, "exported twice")
    undrawn.night()
    assert undrawn.rows("SELECT DISTINCT assay FROM result.measurements ORDER BY 1") == [("cell_viability",), ("qpcr",)]
    assert undrawn.rows("SELECT DISTINCT n FROM result.group_summaries WHERE time_h = 24") == [(3,)]


def test_a_quarantined_file_is_read_again_when_it_or_its_row_is_mended(undrawn: Bench) -> None:
    good = (undrawn.study / PLATE).read_bytes()
    (undrawn.study / PLATE).write_bytes(good[: good.index(b"Results")])
    (held,) = [f for f in undrawn.night().files if f.status == "quarantined"]
    assert held.file_name == PLATE
    assert PLATE in (held.reason or "")
    assert undrawn.wells(PLATE) == 0
    (undrawn.study / PLATE).write_bytes(good)
    assert [(f.file_name, f.status) for f in undrawn.night().files] == [(PLATE, "loaded")]
    undrawn.edit("files.csv", f"{PLATE},cell_viability", f"{PLATE},qpcr")
    assert [(f.file_name, f.status) for f in undrawn.night().files] == [(PLATE, "quarantined")]
    assert undrawn.wells(PLATE) == 0
    undrawn.edit("files.csv", f"{PLATE},qpcr", f"{PLATE},cell_viability")
    assert [(f.file_name, f.status) for f in undrawn.night().files] == [(PLATE, "loaded")]
    assert undrawn.wells(PLATE) == 96


def test_a_layout_that_is_broken_holds_only_its_own_files_back(undrawn: Bench) -> None:
    good = (undrawn.study / LAYOUT).read_bytes()
    (undrawn.study / LAYOUT).write_bytes(good + good.splitlines(keepends=True)[-1])
    summary = undrawn.night()
    assert sorted((f.file_name, f.status) for f in summary.files if f.file_name in PLATES.values()) == [
        (name, "quarantined") for name in sorted(PLATES.values())
    ]
    assert undrawn.status(RUNS[0]) == [("loaded", 85)]  # 84 wells and their run
    (undrawn.study / LAYOUT).write_bytes(good)
    undrawn.night()
    assert undrawn.status(PLATE) == [("loaded", 96)]


def test_two_studies_with_the_same_samples_and_files_stay_apart(undrawn: Bench) -> None:
    first = contents(undrawn.warehouse.path, "small_bench")
    other = Bench(write_bench(undrawn.study.with_name("other"), "other_bench"), undrawn.home, is_drawn=False)
    assert not other.night().is_unchanged
    shared = "SELECT count(*), count(DISTINCT object_id) FROM core.raw_objects WHERE file_name LIKE 'landing/%'"
    assert undrawn.rows(shared) == [(10, 5)]
    assert_same(contents(undrawn.warehouse.path, "small_bench"), first)
    assert_same(contents(undrawn.warehouse.published, "small_bench"), first)
    assert undrawn.night().is_unchanged
    second = contents(undrawn.warehouse.path, "other_bench")
    same = {name: frame.drop("study_id") for name, frame in second.items() if name.startswith("core.plate_wells")}
    assert_same(same, {name: first[name].drop("study_id") for name in same})

    retract(undrawn.folder, undrawn.warehouse, undrawn.objects, PLATE, "wet lid")
    exclude(undrawn.folder, undrawn.warehouse, undrawn.objects, PLATES[72], "C03", "bubble")
    assert_same(contents(undrawn.warehouse.path, "other_bench"), second)
    assert other.night().is_unchanged
    undrawn.night()
    assert_same(contents(undrawn.warehouse.path, "other_bench"), second)
    assert_same(contents(undrawn.warehouse.published, "other_bench"), second)
    changed = contents(undrawn.warehouse.published, "small_bench")
    assert changed["core.plate_wells"].height == 96
    exclude(other.folder, other.warehouse, other.objects, RUNS[0], None, "wrong plate")
    other.night()
    assert_same(contents(undrawn.warehouse.published, "small_bench"), changed)
    assert undrawn.night().is_unchanged
