"""Tubes of a small run with the results of an analysis of theirs, as a figure reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from schemas.study import Study
from tasks.contracts import Analysis, Figure, Part
from tests.tasks.analyses.flow_bench import Frames, computed, parsed, together
from tests.tasks.methods.fcs_files import fcs_file
from tests.tasks.methods.flow_simulation import SPILL, events

CHANNELS = ["FSC-A", "FSC-H", "SSC-A", "FITC-A", "PE-A", "Time"]


def tube(
    folder: Path,
    name: str,
    fractions: Mapping[str, float],
    stains: tuple[str, str],
    *,
    n: int = 3_000,
    **row: str | None,
) -> Frames:
    """One acquisition of known fractions through a real FCS file."""
    keywords = {"$P4S": stains[0], "$P5S": stains[1], "SPILL": f"2,FITC-A,PE-A,1,{SPILL},0,1"}
    path = folder / f"{name}.fcs"
    data = events(fractions, n=n, seed=len(name)).select(CHANNELS).to_numpy()
    path.write_bytes(fcs_file(data, CHANNELS, keywords=keywords))
    return parsed(path, object_id=name, **{"sample_name": name, "run": "R1", **row})


def with_results(analysis: Analysis, table: str, study: Study, *tubes: Frames) -> Frames:
    """Frames of the tubes and what the analysis finds in them."""
    frames = together(*tubes)
    found = [done.frames[table] for done in computed(analysis, frames, study).values()]
    return {**frames, table: pl.concat(found)}


def flow_parts(figure: Figure, study: Study, frames: Frames) -> list[tuple[Part, Frames]]:
    """Every part with the rows that its ``where`` keeps."""
    slices = {t: frames[t].select(names) if names else frames[t].head(0) for t, names in figure.reads.items()}
    found = []
    for part in figure.parts(study, slices):
        kept = dict(frames)
        for table, where in part.where.items():
            for column, values in where.items():
                kept[table] = kept[table].filter(pl.col(column).is_in(list(values), nulls_equal=True))
        found.append((part, kept))
    return found
