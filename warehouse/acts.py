"""Acts of people (retract, exclude, freeze, …): write-once objects, and rows of ``ops.audit``.

The object store holds them too, so that a lost warehouse is rebuilt with every decision in it.
"""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import Any

import polars as pl

from schemas.polars_schema import schema
from schemas.tables.audit import Act
from warehouse.objects import ObjectStore
from warehouse.plan import digest
from warehouse.store import Session

AUDIT = "ops.audit"


def record(
    session: Session,
    store: ObjectStore,
    study_id: str,
    act: str,
    *,
    file: str | None,
    well: str | None,
    reason: str,
    object_id: str | None = None,
    label: str | None = None,
) -> str:
    """Write an act to the object store, then to the audit table, and give its id; call it inside a transaction."""
    row: dict[str, Any] = {
        "study_id": study_id,
        "act": act,
        "file_name": file,
        "object_id": object_id,
        "well": well,
        "label": label,
        "reason": reason,
        "actor": getpass.getuser(),
        "acted_at": datetime.now(UTC),
    }
    row = {"act_id": digest(row), **row}
    store.put_bytes(json.dumps(row, default=str, ensure_ascii=False).encode(), "acts", row["act_id"])
    session.insert(AUDIT, pl.DataFrame([row], schema=schema(Act)))
    return str(row["act_id"])


def recall(session: Session, store: ObjectStore, study_id: str) -> None:
    """Bring acts that only the object store knows into the audit table (after the warehouse was lost)."""
    known = set(session.read(AUDIT, {}, ["act_id"])["act_id"].to_list())
    rows = []
    for name in store.keys("acts/"):
        if name.rsplit("/", 1)[-1] not in known:
            row = json.loads(store.read(name))
            if row["study_id"] == study_id:
                rows.append({**row, "acted_at": datetime.fromisoformat(row["acted_at"])})
    if rows:
        session.insert(AUDIT, pl.DataFrame(rows, schema=schema(Act)))


def retracted(session: Session, study_id: str) -> dict[tuple[str, str], str]:
    """Reason by file name and bytes for what is retracted and not reactivated since."""
    acts = session.query(
        "SELECT file_name, object_id, act, reason FROM ops.audit "
        "WHERE study_id = ? AND act IN ('retract', 'reactivate') ORDER BY acted_at, act_id",
        [study_id],
    )
    found: dict[tuple[str, str], str] = {}
    for name, object_id, act, reason in acts.iter_rows():
        if act == "retract":
            found[name, object_id] = reason
        else:
            found.pop((name, object_id), None)
    return found
