"""What tests of bench parsers share: a study, raw files from bytes, and allotropy's published readings."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from schemas.bench_options import Condition
from schemas.sheets import FileRow, Layout
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import Context, RawFile

STUDY = Study(config=StudyYaml(study_id="bench", conditions=[Condition(id="control")]), samples=())


def context(*, layout: Layout | None = None, study: Study = STUDY, **row: object) -> Context:
    return Context(study, FileRow.model_validate({"file": "landing/x", **row}) if row else None, layout)


def raw_file(folder: Path, content: bytes, name: str = "export.txt") -> RawFile:
    path = folder / name
    path.write_bytes(content)
    return RawFile.read(path, f"landing/{name}")


def expectation(folder: Path, stem: str) -> dict[str, Any]:
    """The ASM document of a file; plain or gzipped."""
    plain = folder / "expected" / f"{stem}.json"
    packed = plain.with_name(f"{stem}.json.gz")
    text = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
    document: dict[str, Any] = json.loads(text)
    return next(v for k, v in document.items() if k.endswith("aggregate document"))


def measurements(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [m for d in document[kind] for m in d["measurement aggregate document"]["measurement document"]]
