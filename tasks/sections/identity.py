"""Whether stem cells and exosomes are what they are called: markers by flow cytometry, sizes of particles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.report_blocks import Block, Cell, Heading, Section, pictures
from tasks.methods.report_tables import grid, words
from tasks.methods.report_traces import HASH, file_anchor

FIGURES, FILES = "result.figures", "core.raw_objects"
MARKERS, PARTICLES, SIZES = "result.surface_markers", "core.particle_summaries", "core.particle_sizes"
MARKER_NOTE = "Positive: beyond the threshold, which the named control sets; the ratio is of median intensities."
PARTICLE_NOTE = "Concentrations are of the undiluted preparation; without a recorded dilution there is none."


def content(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> Sequence[Block]:
    """A table of markers and one of particles, each row with its file, then the figures."""
    del study  # the same for every study
    tables = (
        ("Surface markers", MARKERS, ("material_id", "sample_id", "marker"), MARKER_COLUMNS, MARKER_NOTE),
        ("Particles", PARTICLES, ("material_id", "sample_id", "capture"), PARTICLE_COLUMNS, PARTICLE_NOTE),
    )
    names = dict(frames[FILES].select("object_id", "file_name").iter_rows())
    blocks: list[Block] = []
    for title, table, order, columns, note in tables:
        if frames[table].height:
            rows = (
                frames[table]
                .sort(order)
                .with_columns(
                    _what=pl.coalesce("material_id", "sample_id", "sample_name"),
                    _file=pl.col("object_id").replace_strict(names, default=""),
                    _anchor=pl.col("object_id").map_elements(file_anchor, pl.String),
                )
            )
            anchor = title.lower().replace(" ", "-")
            made = grid(
                rows, title, f"{anchor}-table", columns, shown=SHOWN, links={"_file": "_anchor"}, rows=500, note=note
            )
            blocks += [Heading(title, anchor), made]
    drawn = pictures(frames[FIGURES])
    return [*blocks, Heading("Pictures of identity", "identity-figures"), *drawn] if drawn else blocks


def _short(object_id: str) -> Cell:
    return Cell(object_id[:HASH])


SHOWN = {
    "flag": words,
    "control": words,
    "threshold_method": words,
    "na_reason": words,
    "object_id": _short,
}
MARKER_COLUMNS = {
    "_what": "cells",
    "marker": "marker",
    "channel": "channel",
    "percent_positive": "positive (%)",
    "singlet_count": "cells counted",
    "control": "control",
    "threshold": "threshold",
    "threshold_method": "set by",
    "median_ratio": "ratio to control",
    "flag": "flag",
    "na_reason": "why empty",
    "_file": "file",
    "object_id": "sha256",
}
PARTICLE_COLUMNS = {
    "_what": "preparation",
    "capture": "capture",
    "mean_nm": "mean (nm)",
    "mode_nm": "mode (nm)",
    "sd_nm": "SD (nm)",
    "d10_nm": "D10 (nm)",
    "d50_nm": "D50 (nm)",
    "d90_nm": "D90 (nm)",
    "total_concentration_per_ml": "particles per mL",
    "dilution": "dilution",
    "flag": "flag",
    "_file": "file",
    "object_id": "sha256",
}

SECTION = Section(
    name="identity",
    title="Identity of cells and exosomes",
    order=35,
    reads={MARKERS: (), PARTICLES: (), FILES: ("object_id", "file_name")},
    content=content,
    figure_tables=(MARKERS, PARTICLES, SIZES),
)
