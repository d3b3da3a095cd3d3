"""A published study into a folder of the user's, in a format of other programs."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from logging import getLogger
from pathlib import Path

import polars as pl

from schemas.errors import TransientError, UserError
from tasks.contracts import discover
from tasks.engine.study_files import read_folder, resolve
from tasks.methods.published_study import Export, Published
from warehouse import ddl, upgrade
from warehouse.objects import ObjectStore, writing
from warehouse.store import Session, Warehouse
from warehouse.swap import swap_folder

log = getLogger(__name__)
MARK = ".benchlake-export.json"  # in a folder that an export made: what it wrote, so that nothing else is overwritten
OTHER = "Give a new folder, or empty this one."
LIBRARIES = ("benchlake", "duckdb", "numpy", "polars", "pydeseq2", "scipy")


@cache
def formats() -> dict[str, Export]:
    """Every format of ``tasks.exports`` by its name."""
    return dict(sorted(discover("tasks.exports", "EXPORT", Export).items()))


def export(study: str, format_name: str, folder: Path, warehouse: Warehouse, store: ObjectStore) -> list[Path]:
    """Write a study as the snapshot shows it; give the files. The folder appears whole or stays as it was.

    A folder that an export of the same study and format made is replaced, unless somebody changed it since. Raises
    ``UserError`` for an unknown format or study, and for a folder that holds anything else or lies among raw files.
    """
    if format_name not in formats():
        raise UserError(f"There is no format {format_name!r}. Choose one of {', '.join(formats())} with --format.")
    target = folder.expanduser().resolve()
    with warehouse.snapshot() as session:
        if upgrade.declared_in(session.connection) != ddl.digest():
            raise UserError(
                f"The snapshot in {warehouse.home} was published by another version of benchlake, with other tables. "
                f"Run `benchlake run {study}` first."
            )
        published = _published(_study_id(study, session, warehouse), session, warehouse, store)
        mark = {"study_id": published.study_id, "format": format_name}
        _refuse_foreign(target, folder, mark)
        if target.is_relative_to(Path(published.read("core.studies")["path"][0]) / "landing"):
            raise UserError(
                f"{folder} is among the study's raw files: the next run would read the export. Give a folder elsewhere."
            )
        draft = target.parent / f".{target.name}.draft-{os.getpid()}"
        try:
            with writing(target.parent):
                shutil.rmtree(draft, ignore_errors=True)
                draft.mkdir(parents=True)
                formats()[format_name].write(published, draft)
                files = {name: _sha256(draft / name) for name in _listed(draft)}
                (draft / MARK).write_text(json.dumps({**mark, "files": files}, indent=1), "utf-8")
            _refuse_moved(published, warehouse)
            swap_folder(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    log.info("%s exported as %s: %d files in %s", published.study_id, format_name, len(files), folder)
    return [folder / name for name in files]


def _published(study_id: str, session: Session, warehouse: Warehouse, store: ObjectStore) -> Published:
    def read(table: str) -> pl.DataFrame:
        return session.read(table, {"study_id": [study_id]})

    return Published(
        study_id,
        read("ops.publications")["published_at"][0],
        {**{name: version(name) for name in LIBRARIES}, "Python": platform.python_version()},
        read,
        store.fetch,
        warehouse.home / "studies" / study_id,
    )


def _study_id(study: str, session: Session, warehouse: Warehouse) -> str:
    """Id of a published study, given as id or folder."""
    known = session.read("core.studies", {}, ["study_id"])["study_id"].sort().to_list()
    if study in known and not (Path(study) / "study.yaml").is_file():
        return study
    found = read_folder(resolve(study, warehouse)).study.study_id
    if found not in known:
        raise UserError(f"{found} is not published yet. Run `benchlake run {study}` first.")
    return found


def _refuse_moved(published: Published, warehouse: Warehouse) -> None:
    """Files beside the snapshot (figures, report) may be a later night's by now."""
    with warehouse.snapshot() as session:
        now = session.read("ops.publications", {"study_id": [published.study_id]}, ["published_at"])
    if now["published_at"].to_list() != [published.published_at]:
        raise TransientError(f"{published.study_id} was published anew while it was exported.")


def _refuse_foreign(target: Path, folder: Path, mark: Mapping[str, str]) -> None:
    """Raise ``UserError`` for a folder with anything in it that is not this export's, untouched."""
    if target.exists() and not target.is_dir():
        raise UserError(f"{folder} is a file, not a folder. {OTHER}")
    if not target.is_dir() or not any(target.iterdir()):
        return
    try:
        made = json.loads((target / MARK).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        raise UserError(f"{folder} is not empty, and no export made it. {OTHER}") from None
    if {k: made.get(k) for k in mark} != mark:
        raise UserError(f"{folder} holds the {made.get('format')} export of {made.get('study_id')}. {OTHER}")
    for name in _listed(target):
        if name != MARK and made["files"].get(name) != _sha256(target / name):
            raise UserError(f"{folder} holds {name}, which was added or changed since the export. {OTHER}")


def _listed(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir() or p.is_symlink())


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
