from __future__ import annotations

from pathlib import Path

from tasks.engine.reading import read_file
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.target_exports import ENCORI, ENCORI_CIRCLES, STARBASE_2

COLUMNS = ("target_id", "target_symbol", "target_class", "source", "evidence", "tier", "site_count")


def rows(folder: Path, text: str) -> list[tuple[object, ...]]:
    reading = read_file(raw_file(folder, text.encode(), "targets.txt"), context(assay="mirna_targets"))
    assert reading.parser is not None
    assert reading.parser.name == "encori"
    assert set(reading.frames["core.mirna_targets"]["mirna"]) == {"hsa-miR-21-5p"}
    return reading.frames["core.mirna_targets"].select(COLUMNS).rows()


def test_pairs_with_their_experiments_and_sites(tmp_path: Path) -> None:
    clip = "CLIP experiments: 5; degradome experiments: 1"
    assert rows(tmp_path, ENCORI) == [
        ("ENSG00000171862", "PTEN", "mrna", "ENCORI", clip, "high_throughput", 2),
        ("ENSG00000229807", "XIST", "lncrna", "ENCORI", "predicted sites", "predicted", 1),
    ]


def test_circles_go_by_their_own_id(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, ENCORI_CIRCLES)
    assert row[:3] == ("hsa_circ_0000284", "HIPK3", "circrna")


def test_starbase_2_has_symbols_only(tmp_path: Path) -> None:
    assert rows(tmp_path, STARBASE_2) == [("PTEN", "PTEN", None, "starBase", "CLIP", "high_throughput", None)]
