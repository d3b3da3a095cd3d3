"""What people decide about files: exclude a well, retract a file, take it back. Nothing is deleted."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping
from pathlib import Path

from schemas.base import tables
from schemas.errors import UserError
from tasks.engine import features
from tasks.engine.publish import act_marker
from tasks.engine.study_files import StudyFolder
from tasks.methods.grids import well_name
from tasks.methods.sheets import read_sheet
from warehouse import acts, ledger
from warehouse.objects import ObjectStore
from warehouse.plan import is_fact
from warehouse.store import Session, Warehouse

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def retract(folder: StudyFolder, warehouse: Warehouse, store: ObjectStore, file: str, reason: str) -> str:
    """Take a file's rows out of analysis for good; its bytes stay. Gives the file's name in the study.

    Raises ``UserError`` when the study has no such file.
    """
    study_id = folder.study.study_id
    with warehouse.open(f"retract {file}") as session, session.transaction():
        name, object_id = _find(session, study_id, file)
        act = acts.record(session, store, study_id, "retract", file=name, well=None, reason=reason, object_id=object_id)
        key = {"study_id": [study_id], "object_id": [object_id], "file_name": [name]}
        known, sheet = session.read(ledger.LEDGER, key).row(0, named=True), folder.study.file_row(name)
        entry = ledger.unread(known, "retracted", f"retracted: {reason}")
        ledger.write(session, study_id, [{**entry, "assay": (sheet.assay if sheet else None) or ""}])
        if known["status"] == "loaded":  # otherwise the rows are those of another file with the same bytes
            ledger.drop_rows(session, study_id, [object_id])
            features.prune(session, study_id)
        _mark(warehouse, study_id, act)
    return name


def reactivate(folder: StudyFolder, warehouse: Warehouse, store: ObjectStore, file: str, reason: str) -> str:
    """Take a retracted file back: the next run reads it again. Gives the file's name in the study.

    Raises ``UserError`` when no such file is retracted, or when it lies in the study folder no more.
    """
    study_id = folder.study.study_id
    with warehouse.open(f"reactivate {file}") as session, session.transaction():
        name, object_id = _find(session, study_id, file, of_retracted=True)
        if name not in folder.landing:
            raise UserError(f"{name} is not in the study folder any more. Put it back there, then reactivate it.")
        act = acts.record(
            session, store, study_id, "reactivate", file=name, well=None, reason=reason, object_id=object_id
        )
        _mark(warehouse, study_id, act)
    return name


def exclude(
    folder: StudyFolder, warehouse: Warehouse, store: ObjectStore, file: str, well: str | None, reason: str
) -> str:
    """Leave a well or a whole file out of analysis; it stays in the core tables. Appends to exclusions.csv.

    Raises ``UserError`` when the study has no such file, or nothing was read from such a well of it.
    """
    study_id = folder.study.study_id
    with warehouse.open(f"exclude {file}") as session, session.transaction():
        name, object_id = _find(session, study_id, file)
        if well is not None:
            well = _find_well(session, study_id, name, object_id, well)
        if not any((e.file, e.well, e.sample) == (name, well, None) for e in folder.study.exclusions):
            row = {"file": name, "well": well or "", "sample": "", "reason": reason}
            _append(folder.path / "exclusions.csv", row)
        act = acts.record(session, store, study_id, "exclude", file=name, well=well, reason=reason, object_id=object_id)
        _mark(warehouse, study_id, act)
    return name


def _append(path: Path, row: Mapping[str, str]) -> None:
    """Add a row to exclusions.csv under its own header, separated as the sheet is; writes the sheet where none is.

    Raises ``UserError`` for a sheet that is no UTF-8 or lacks a column that the row needs.
    """
    data = path.read_bytes() if path.exists() else b""
    sheet = read_sheet(path.name, data, tuple(row), (), is_open=True)
    columns = sheet.columns or tuple(row)
    if data.startswith(UTF16) or any(value and column not in columns for column, value in row.items()):
        raise UserError(f"{path.name}: save it as CSV UTF-8 with the columns {','.join(row)}, then exclude again.")
    line = io.StringIO()
    writer = csv.writer(line, delimiter=sheet.delimiter, lineterminator="\n")
    if not sheet.columns:
        writer.writerow(columns)
    elif not data.endswith((b"\n", b"\r")):
        line.write("\n")
    writer.writerow([row.get(column, "") for column in columns])
    with path.open("a", newline="", encoding="utf-8") as stream:
        stream.write(line.getvalue())


def _find(session: Session, study_id: str, file: str, *, of_retracted: bool = False) -> tuple[str, str]:
    rows = session.query(
        "SELECT file_name, object_id FROM core.raw_objects "
        "WHERE study_id = ? AND status <> 'superseded' AND (status = 'retracted') = ? "
        "AND (file_name = ? OR ends_with(file_name, '/' || ?)) ORDER BY file_name, received_at DESC",
        [study_id, of_retracted, file, file],
    )
    names = list(dict.fromkeys(rows["file_name"]))
    if len(names) != 1:  # of one name, the newest bytes
        what = "no retracted file of this name" if of_retracted else "no such file"
        found = what if not names else f"several: {', '.join(names)}"
        view = "mart.quarantine" if of_retracted else "core.raw_objects"
        raise UserError(
            f"{file}: {found} in study {study_id}. Give the path as it stands in the study folder, "
            f'such as landing/plate1.txt; `benchlake sql "FROM {view}"` lists them.'
        )
    return rows.row(0)[:2]


def _find_well(session: Session, study_id: str, name: str, object_id: str, well: str) -> str:
    wanted, where = well_name(well) or well, {"study_id": [study_id], "object_id": [object_id]}
    facts = [t for t, table in tables().items() if is_fact(t) and "well" in table.model_fields]
    if not any(session.read(t, {**where, "well": [wanted]}, ["well"], distinct=True).height for t in facts):
        raise UserError(
            f"Nothing was read from a well {well} of {name}. Give the well as the plate has it, such as B03."
        )
    return wanted


def _mark(warehouse: Warehouse, study_id: str, act: str) -> None:
    """Make the next run look; before the commit, so that no act goes unseen when this process is killed."""
    marker = act_marker(warehouse, study_id)
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(act)
