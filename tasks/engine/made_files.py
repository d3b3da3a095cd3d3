"""Files that a study makes itself and reads like raw ones: the list of its circRNAs, for a genome to give sequences."""

from __future__ import annotations

from dataclasses import replace

from schemas.study import Study
from tasks.engine.study_files import StudyFolder
from tasks.methods.circrna_lists import LIST, circrna_list
from warehouse.landing import FoundFile, describe
from warehouse.store import Warehouse

_CIRCRNAS = {"library": ["circrna"]}


def makes_files(study: Study) -> bool:
    """Whether what is loaded decides which further files are to be read."""
    return study.file_row(LIST) is not None


def with_made_files(folder: StudyFolder, warehouse: Warehouse) -> StudyFolder:
    """The folder with the list of the circRNAs that are loaded now; the same folder where none is wanted or loaded."""
    file = _circrna_list(folder.study, warehouse) if makes_files(folder.study) else None
    return replace(folder, landing={**folder.landing, LIST: file}) if file else folder


def _circrna_list(study: Study, warehouse: Warehouse) -> FoundFile | None:
    with warehouse.open(f"list circRNAs of {study.study_id}") as session:
        scope = {"study_id": [study.study_id], **_CIRCRNAS}
        ids = session.read("core.features", scope, ["feature_id"])["feature_id"]
    if ids.is_empty():
        return None
    data, path = circrna_list(ids), warehouse.home / "work" / study.study_id / LIST
    if not path.is_file() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return describe(path, LIST)
