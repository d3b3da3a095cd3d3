"""Nights at the same time, and what happens to a study while its night runs."""

from __future__ import annotations

from pathlib import Path

from tasks.engine import ingest
from tasks.engine.people import retract
from tasks.engine.publish import publish_study
from tests.e2e import doomed
from tests.e2e.small_study import PLATES, Bench, assert_same, contents, write_bench


def test_two_nights_of_one_study_at_once_end_as_one(bench: Bench, tmp_path: Path) -> None:
    both = [doomed.start(bench.study, tmp_path / "home") for _ in range(2)]
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    for name in ("warehouse.duckdb", "published.duckdb"):
        assert_same(contents(tmp_path / "home" / name), contents(bench.home / name))


def test_two_studies_at_once_are_both_published(bench: Bench) -> None:
    other = Bench(write_bench(bench.study.with_name("other"), "other_bench"), bench.home)
    bench.write_plate(24, "C03", "1.234")
    both = [doomed.start(study, bench.home) for study in (bench.study, other.study)]
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert_same(contents(bench.warehouse.published), contents(bench.warehouse.path))
    assert bench.night().is_unchanged
    assert other.night().is_unchanged


def ingest_only(bench: Bench) -> ingest.IngestPlan:
    """The first arrow of a night."""
    plan = ingest.plan_ingest(bench.folder, bench.warehouse, bench.objects)
    for batch in plan.batches:
        ingest.load_batch(plan, batch, bench.warehouse, bench.objects)
    return plan


def test_what_arrives_while_a_night_computes_is_found_by_the_next(bench: Bench) -> None:
    plan = ingest_only(bench)
    bench.write_plate(24, "C03", "1.234")
    publish_study(plan.study_id, plan.state, bench.warehouse, is_complete=True)
    assert [f.file_name for f in bench.night().files] == [PLATES[24]]
    assert bench.night().is_unchanged


def test_what_is_retracted_while_a_night_computes_is_left_out_by_the_next(bench: Bench) -> None:
    plan = ingest_only(bench)
    retract(bench.folder, bench.warehouse, bench.objects, PLATES[24], "wet lid")
    publish_study(plan.study_id, plan.state, bench.warehouse, is_complete=True)
    assert not bench.night().is_unchanged
    assert bench.rows("SELECT DISTINCT time_h FROM result.viability") == [(72.0,)]
    assert bench.night().is_unchanged
