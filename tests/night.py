"""A night without Prefect, for tests: the engine's functions in the order in which the flow calls them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tasks.engine import analyse, ingest
from tasks.engine.context import open_objects, open_warehouse
from tasks.engine.figures import computations
from tasks.engine.ingest import IngestPlan
from tasks.engine.outcomes import FileOutcome, PartOutcome, Summary
from tasks.engine.publish import is_current, publish_study, published, unchanged, withdrawn
from tasks.engine.study_files import read_folder
from warehouse.store import Warehouse


def loaded(study: Path, home: Path) -> tuple[IngestPlan, list[FileOutcome]]:
    """Read what is new; compute nothing. The last plan, and what became of the files."""
    warehouse, store, folder = open_warehouse(home), open_objects(home), read_folder(study.resolve())
    plan = ingest.plan_ingest(folder, warehouse, store)
    files = [outcome for batch in plan.batches for outcome in ingest.load_batch(plan, batch, warehouse, store)]
    if not plan.is_last:
        again = ingest.plan_ingest(folder, warehouse, store)
        plan = replace(again, unchanged_count=plan.unchanged_count)
        files += [outcome for batch in plan.batches for outcome in ingest.load_batch(plan, batch, warehouse, store)]
    return plan, files


def analysed(plan: IngestPlan, warehouse: Warehouse, waiting: tuple[str, ...]) -> list[PartOutcome]:
    """Compute what is not current of the named analyses and figures."""
    parts: list[PartOutcome] = []
    while waiting:
        wave = analyse.plan_wave(waiting, plan.path, warehouse)
        parts += wave.settled
        for step in wave.steps:
            parts += analyse.run_parts(step, plan.path, warehouse)
        waiting = wave.waiting
    return parts


def night(study: Path, home: Path) -> Summary:
    """Ingest, analyse and publish a study; nothing when nothing changed."""
    warehouse, store, folder = open_warehouse(home), open_objects(home), read_folder(study.resolve())
    hashes = ingest.hashes_of(folder, home, store)
    if is_current(folder, hashes, warehouse):
        return unchanged(folder, warehouse)
    plan, files = loaded(study, home)
    parts = analysed(plan, warehouse, tuple(computations()))
    failed = any(p.status == "failed" for p in parts)
    away = withdrawn(plan.study_id, warehouse)
    at = publish_study(plan.study_id, plan.state, warehouse, is_complete=not failed)
    shown = published(plan.study_id, warehouse)
    return Summary(
        plan.study_id,
        tuple(files),
        analyse.in_order(parts),
        unchanged_count=plan.unchanged_count,
        published_at=at,
        withdrawn=away,
        figure_count=shown.figure_count,
        figure_folder=shown.figure_folder,
        report_path=shown.report_path,
    )
