"""What stayed out, what could not be computed, what people should look at, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.report_blocks import Block, Heading, Paragraph, Section
from tasks.methods.report_tables import grid, words

FILES, PROBLEMS, RUNS = "core.raw_objects", "ops.validation_results", "ops.analysis_runs"
EXCLUSIONS, ACTS = "core.exclusions", "ops.audit"
STATES = ("quarantined", "ignored", "stored", "retracted")
SEVERITIES = {"fatal": 0, "local": 1, "warning": 2}


def content(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> Sequence[Block]:
    """Files, messages, parts that were skipped or failed, exclusions and acts; says so where there is nothing."""
    del study  # the same for every study
    tables = (
        ("Files that are not read", "files-not-read", _files(frames), FILE_COLUMNS),
        ("Messages", "messages", _messages(frames[PROBLEMS]), MESSAGE_COLUMNS),
        ("What could not be computed", "not-computed", _parts(frames[RUNS], frames[PROBLEMS]), PART_COLUMNS),
        ("Excluded by the lab", "exclusions", frames[EXCLUSIONS], EXCLUSION_COLUMNS),
        ("Acts", "acts", frames[ACTS].sort("acted_at"), ACT_COLUMNS),
    )
    blocks: list[Block] = []
    for title, anchor, frame, columns in tables:
        if frame.height:
            made = grid(frame, title, f"{anchor}-table", columns, shown=SHOWN, rows=500, rest="All: benchlake status.")
            blocks += [Heading(title, anchor), made]
    return blocks or [Paragraph(("Every file was read, every part was computed, nothing was excluded.",), "good")]


def _files(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Files that gave no rows, with the reason and what to do where a check says so."""
    order = {state: place for place, state in enumerate(STATES)}
    held = frames[FILES].filter(pl.col("status").is_in(STATES), pl.col("assay") != "manifest")
    held = held.filter((pl.col("status") != "stored") | pl.col("reason").is_not_null())
    remedies = frames[PROBLEMS].group_by("file_name").agg(pl.col("remedy").unique(maintain_order=True).str.join(" "))
    named = pl.col("reason").str.strip_prefix(pl.col("file_name") + ": ")
    is_told = pl.col("reason").str.contains(pl.col("remedy"), literal=True)
    return (
        held.join(remedies, on="file_name", how="left")
        .with_columns(reason=named, remedy=pl.when(is_told).then(None).otherwise("remedy"))
        .with_columns(_place=pl.col("status").replace_strict(order, default=len(order)))
        .sort("_place", "file_name")
    )


def _messages(rows: pl.DataFrame) -> pl.DataFrame:
    placed = rows.with_columns(_place=pl.col("severity").replace_strict(SEVERITIES, default=len(SEVERITIES)))
    return placed.sort("_place", "file_name", "place", "rule")


def _parts(runs: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    """The last attempt of every part, where it did not succeed: parts of one reason in one row.

    What was skipped for a reason that stands among the messages (a contrast that waits for an answer) is told there.
    """
    last = runs.sort("finished_at").group_by("analysis", "part").last().filter(pl.col("status") != "done")
    messages = problems.filter(pl.col("severity") != "warning", pl.col("message") != "")["message"].unique().to_list()
    reason = pl.col("reason").fill_null("")
    is_told = pl.any_horizontal(pl.lit(value=False), *(reason.str.contains(m, literal=True) for m in messages))
    untold = last.filter((pl.col("status") == "failed") | ~is_told).sort("analysis", "part")
    together = untold.group_by("status", "analysis", "reason", maintain_order=True)
    return together.agg(pl.col("part").str.join("; ")).sort("status", "analysis", "part")


SHOWN = {"analysis": words, "rule": words}
FILE_COLUMNS = {
    "file_name": "file",
    "status": "what became of it",
    "assay": "assay",
    "reason": "reason",
    "remedy": "what to do",
}
MESSAGE_COLUMNS = {
    "file_name": "file",
    "severity": "severity",
    "place": "place",
    "rule": "rule",
    "value": "found",
    "message": "what is wrong",
    "remedy": "what to do",
}
PART_COLUMNS = {"analysis": "analysis", "part": "part", "status": "state", "reason": "reason"}
EXCLUSION_COLUMNS = {"file_name": "file", "well": "well", "sample_id": "sample", "reason": "reason"}
ACT_COLUMNS = {
    "act": "act",
    "file_name": "file",
    "well": "well",
    "reason": "reason",
    "actor": "by",
    "acted_at": "at (UTC)",
}

SECTION = Section(
    name="problems",
    title="Warnings and quarantine",
    order=80,
    reads={
        FILES: ("file_name", "status", "assay", "reason"),
        PROBLEMS: (),
        RUNS: ("analysis", "part", "status", "reason", "finished_at"),
        EXCLUSIONS: (),
        ACTS: (),
    },
    content=content,
)
