from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.engine.reading import read_file
from tasks.parsers.mirbase import PARSER, TABLE
from tests.tasks.parsers.bench_files import context, raw_file

ABOUT = context(assay="mirna_names")
MATURE = (
    ">cel-let-7-5p MIMAT0000001 Caenorhabditis elegans let-7-5p\nUGAGGUAGUAGGUUGUAUAGUU\n"
    ">hsa-miR-21-5p MIMAT0000076 Homo sapiens miR-21-5p\nTAGCTTATCAGACTGATGTTGA\n"
)
ALIASES = "MI0000077\thsa-mir-21;\nMIMAT0000076\thsa-miR-21;hsa-miR-21-5p;\nMIMAT0000001\tcel-let-7;cel-let-7-5p;\n"


def test_mature_sequences_of_the_species_with_accession(tmp_path: Path) -> None:
    reading = read_file(raw_file(tmp_path, MATURE.encode(), "mature.fa"), ABOUT)
    assert reading.frames[TABLE].rows() == [("MIMAT0000076", "hsa-miR-21-5p", "UAGCUUAUCAGACUGAUGUUGA")]


def test_names_over_releases_without_hairpins(tmp_path: Path) -> None:
    found = PARSER.parse(raw_file(tmp_path, ALIASES.encode(), "aliases.txt"), ABOUT)
    assert found.frames[TABLE].rows() == [
        ("MIMAT0000076", "hsa-miR-21", None),
        ("MIMAT0000076", "hsa-miR-21-5p", None),
    ]
    assert found.problems == ()


def test_a_file_of_other_species_is_kept_and_told(tmp_path: Path) -> None:
    found = PARSER.parse(raw_file(tmp_path, MATURE[: MATURE.index(">hsa")].encode(), "mature.fa"), ABOUT)
    assert found.frames[TABLE].height == 1
    assert [p.rule for p in found.problems] == ["other_species"]


@pytest.mark.parametrize("text", [">a\nACGU\n", "a\tb\n", "MI0000077\thsa-mir-21;\n"])
def test_a_file_without_accessions_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInputError, match="no line has a MIMAT accession"):
        PARSER.parse(raw_file(tmp_path, text.encode(), "x.fa"), ABOUT)
