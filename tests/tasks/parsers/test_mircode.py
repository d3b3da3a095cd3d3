from __future__ import annotations

from pathlib import Path

from tasks.engine.reading import read_file
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.target_exports import MIRCODE


def test_sites_of_families_become_pairs(tmp_path: Path) -> None:
    reading = read_file(raw_file(tmp_path, MIRCODE.encode(), "mircode.txt"), context(assay="mirna_targets"))
    assert reading.parser is not None
    assert reading.parser.name == "mircode"
    columns = ("mirna", "target_id", "target_class", "tier", "evidence", "site_count")
    assert reading.frames["core.mirna_targets"].select(columns).rows() == [
        ("miR-103a/107", "ENSG00000171862.6", "mrna", "predicted", "8mer", 1),
        ("miR-21/590-5p", "ENSG00000229807.3", "lncrna", "predicted", "8mer; 7-mer-m8", 2),
    ]
