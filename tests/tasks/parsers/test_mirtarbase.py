from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import xlsxwriter

from tasks.contracts import RawFile
from tasks.engine.reading import read_file
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.target_exports import MIRTARBASE

ABOUT = context(assay="mirna_targets")


def test_a_table_of_another_species_is_quarantined_naming_both(tmp_path: Path) -> None:
    head, *_, mouse = MIRTARBASE.splitlines(keepends=True)
    reading = read_file(raw_file(tmp_path, (head + mouse * 2).encode(), "mmu_MTI.csv"), ABOUT)
    assert reading.status == "quarantined"
    assert "all rows (2) are of Mus musculus, but the study is of Homo sapiens" in str(reading.reason)


def as_workbook(folder: Path) -> RawFile:
    with xlsxwriter.Workbook(folder / "hsa_MTI.xlsx") as book:
        sheet = book.add_worksheet("miRTarBase")
        for i, row in enumerate(csv.reader(io.StringIO(MIRTARBASE))):
            sheet.write_row(i, 0, row)
    return RawFile.read(folder / "hsa_MTI.xlsx")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_functional_pairs_of_the_species_with_their_tier(tmp_path: Path, kind: str) -> None:
    raw = raw_file(tmp_path, MIRTARBASE.encode(), "hsa_MTI.csv") if kind == "csv" else as_workbook(tmp_path)
    reading = read_file(raw, ABOUT)
    assert reading.parser is not None
    assert reading.parser.name == "mirtarbase"
    rows = reading.frames["core.mirna_targets"].select("mirna", "target_symbol", "tier", "source", "evidence").rows()
    strong = "Functional MTI: Luciferase reporter assay//Western blot"
    assert rows == [
        ("hsa-miR-155-5p", "FOS", "high_throughput", "miRTarBase", "Functional MTI (Weak): HITS-CLIP"),
        ("hsa-miR-21-5p", "PTEN", "high_throughput", "miRTarBase", "Functional MTI (Weak): PAR-CLIP"),
        ("hsa-miR-21-5p", "PTEN", "validated", "miRTarBase", strong),
    ]
    assert [(p.rule, p.message.split(" row")[0]) for p in reading.problems] == [
        ("other_species", "1"),
        ("pairs_left_out", "1"),
    ]
    assert "hsa-miR-21-5p and TP53" in reading.problems[1].message
