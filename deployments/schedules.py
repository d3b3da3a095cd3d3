"""One schedule per registered study on the one nightly deployment, kept as study.yaml says."""

from __future__ import annotations

from collections.abc import Mapping
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import yaml
from pydantic import ValidationError

from schemas.bench_options import Schedule

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient

log = getLogger(__name__)


def schedule_of(folder: Path) -> Schedule | None:
    """The schedule in a study folder's study.yaml, daily at 02:00 where it names none.

    Null, with a warning, where the file or its schedule cannot be read: the schedule that
    stands then stays as it is.
    """
    path = folder / "study.yaml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
        return Schedule.model_validate((content or {}).get("schedule") or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError, AttributeError) as error:
        log.warning("schedule not read from %s: %s; its schedule stays as it is", path, str(error).splitlines()[0])
        return None


async def reconcile(client: PrefectClient, deployment_id: UUID, studies: Mapping[str, Path]) -> list[str]:
    """Make the deployment's schedules those of ``studies`` (study_id to folder); say what was changed.

    A schedule's slug is its study_id. Schedules that people added in the UI for other
    parameters, and whether a schedule is paused there, are left alone. Pausing one in the UI
    wipes its parameters (Prefect 3.8); they are put back.
    """
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import CronSchedule

    standing = {s.slug: s for s in await client.read_deployment_schedules(deployment_id) if _is_ours(s)}
    done: list[str] = []
    for study_id, folder in sorted(studies.items()):
        wanted, found = schedule_of(folder), standing.get(study_id)
        if wanted is None:
            continue
        try:
            cron = CronSchedule(cron=wanted.cron, timezone=wanted.timezone)
        except ValueError as error:
            log.warning("study %s has no valid schedule in study.yaml: %s", study_id, _sentence(error))
            continue
        if found is None:
            create = DeploymentScheduleCreate(schedule=cron, parameters=_parameters(study_id), slug=study_id)
            await client.create_deployment_schedules(deployment_id, [create])
            done.append(f"{study_id} scheduled at {wanted.cron} {wanted.timezone}")
        elif found.schedule != cron or found.parameters != _parameters(study_id):
            # Always with parameters: the server takes an update without them for one that empties them.
            await client.update_deployment_schedule(
                deployment_id, found.id, schedule=cron, parameters=_parameters(study_id)
            )
            done.append(f"{study_id} rescheduled at {wanted.cron} {wanted.timezone}")
    for slug in sorted(set(standing) - set(studies) - {None}, key=str):
        await client.delete_deployment_schedule(deployment_id, standing[slug].id)
        done.append(f"{slug} no longer scheduled")
    for line in done:
        log.info("%s", line)
    return done


def _parameters(study_id: str) -> dict[str, Any]:
    return {"request": {"study": study_id}}


def _is_ours(schedule: Any) -> bool:  # noqa: ANN401 - Prefect's, imported late
    return bool(schedule.slug) and schedule.parameters in (_parameters(schedule.slug), {})


def _sentence(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(e["msg"] for e in error.errors())
    return str(error)
