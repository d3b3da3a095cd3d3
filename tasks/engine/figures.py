"""Figures as computations: drawn when their inputs changed, kept by content, swapped whole for people to see."""

from __future__ import annotations

import shutil
import time
from functools import cache, wraps
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import Problem, Severity, UserError
from schemas.tables.figures import Figure as FigureTable
from tasks.contracts import Analysis, Computed, Figure, Part, analyses, figures
from tasks.engine.outcomes import FIGURE
from tasks.methods.figure_files import SUFFIXES, rendered, stem
from tasks.methods.figure_style import house_style
from tasks.methods.result_frames import result_frame
from warehouse import runs
from warehouse.swap import swap_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from warehouse.plan import PartPlan
    from warehouse.store import Session, Warehouse

log = getLogger(__name__)
TABLE = "result.figures"
YOUNG_S = 24 * 3600.0


@cache
def computations() -> dict[str, Analysis]:
    """Every analysis by name, each after those whose tables it reads; then every kind of figure."""
    drawn = {item.name: item for item in map(as_analysis, figures().values())}
    return {**analyses(), **drawn}


def as_analysis(figure: Figure) -> Analysis:
    """A kind of figure as the computation of its rows of ``result.figures`` and of the files that they name."""

    @wraps(figure.draw)  # the code that a fingerprint looks at is the figure's own
    def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
        return picture(figure, part, frames)

    return Analysis(
        name=f"{FIGURE}{figure.name}",
        reads=figure.reads,
        writes=(TABLE,),
        parts=figure.parts,
        run=run,
        libraries=("matplotlib", "numpy", *figure.libraries),
        parts_per_step=20,
    )


def picture(figure: Figure, part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Draw one picture: its row, its files by key, and letters that could not be drawn."""
    with house_style():
        drawing = figure.draw(part, frames)
        if isinstance(drawing, str):
            return Computed({TABLE: result_frame([], FigureTable)}, nothing=drawing)
        made = rendered(drawing)
    name = stem(figure.name, part.key)
    key = f"derived/{made.sha256}"
    row = {
        "figure": figure.name,
        "part": part.key,
        "stem": name,
        "title": drawing.title,
        "caption": drawing.caption,
        "alt": drawing.alt,
        "width_mm": round(made.width_mm, 1),
        "height_mm": round(made.height_mm, 1),
        "source_row_count": drawing.source.height,
        "object_key": key,
    }
    files = {f"{key}/{name}{suffix}": data for suffix, data in made.files.items()}
    return Computed({TABLE: result_frame([row], FigureTable)}, _unknown_letters(name, made.missing_letters), files)


def _unknown_letters(name: str, missing: str) -> tuple[Problem, ...]:
    if not missing:
        return ()
    found = Problem(
        Severity.WARNING,
        f"figures/{name}.png",
        "",
        "",
        "letters_not_drawn",
        f"no installed font has {missing!r}: boxes stand in their place (the .svg has the letters)",
        "Install a font that has them (for Chinese fonts-noto-cjk), or write the labels of study.yaml otherwise.",
    )
    return (found,)


def forget_lost(session: Session, study_id: str, plans: list[PartPlan]) -> bool:
    """Write down that files of current figures are gone from the home, so that they are drawn again.

    Gives whether there were any. Call it inside a transaction.
    """
    rows = session.read(TABLE, {"study_id": [study_id]}, ["run_id", "object_key", "stem"])
    lost = {run for run, key, name in rows.iter_rows() if not all(p.exists() for p in _paths(session.home, key, name))}
    for plan in plans:
        if plan.state == "current" and plan.previous_run in lost:
            log.warning("files of %s are gone from %s; it is drawn again", plan.label, session.home / "objects")
            runs.record_loss(session, plan, computations()[plan.analysis])
    return bool(lost)


def _drop_old(home: Path, named: set[str]) -> None:
    """Delete pictures that no row names; young ones may be those that another study is about to name."""
    derived = home / "objects" / "derived"
    for place in derived.iterdir() if derived.exists() else ():
        is_old = place.stat().st_mtime < time.time() - YOUNG_S
        if is_old and f"derived/{place.name}" not in named and any(place.glob("*.svg")):
            shutil.rmtree(place)


def _paths(home: Path, key: str, name: str) -> list[Path]:
    return [home / "objects" / key / f"{name}{suffix}" for suffix in SUFFIXES]


def folder(study_id: str, home: Path) -> Path:
    """Where people find a study's figures."""
    return home / "studies" / study_id / "figures"


def show(study_id: str, warehouse: Warehouse) -> int:
    """Put every figure of the study into its folder, which is swapped whole; give their number.

    They are copies: who edits one in place changes no object.
    Raises ``UserError`` when a file is gone from the home's objects.
    """
    with warehouse.open(f"figures of {study_id}") as session:
        rows = session.read(TABLE, {"study_id": [study_id]}, ["object_key", "stem"]).sort("stem")
        _drop_old(warehouse.home, set(session.read(TABLE, {}, ["object_key"], distinct=True)["object_key"]))
    target = folder(study_id, warehouse.home)
    if not rows.height and not target.exists():
        return 0
    draft = warehouse.home / "work" / f"figures.{study_id}.draft"
    shutil.rmtree(draft, ignore_errors=True)  # of a night that was killed
    draft.mkdir(parents=True)
    for key, name in rows.iter_rows():
        for path in _paths(warehouse.home, key, name):
            try:
                shutil.copyfile(path, draft / path.name)
            except FileNotFoundError as error:
                raise UserError(
                    f"{path} is gone. Run `benchlake run {study_id}`: it draws again what is lost."
                ) from error
    swap_folder(draft, target)
    log.info("figures of %s shown: %d", study_id, rows.height)
    return rows.height
