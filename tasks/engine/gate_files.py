"""``core.gate_files``: the file of gates that study.yaml names, for the analyses that gate by it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from schemas.errors import BadInputError, Problem
from schemas.polars_schema import schema
from schemas.tables.gate_files import GateFile
from tasks.engine.study_files import StudyFolder
from tasks.methods.gates_files import read_gates
from warehouse.store import Session

KEY = "flow.gating"
MOST_BYTES = 256 * 2**20


def refresh(session: Session, folder: StudyFolder, hashes: Mapping[str, str]) -> None:
    """Put the file as it is now in the place of what was known; call it inside a transaction."""
    session.replace(GateFile.table_name, {"study_id": [folder.study.study_id]}, frame(folder, hashes))


def frame(folder: StudyFolder, hashes: Mapping[str, str]) -> pl.DataFrame:
    """``core.gate_files`` of the study; ``hashes`` by name of file.

    A file beyond 256 MiB holds more than gates and is left out: analyses say that it is not there.
    """
    file = folder.references.get(KEY)
    rows = []
    if file and file.size <= MOST_BYTES:
        content = Path(file.path).read_bytes()
        rows = [
            {
                "study_id": folder.study.study_id,
                "file_name": file.name,
                "sha256": hashes[file.name],
                "content": content,
            }
        ]
    return pl.DataFrame(rows, schema=schema(GateFile), orient="row")


def problems(folder: StudyFolder) -> tuple[Problem, ...]:
    """Why the study's gates cannot be used; empty where they can, or where it names none."""
    file = folder.references.get(KEY)
    if file is None or file.size > MOST_BYTES:
        return ()
    try:
        read_gates(Path(file.path).read_bytes(), file.name)
    except BadInputError as error:
        return error.problems
    return ()
