"""A small study as the frames of its report: bench readings of a chosen effect, tested by the real analysis."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from schemas.base import columns, declared
from schemas.bench_options import Condition
from schemas.polars_schema import schema
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.tables.readmitted_measurements import ReadmittedMeasurement
from tasks.analyses.group_tests import ANALYSIS, READMITTED
from tasks.methods.report_assembly import FIGURES, assemble, described
from tasks.methods.report_blocks import Block, Chapter, Grid, Heading, Link, Paragraph, Strong, sections
from tests.memory_warehouse import FILLERS

Row = Mapping[str, Any]
CONFIG = StudyYaml(
    study_id="s",
    title="Do exosomes rescue cells?",
    conditions=[
        Condition(id="control", label="Control"),
        Condition(id="il1b", label="IL-1β"),
        Condition(id="exo", label="IL-1β + exosomes"),
    ],
)
DONORS = ("NP1", "NP2", "NP3")
PLATE, RUN = "a" * 64, "b" * 64  # objects
LEVELS = {"control": 0.0, "il1b": -1.0, "exo": -0.4}  # in effects


def table(name: str, rows: Iterable[Row] = ()) -> pl.DataFrame:
    """Rows of a declared table; a column that is not named is null, or a filler where the table wants a value."""
    known = columns(declared()[name])
    blank = {c.name: None if c.is_nullable else (c.values or [FILLERS[c.dtype]])[0] for c in known}
    return pl.DataFrame([blank | dict(row) for row in rows], schema={c.name: c.dtype for c in known})


def measurements(effect: float, *, seed: int = 1, times: Sequence[float] = (24.0, 72.0)) -> pl.DataFrame:
    """Viability (OD) over time and ACAN mRNA (log2) of three donors in three conditions."""
    random = np.random.default_rng(seed)
    found = []
    for condition, level in LEVELS.items():
        for donor in DONORS:
            own = {"sample_id": f"{donor}_{condition}", "donor_id": donor, "condition": condition, "study_id": "s"}
            own |= {"experiment": "main", "technical_n": 3, "is_excluded": False, "run_id": "r"}
            for time_h in times:
                value = 1.0 + effect * level * time_h / 144 + random.normal(0, 0.03)
                about = {"assay": "cell_viability", "measure": "viability", "target": "", "time_h": time_h}
                found.append(own | about | {"value": value, "scale": "raw", "unit": "OD", "block_id": None})
            about = {"assay": "qpcr", "measure": "expression", "target": "ACAN", "time_h": None}
            value = -5 + 2 * effect * level + random.normal(0, 0.2)
            found.append(own | about | {"value": value, "scale": "log2", "unit": "fold", "block_id": None})
    return table("result.measurements", found)


def of_group_tests(rows: pl.DataFrame, config: StudyYaml = CONFIG) -> dict[str, pl.DataFrame]:
    """The tables of group tests of these measurements."""
    name = "result.measurements"
    study = Study(config=config, samples=(SampleRow(sample="x", condition="control"),))
    found: dict[str, list[pl.DataFrame]] = {table: [] for table in ANALYSIS.writes}
    nothing = pl.DataFrame(schema=schema(ReadmittedMeasurement))
    for part in ANALYSIS.parts(study, {name: rows.select(ANALYSIS.reads[name]).unique()}):
        kept = rows
        for column, values in part.where[name].items():
            kept = kept.filter(pl.col(column).is_in(list(values), nulls_equal=True))
        for written, frame in ANALYSIS.run(part, {name: kept, READMITTED: nothing}).frames.items():
            found[written].append(frame.with_columns(study_id=pl.lit("s"), run_id=pl.lit("r")))
    return {written: pl.concat(parts) for written, parts in found.items() if parts}


def wells() -> dict[str, pl.DataFrame]:
    """One plate with two wells a culture and two blanks, one qPCR run with ACAN and GAPDH."""
    plate, run = [], []
    names = [f"{donor}_{condition}" for condition in LEVELS for donor in DONORS]
    common = {"object_id": PLATE, "plate": "P1", "assay": "cell_viability", "time_h": 72.0, "unit": "OD"}
    for index, name in enumerate(names):
        for column in (1, 2):
            well = {"well": f"{'ABCDEFGHI'[index]}{column:02d}", "sample_id": name, "role": "sample", "value": 1.0}
            plate.append(common | well)
        run += [
            {"object_id": RUN, "plate": "Q", "well": f"{'ABCDEFGHI'[index]}{column:02d}", "reading": 1, "cq": 20.0}
            | {"sample_id": name, "target": target, "task": "unknown"}
            for column, target in enumerate(("ACAN", "GAPDH"), 1)
        ]
    plate += [common | {"well": f"J{c:02d}", "role": "blank", "value": 0.1} for c in (1, 2)]
    return {"core.plate_wells": table("core.plate_wells", plate), "core.qpcr_wells": table("core.qpcr_wells", run)}


def sheets() -> dict[str, pl.DataFrame]:
    """Samples and files."""
    samples = [
        {"sample_id": f"{donor}_{condition}", "condition": condition, "condition_order": order, "donor_id": donor}
        | {"experiment": "main"}
        for order, condition in enumerate(LEVELS)
        for donor in DONORS
    ]
    files = [
        {"object_id": key, "file_name": name, "status": "loaded", "assay": assay, "size_bytes": 10}
        for key, name, assay in ((PLATE, "landing/cck8.txt", "cell_viability"), (RUN, "landing/qpcr.txt", "qpcr"))
    ]
    return {"core.samples": table("core.samples", samples), "core.raw_objects": table("core.raw_objects", files)}


def figures(*rows: Row, parameters: Mapping[str, Any] | None = None) -> pl.DataFrame:
    """Rows of result.figures as the report describes them; ``parameters`` by the run_id of the figure."""
    known = {run: json.dumps(given) for run, given in (parameters or {}).items()}
    filled = [{"part": "p", "stem": "x", "width_mm": 85.0, "height_mm": 60.0, **row} for row in rows]
    reads = {row["figure"]: row.get("reads", ()) for row in filled}
    plain = [{k: v for k, v in row.items() if k != "reads"} for row in filled]
    return described(table(FIGURES, plain), known, reads, sections())


def frames(effect: float = 0.5, *, seed: int = 1, config: StudyYaml = CONFIG, **more: pl.DataFrame) -> dict[str, Any]:
    """Frames of a report: an effect of 0 is a null study. ``more`` by table, ``__`` for the dot."""
    rows = measurements(effect, seed=seed)
    run = {"attempt_id": "1", "analysis": "group_tests", "part": "all", "run_id": "r", "status": "done"}
    run |= {"parameters": "{}", "versions": '{"scipy": "1.17"}', "finished_at": datetime(2026, 1, 2, tzinfo=UTC)}
    made = {"result.measurements": rows, **of_group_tests(rows, config), **wells(), **sheets(), FIGURES: figures()}
    made["ops.analysis_runs"] = table("ops.analysis_runs", [run])
    return made | {name.replace("__", "."): frame for name, frame in more.items()}


def chapters(given: Mapping[str, pl.DataFrame], config: StudyYaml = CONFIG) -> dict[str, Chapter]:
    """The report's chapters by name."""
    return {c.name: c for c in assemble(config, given, sections())}


def words(chapter: Chapter) -> str:
    """Everything that a chapter says outside of tables."""
    return "\n".join(filter(None, map(_said, chapter.blocks)))


def grids(chapter: Chapter) -> dict[str, Grid]:
    """Tables of a chapter by their anchor."""
    return {b.anchor: b for b in chapter.blocks if isinstance(b, Grid)}


def column(grid: Grid, heading: str) -> list[str]:
    """What stands in a column."""
    return [row[grid.columns.index(heading)].text for row in grid.rows]


def _said(block: Block) -> str:
    if isinstance(block, Heading):
        return block.text
    items = [block.text] if isinstance(block, Paragraph) else getattr(block, "items", ())
    return "\n".join("".join(part.text if isinstance(part, Link | Strong) else part for part in item) for item in items)
