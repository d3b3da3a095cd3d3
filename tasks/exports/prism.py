"""GraphPad Prism files of the values that were tested."""

from __future__ import annotations

import json
from logging import getLogger
from pathlib import Path

from schemas.errors import UserError
from tasks.methods.prism_file import pzfx
from tasks.methods.prism_tables import prism_tables
from tasks.methods.published_study import Export, Published

log = getLogger(__name__)


def write(study: Published, folder: Path) -> None:
    """Write ``ASSAY.pzfx`` for every assay with measurements: column, XY and grouped tables, and a sheet of notes.

    Raises ``UserError`` for a study without measurements at the bench.
    """
    measurements = study.read("result.measurements")
    if measurements.is_empty():
        raise UserError(
            f"{study.study_id} has no measurements for Prism, only counted features or nothing yet. "
            "Try --format xlsx, or --format h5ad for expression."
        )
    manifest = json.loads(study.read("core.studies")["manifest"][0])
    time = manifest["statistics"]["primary_time_h"]
    for (assay,), rows in sorted(measurements.group_by("assay")):
        calibrator = manifest.get("qpcr", {}).get("calibrator") if assay == "qpcr" else None
        tables = prism_tables(rows, study.labels, time, calibrator)
        if not tables:
            log.warning("%s: no file for Prism, none of its measurements has a value", assay)
            continue
        notes = [
            ("Study", study.title),
            ("Study id", study.study_id),
            ("Published", f"{study.published_at:%Y-%m-%d %H:%M:%S} UTC"),
            ("One value", "one unit that n counts in the tests, a donor or a culture; repeats are averaged"),
            ("Row or subcolumn", "the same donor, or plate or membrane, in all columns"),
            ("Ratios", "group tests run on log2 of these values; where a condition is 1, its geometric mean is"),
            ("Percentages", "group tests run on these values; tests on the logit are sensitivity rows only"),
            ("Struck out", "named in exclusions.csv, left out of tests"),
            ("benchlake", study.versions["benchlake"]),
        ]
        (folder / f"{assay}.pzfx").write_bytes(pzfx(tables, notes, study.published_at))
        log.info("%s: %d tables for Prism", assay, len(tables))


EXPORT = Export("prism", write)
