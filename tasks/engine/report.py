"""The report of a study: read, assembled, written beside its figures."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from logging import getLogger
from pathlib import Path

import polars as pl

from schemas.base import declared
from schemas.study_yaml import StudyYaml
from tasks.contracts import figures as kinds
from tasks.methods.figure_files import SUFFIXES
from tasks.methods.page_pictures import Files, embedded
from tasks.methods.report_assembly import FIGURES, RUNS, assemble, described, wanted
from tasks.methods.report_blocks import sections
from tasks.methods.report_page import Cover, page
from warehouse.durable import sync_folder
from warehouse.objects import writing
from warehouse.store import Session, Warehouse

log = getLogger(__name__)
STUDIES = "core.studies"


@dataclass(frozen=True)
class Contents:
    """What one study's report is made from, as read at one moment."""

    study: StudyYaml
    frames: Mapping[str, pl.DataFrame]
    files: Mapping[str, Path]  # of every figure, without ending, by stem


def path(study_id: str, home: Path) -> Path:
    """Where people find a study's report."""
    return home / "studies" / study_id / "report.html"


def read(session: Session, study_id: str) -> Contents:
    """Everything that the sections want of one study."""
    where = {"study_id": [study_id]}
    chosen = sections()
    frames = {
        table: _sorted(session.read(table, where, columns or None), declared()[table].key)
        for table, columns in wanted(chosen).items()
        if table != FIGURES
    }
    drawn = session.read(FIGURES, where).sort("stem")
    runs = session.read(RUNS, where | {"run_id": drawn["run_id"].to_list()}, ["run_id", "parameters"], distinct=True)
    reads = {name: tuple(kind.reads) for name, kind in kinds().items()}
    frames[FIGURES] = described(drawn, dict(runs.iter_rows()), reads, chosen)
    (manifest,) = session.read(STUDIES, where, ["manifest"])["manifest"]
    files = {
        stem: session.home / "objects" / key / stem for key, stem in drawn.select("object_key", "stem").iter_rows()
    }
    return Contents(StudyYaml.model_validate_json(manifest), frames, files)


def _sorted(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Rows by what is known of their key: the same rows make the same page."""
    known = [column for column in key if column in frame.columns]
    return frame.sort(known, maintain_order=True) if known else frame


def html(contents: Contents, now: datetime) -> str:
    """The page of what was read."""
    study = contents.study
    cover = Cover(
        study_id=study.study_id,
        title=study.title or study.study_id,
        organism=study.organism,
        published=f"published {now:%Y-%m-%d %H:%M} UTC",
        version=version("benchlake"),
        is_simulated=study.is_simulated,
    )
    chapters = assemble(study, contents.frames, sections())
    drawn = {row["stem"]: _files(row, contents.files[row["stem"]]) for row in contents.frames[FIGURES].to_dicts()}
    return page(cover, chapters, embedded(drawn))


def _files(row: Mapping[str, float], place: Path) -> Files:
    svg, png, csv = (place.with_name(f"{place.name}{suffix}").read_bytes() for suffix in SUFFIXES)
    return Files(svg, png, csv, row["width_mm"], row["height_mm"])


def show(study_id: str, warehouse: Warehouse, now: datetime) -> Path:
    """Write the study's report as of ``now``; readers see the old page or the new one, never half of one.

    Raises ``UserError`` or ``TransientError`` as every failure to write does.
    """
    with warehouse.open(f"report of {study_id}") as session:
        contents = read(session, study_id)
    data = html(contents, now).encode()
    target = path(study_id, warehouse.home)
    draft = warehouse.home / "work" / f"report.{study_id}.draft.html"
    with writing(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.parent.mkdir(exist_ok=True)
        with draft.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
        sync_folder(target.parent)
    log.info("report of %s written: %.1f MB", study_id, len(data) / 1e6)
    return target
