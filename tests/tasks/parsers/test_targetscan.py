from __future__ import annotations

from pathlib import Path

import pytest

from tasks.engine.reading import read_file
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.target_exports import COUNTS, SCORES, SITES

PTEN = "ENSG00000171862.11"


@pytest.mark.parametrize(
    ("text", "expected", "other_rows"),
    [
        (SCORES, ("hsa-miR-21-5p", PTEN, "PTEN", "context++ score -0.4", 2), 1),
        (SITES, ("miR-21-5p/590-5p", PTEN, "PTEN", "8mer", 1), 1),
        (COUNTS, ("hsa-miR-21-5p", "PTEN", "PTEN", None, 3), 0),
    ],
)
def test_each_of_its_tables(tmp_path: Path, text: str, expected: tuple[object, ...], other_rows: int) -> None:
    reading = read_file(raw_file(tmp_path, text.encode(), "t.txt"), context(assay="mirna_targets"))
    assert reading.parser is not None
    assert reading.parser.name == "targetscan"
    found = reading.frames["core.mirna_targets"]
    assert found.select("mirna", "target_id", "target_symbol", "evidence", "site_count").rows() == [expected]
    assert found.select("source", "tier").rows() == [("TargetScan", "predicted")]
    assert [p.message.split(" row")[0] for p in reading.problems] == [str(other_rows)] * bool(other_rows)
    if other_rows:
        foreign = text.replace("\t9606\t", "\t10090\t").encode()
        reading = read_file(raw_file(tmp_path, foreign, "m.txt"), context(assay="mirna_targets"))
        assert reading.status == "quarantined"
        assert "are of taxon 10090" in str(reading.reason)
