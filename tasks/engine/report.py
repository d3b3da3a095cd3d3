"""The report of a study: read, assembled, written beside its figures."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from logging import getLogger
from pathlib import Path

import polars as pl
from PIL import Image

from schemas.study import StudyYaml
from tasks.contracts import figures as kinds
from tasks.methods.report_assembly import FIGURES, RUNS, assemble, described, wanted
from tasks.methods.report_blocks import sections
from tasks.methods.report_page import Cover, Embedded, data_address, page
from warehouse.objects import writing
from warehouse.store import Session, Warehouse

log = getLogger(__name__)
STUDIES = "core.studies"
SVG_BYTES, CSV_BYTES = 60_000, 40_000  # larger ones are a PNG, or a file beside the page
WIDEST_PX, COLOURS = 1400, 255
PX_PER_MM = 5.0  # on a screen: a column of 85 mm is 425 px


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
        table: session.read(table, where, columns or None)
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
    return page(cover, chapters, embedded(contents.frames[FIGURES].iter_rows(named=True), contents.files))


def embedded(rows: Iterable[Mapping[str, float]], files: Mapping[str, Path]) -> dict[str, Embedded]:
    """Figures as the page holds them: small SVG as they are, others as a PNG for the screen."""
    found = {}
    for row in rows:
        stem = str(row["stem"])
        svg, png, csv = (files[stem].with_name(f"{stem}{suffix}") for suffix in (".svg", ".png", ".csv"))
        beside = f"figures/{stem}"
        is_small = svg.stat().st_size <= SVG_BYTES
        found[stem] = Embedded(
            image=data_address("image/svg+xml", svg.read_bytes())
            if is_small
            else data_address("image/png", small(png)),
            source=data_address("text/csv", csv.read_bytes()) if csv.stat().st_size <= CSV_BYTES else f"{beside}.csv",
            width_px=round(row["width_mm"] * PX_PER_MM),
            height_px=round(row["height_mm"] * PX_PER_MM),
            png=f"{beside}.png",
            svg=f"{beside}.svg",
        )
    return found


def small(png: Path) -> bytes:
    """A picture of print size for the screen: at most ``WIDEST_PX`` wide, of few colours."""
    with Image.open(png) as picture:
        flat = picture.convert("RGB")
        flat.thumbnail((WIDEST_PX, 2 * WIDEST_PX))
        stream = io.BytesIO()
        flat.quantize(COLOURS, dither=Image.Dither.NONE).save(stream, format="PNG", optimize=True)
    return stream.getvalue()


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
    log.info("report of %s written: %.1f MB", study_id, len(data) / 1e6)
    return target
