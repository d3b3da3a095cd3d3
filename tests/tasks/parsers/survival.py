"""What must hold for any bytes at all: they are read, refused or nobody's, soon, and without much memory."""

from __future__ import annotations

import resource
import time
from pathlib import Path

from schemas.base import tables
from schemas.polars_schema import conform
from tasks.engine.reading import read_file
from tests.tasks.parsers.bench_files import context, raw_file

MOST_SECONDS = 20.0  # of this process, for a file of at most a few megabytes
MOST_GROWTH_KB = 1_500_000


def survives(folder: Path, content: bytes, assay: str | None, name: str = "damaged.csv") -> str:
    """Read the bytes as a file of the landing zone and check what came of it; give its status."""
    about = context(assay=assay, time_h=24) if assay else context()
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reading = read_file(raw_file(folder, content, name), about)
    took = time.process_time() - started
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert took < MOST_SECONDS, f"{took:.1f} s"
    assert grown < MOST_GROWTH_KB, f"{grown >> 10} MB more"
    assert not reading.is_bug, reading.reason
    assert reading.status in {"loaded", "quarantined", "ignored"}
    assert reading.status == "loaded" or all(p.message and p.remedy for p in reading.problems)
    assert all(p.file == reading.name and "\n" not in str(p) for p in reading.problems)
    for table_name, frame in reading.frames.items():
        table = tables()[table_name]
        fill = {"study_id": "s", "object_id": reading.object_id}
        whole = conform(frame, table, {name: value for name, value in fill.items() if name in table.model_fields})
        assert not whole.select(table.key).is_duplicated().any(), table_name
    return reading.status
