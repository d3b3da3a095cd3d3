"""Frames of one study to the chapters of its report. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from schemas.base import declared
from schemas.polars_schema import schema
from schemas.study_yaml import StudyYaml
from tasks.methods.report_blocks import Chapter, Section

FIGURES, RUNS = "result.figures", "ops.analysis_runs"
ABOUT = ("assay", "contrast", "library")  # parameters of a figure that say what it shows
ASSAY_OF = {  # what a table's rows are read by, where a figure does not say its assay
    "core.flow_events": "flow_cytometry",
    "core.flow_samples": "flow_cytometry",
    "core.blot_bands": "western_blot",
    "core.qpcr_wells": "qpcr",
    "core.particle_sizes": "particle_size",
    "core.cell_counts": "senescence",
    "core.images": "image",
}
REST = "bench"  # the section of figures that no other claims


def wanted(chosen: Iterable[Section]) -> dict[str, tuple[str, ...]]:
    """Columns to read of every declared table that a section wants; empty: all."""
    found: dict[str, tuple[str, ...]] = {}
    known = declared()
    for section in chosen:
        for table, columns in section.reads.items():
            if table not in known:
                continue
            has_all = not columns or (table in found and not found[table])
            found[table] = () if has_all else tuple(dict.fromkeys((*found.get(table, ()), *columns)))
    return found


def described(
    figures: pl.DataFrame, parameters: Mapping[str, str], reads: Mapping[str, Sequence[str]], chosen: Sequence[Section]
) -> pl.DataFrame:
    """Rows of ``result.figures`` with the section that they belong to and what they show.

    ``parameters``: of the run of each figure as JSON, by run_id; ``reads``: tables that a kind of figure reads.
    """
    rows = []
    for run_id, kind in figures.select("run_id", "figure").iter_rows():
        given = json.loads(parameters.get(run_id, "{}"))
        about = {name: str(given[name]) if given.get(name) else None for name in ABOUT}
        tables = reads.get(kind, ())
        about["assay"] = about["assay"] or next((assay for t, assay in ASSAY_OF.items() if t in tables), None)
        rows.append(about | {"section": _section(tables, chosen)})
    types = dict.fromkeys((*ABOUT, "section"), pl.String)
    return pl.concat([figures, pl.DataFrame(rows, schema=types)], how="horizontal")


def _section(tables: Sequence[str], chosen: Sequence[Section]) -> str:
    """The section that claims most of a figure's tables, the later one among equals: networks before expression."""
    claims = [(sum(t in section.figure_tables for t in tables), section.order, section.name) for section in chosen]
    count, _, name = max(claims, default=(0, 0, REST))
    return name if count else REST


def assemble(study: StudyYaml, frames: Mapping[str, pl.DataFrame], chosen: Sequence[Section]) -> tuple[Chapter, ...]:
    """Chapters of the report, those with nothing to say left out.

    ``frames`` hold the ``wanted`` tables, and ``result.figures`` as ``described``; a declared table that is not
    given counts as empty.
    """
    chapters = []
    for section in chosen:
        given = {table: frames.get(table, _empty(table)) for table in section.reads if table in declared()}
        given[FIGURES] = frames[FIGURES].filter(section=section.name)
        if blocks := tuple(section.content(study, given)):
            chapters.append(Chapter(section.name, section.title, blocks))
    return tuple(chapters)


def _empty(table: str) -> pl.DataFrame:
    return pl.DataFrame(schema=schema(declared()[table]))
