"""What tests of count parsers share: a study with samples, raw files from text, a tidy table as a matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from schemas.bench_options import Condition
from schemas.sheets import FileRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import Context, Parsed, Parser, RawFile, parsers

AIRWAY = [f"SRR10395{n:02d}" for n in (8, 9, 12, 13, 16, 17, 20, 21)]


def study(samples: Sequence[str], **row: str) -> Study:
    return Study(
        config=StudyYaml(study_id="counts", conditions=[Condition(id="control")]),
        samples=tuple(SampleRow(sample=s, condition="control", **row) for s in samples),
    )


def context(
    samples: Sequence[str] = (), *, references: Mapping[str, RawFile] | None = None, of: Study | None = None, **row: str
) -> Context:
    """Context of a file; with ``row`` it has a line in files.csv."""
    return Context(of or study(samples), FileRow(file="x", **row) if row else None, references=references or {})


def declared(samples: Sequence[str] = (), *, references: Mapping[str, RawFile] | None = None, **row: str) -> Context:
    return context(samples, assay="expression_counts", references=references, **row)


def raw_file(folder: Path, content: str | bytes, name: str = "landing/counts.csv") -> RawFile:
    path = folder / name.replace("/", "_")
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return RawFile.read(path, name)


def claimants(raw: RawFile, context: Context) -> list[Parser]:
    """Parsers that read the file: products first, generic ones where no product claims it."""
    found = [p for p in parsers().values() if p.claims(raw, context)]
    return [p for p in found if not p.is_generic] or found


def matrix(parsed: Parsed) -> dict[str, dict[str, float]]:
    """Counts by feature and sample."""
    found: dict[str, dict[str, float]] = {}
    for row in parsed.frames["core.feature_counts"].iter_rows(named=True):
        found.setdefault(row["feature_id"], {})[row["sample_name"]] = row["count"]
    return found


def features(parsed: Parsed) -> dict[str, tuple[str | None, str | None, str]]:
    """Symbol, biotype and class by feature."""
    frame = parsed.frames["core.features"].select("feature_id", "symbol", "biotype", "rna_class")
    return {row[0]: row[1:] for row in frame.iter_rows()}


def reference(folder: Path, frame: pl.DataFrame, name: str) -> RawFile:
    path = folder / name
    frame.write_csv(path, separator="\t")
    return RawFile.read(path, f"reference/{name}")


def circles(parsed: Parsed) -> dict[str, tuple[float, float | None]]:
    """Back-splice and linear reads by circRNA, of a file of one sample."""
    frame = parsed.frames["core.feature_counts"].select("feature_id", "count", "linear_count")
    assert set(parsed.frames["core.feature_counts"]["library"]) == {"circrna"}
    return {row[0]: row[1:] for row in frame.iter_rows()}


def hosts(parsed: Parsed) -> dict[str, tuple[str | None, str | None]]:
    """Id and symbol of the host gene by circRNA."""
    frame = parsed.frames["core.features"].select("feature_id", "host_gene_id", "host_gene")
    return {row[0]: row[1:] for row in frame.iter_rows()}


def rules(parsed: Parsed) -> list[str]:
    return [problem.rule for problem in parsed.problems]
