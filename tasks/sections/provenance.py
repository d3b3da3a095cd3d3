"""From which bytes, by which readers, with which parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.report_blocks import Block, Cell, Heading, Paragraph, Section
from tasks.methods.report_tables import cell, grid, slug, words
from tasks.methods.report_traces import file_anchor

FILES, RUNS, SAMPLES, DONORS = "core.raw_objects", "ops.analysis_runs", "core.samples", "core.donors"
FILE_ROWS, RUN_ROWS = 5000, 1000
LONGEST = 300  # letters of parameters; the whole stands in ops.analysis_runs


def content(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> Sequence[Block]:
    """Raw files with their hashes, cultures, donors, and every current run."""
    del study  # the same for every study
    files = frames[FILES].sort("file_name", "received_at")
    runs = frames[RUNS].filter(status="done").sort("finished_at").group_by("analysis", "part").last()
    blocks: list[Block] = [
        Paragraph(("Every raw file is kept under the sha256 of its bytes and is never changed.",)),
        grid(
            files,
            "Raw files",
            "files",
            FILE_COLUMNS,
            shown={"object_id": Cell, "size_bytes": lambda v: Cell(f"{v:,}", float(v))},
            rows=FILE_ROWS,
            rest="All: core.raw_objects (benchlake sql).",
            anchors=_anchors(files),
        ),
    ]
    tables = (
        ("Cultures", "cultures", frames[SAMPLES], SAMPLE_COLUMNS, False),
        ("Donors", "donors", frames[DONORS], DONOR_COLUMNS, False),
        ("Runs", "runs", runs.sort("analysis", "part"), RUN_COLUMNS, True),
    )
    for title, anchor, frame, columns, folded in tables:
        if frame.height:
            made = grid(
                frame,
                title,
                f"{anchor}-table",
                columns,
                shown=SHOWN,
                rows=RUN_ROWS,
                rest="All: benchlake sql.",
                folded=folded,
            )
            blocks += [Heading(title, anchor), made]
    return blocks


def _anchors(files: pl.DataFrame) -> Callable[[Mapping[str, Any]], str]:
    """An id for every row; links lead to the loaded one where a file came under several names."""
    ranked = files.with_columns(_loaded=pl.col("status") == "loaded").sort("_loaded", descending=True)
    target = dict(ranked.unique("object_id", keep="first", maintain_order=True).select("object_id", "file_name").rows())

    def anchor(row: Mapping[str, Any]) -> str:
        is_target = target[row["object_id"]] == row["file_name"]
        return file_anchor(row["object_id"]) if is_target else slug("file", row["object_id"][:12], row["file_name"])

    return anchor


SHOWN = {
    "analysis": words,
    "run_id": lambda v: Cell(v[:12]),
    "parameters": lambda v: Cell(v if len(v) <= LONGEST else f"{v[:LONGEST]}…"),
    "row_count": lambda v: cell("row_count", v),
}
FILE_COLUMNS = {
    "file_name": "file",
    "object_id": "sha256",
    "size_bytes": "bytes",
    "received_at": "received (UTC)",
    "assay": "assay",
    "parser": "parser",
    "parser_version": "version",
    "status": "state",
    "row_count": "rows",
}
SAMPLE_COLUMNS = {
    "sample_id": "sample",
    "condition": "condition",
    "donor_id": "donor",
    "replicate": "replicate",
    "experiment": "experiment",
    "culture_date": "culture date",
    "passage": "passage",
    "material_id": "material",
    "batch": "batch",
}
DONOR_COLUMNS = {"donor_id": "donor", "kind": "kind", "sex": "sex", "pfirrmann": "Pfirrmann grade"}
RUN_COLUMNS = {
    "analysis": "analysis",
    "part": "part",
    "run_id": "run",
    "finished_at": "finished (UTC)",
    "row_count": "rows",
    "versions": "versions",
    "parameters": "parameters",
}

SECTION = Section(
    name="provenance",
    title="Provenance",
    order=90,
    reads={
        FILES: (),
        SAMPLES: (),
        DONORS: ("donor_id", "kind", "sex", "pfirrmann"),
        RUNS: ("analysis", "part", "run_id", "status", "finished_at", "row_count", "versions", "parameters"),
    },
    content=content,
)
