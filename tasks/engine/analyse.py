"""Core tables to result tables: plan under a short lock, compute without it, replace under it again."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from logging import getLogger
from pathlib import Path

import polars as pl

from schemas.errors import BadInputError, Severity
from schemas.study import Study
from tasks.contracts import Analysis, Computed
from tasks.engine import figures
from tasks.engine.figures import computations
from tasks.engine.outcomes import PartOutcome
from tasks.engine.problems import problem_rows, said
from tasks.engine.study_files import read_folder, require_registered
from warehouse import derived, runs
from warehouse.plan import PartPlan, plan
from warehouse.store import Session, Warehouse

log = getLogger(__name__)
RETRIES_WHEN_INPUTS_MOVE = 3
ALL = "all parts"  # of a kind of figure that could not say them
ENDED = "its files were retracted or replaced, or the sheets name it no more: its rows are gone"


@dataclass(frozen=True)
class Wave:
    """Parts that can be computed now, what is said of the others, and analyses that wait for what is computed."""

    plans: tuple[PartPlan, ...]
    settled: tuple[PartOutcome, ...]
    waiting: tuple[str, ...]

    @property
    def steps(self) -> list[tuple[PartPlan, ...]]:
        """Parts that are computed in one step together."""
        found: list[tuple[PartPlan, ...]] = []
        for name, plans in groupby(self.plans, key=lambda p: p.analysis):
            parts, size = tuple(plans), computations()[name].parts_per_step
            found += [parts[i : i + size] for i in range(0, len(parts), size)]
        return found


def plan_wave(names: Sequence[str], path: str, warehouse: Warehouse) -> Wave:
    """Plan analyses, given in the order of what they read; those that read what must first be computed wait.

    A night in which little changed opens the warehouse and reads the sheets a few times, not once an analysis.
    """
    study = read_folder(Path(path)).study
    plans: list[PartPlan] = []
    settled: list[PartOutcome] = []
    waiting: list[str] = []
    moving: set[str] = set()  # tables of which rows are about to be replaced
    with warehouse.open("plan analyses") as session, session.transaction():
        require_registered(session, study.study_id)
        blocked = runs.blocked(session, study.study_id)
        for name in names:
            analysis = computations()[name]
            if moving & analysis.reads.keys():
                waiting.append(name)
                moving |= set(analysis.writes)
                continue
            to_run, outcomes = _plan(session, analysis, study, blocked)
            plans += to_run
            settled += outcomes
            moving |= set(analysis.writes if to_run else ())
    return Wave(tuple(plans), tuple(settled), tuple(waiting))


def _plan(
    session: Session, analysis: Analysis, study: Study, blocked: Mapping[str, str]
) -> tuple[list[PartPlan], list[PartOutcome]]:
    """What of an analysis must be computed, and what is said of the parts that need not or cannot."""
    name, plans = analysis.name, planned(session, analysis, study, blocked)
    if isinstance(plans, PartOutcome):
        return [], [plans]
    if figures.TABLE in analysis.writes and figures.forget_lost(session, study.study_id, plans):
        plans = plan(session, analysis, study, blocked)
    ended = runs.retire(session, analysis, study.study_id, plans)
    whys = {p.part.key: p.part.skip or p.refusal for p in plans if not p.must_run}
    settled = [PartOutcome(name, key, "skipped" if why else "current", 0, why) for key, why in whys.items()]
    settled += [PartOutcome(name, key, "ended", 0, ENDED) for key in ended]
    return [p for p in plans if p.must_run], settled


def planned(
    session: Session, analysis: Analysis, study: Study, blocked: Mapping[str, str]
) -> list[PartPlan] | PartOutcome:
    """Parts of an analysis; where a kind of figure cannot say its parts, that is written down and all that fails."""
    try:
        return plan(session, analysis, study, blocked)
    except Exception as error:
        if figures.TABLE not in analysis.writes:
            raise
        log.exception("%s has no plan", analysis.name)
        reason = f"its parts could not be told: {type(error).__name__}: {error}"
        runs.record_unplanned(session, analysis, study.study_id, ALL, reason)
        return PartOutcome(analysis.name, ALL, "failed", 0, reason)


def in_order(outcomes: Sequence[PartOutcome]) -> tuple[PartOutcome, ...]:
    """Outcomes in the order of the analyses, whichever wave they came in."""
    place = {name: index for index, name in enumerate(computations())}
    return tuple(sorted(outcomes, key=lambda o: place[o.analysis]))


def run_parts(plans: Sequence[PartPlan], path: str, warehouse: Warehouse) -> list[PartOutcome]:
    """Compute the parts and replace their rows; parts whose inputs moved meanwhile are computed again."""
    outcomes: list[PartOutcome] = []
    waiting = list(plans)
    for _ in range(RETRIES_WHEN_INPUTS_MOVE):
        if not waiting:
            break
        done, waiting = _attempt(waiting, path, warehouse)
        outcomes += done
    return outcomes + [
        PartOutcome(p.analysis, p.part.key, "failed", 0, "its inputs kept changing while it was computed; run again")
        for p in waiting
    ]


def _attempt(plans: Sequence[PartPlan], path: str, warehouse: Warehouse) -> tuple[list[PartOutcome], list[PartPlan]]:
    analysis = computations()[plans[0].analysis]
    with warehouse.open(f"read for {analysis.name}") as session:
        frames = [runs.inputs(session, analysis, p) for p in plans]
    results = []
    for part_plan, found in zip(plans, frames, strict=True):
        started, clock = datetime.now(UTC), time.perf_counter()
        result = _compute(analysis, part_plan, found)
        if isinstance(result, Computed):
            derived.keep_files(result.files, warehouse.home)
        results.append((part_plan, result, started, time.perf_counter() - clock))
    outcomes, moved = [], []
    study = read_folder(Path(path)).study
    with warehouse.open(f"replace {analysis.name}") as session, session.transaction():
        today = {p.part.key: p for p in plan(session, analysis, study, runs.blocked(session, study.study_id))}
        for part_plan, result, started, seconds in results:
            now = today.get(part_plan.part.key)
            if now is None or not now.must_run:
                continue  # gone, or computed by another run meanwhile
            if now.fingerprint == part_plan.fingerprint:
                outcomes.append(_write(session, analysis, now, result, started, seconds))
            else:
                moved.append(now)
    return outcomes, moved


def _compute(analysis: Analysis, part_plan: PartPlan, frames: Mapping[str, pl.DataFrame]) -> Computed | Exception:
    log.info("computing %s", part_plan.label)
    try:
        return analysis.run(part_plan.part, frames)
    except Exception as error:
        if not isinstance(error, BadInputError):
            log.exception("%s failed", part_plan.label)
        return error


def _write(
    session: Session,
    analysis: Analysis,
    part_plan: PartPlan,
    result: Computed | Exception,
    started: datetime,
    seconds: float,
) -> PartOutcome:
    key, study_id = part_plan.part.key, part_plan.study_id
    source = f"{analysis.name}/{key}"
    problems = said(analysis, key, result) if isinstance(result, Computed | BadInputError) else ()
    session.replace(
        "ops.validation_results",
        {"study_id": [study_id], "source": [source]},
        problem_rows(study_id, source, problems, datetime.now(UTC)),
    )
    if isinstance(result, Computed):
        refusal = result.nothing or _refusal(result)
        rows, more = runs.replace(session, analysis, part_plan, result, started, refusal)
        log.info("analysed %s rows=%d run=%s", part_plan.label, rows, part_plan.fingerprint[:12])
        return PartOutcome(analysis.name, key, "skipped" if refusal else "done", rows, refusal, seconds, more)
    reason = str(result) if isinstance(result, BadInputError) else f"{type(result).__name__}: {result}"
    runs.record(session, part_plan, "failed", reason, started, 0, analysis)
    return PartOutcome(analysis.name, key, "failed", 0, reason, seconds)


def _refusal(result: Computed) -> str | None:
    """The problem for which an analysis gave no row at all; null where it gave some, or had nothing to say."""
    found = [str(p) for p in result.problems if p.severity is not Severity.WARNING]
    return found[0] if found and not any(frame.height for frame in result.frames.values()) else None
