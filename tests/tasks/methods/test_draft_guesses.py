from __future__ import annotations

from pathlib import Path

import pytest

from tasks.contracts import RawFile
from tasks.methods.draft_guesses import guessed_assay

PLATE = "," + ",".join(map(str, range(1, 13))) + "\n"
PLATE += "".join(f"{row}," + ",".join(f"0.{column}1" for column in range(10, 22)) + "\n" for row in "ABCDEFGH")
GENES = ("ACAN", "SOX9", "COL2A1", "IL6", "TNF", "FOS", "JUN")


def counts(header: str, cell: str = "7") -> str:
    return f"{header},C1,C2,T1\n" + "".join(f"{gene},{n},{cell},{n + 1}\n" for n, gene in enumerate(GENES))


@pytest.mark.parametrize(
    ("text", "assay"),
    [
        (PLATE, "cell_viability"),
        (counts("gene"), "expression_counts"),
        (counts("gene_id"), "expression_counts"),
        (counts("Symbol"), "expression_counts"),
        (counts("gene", "7.5"), None),
        (counts("gene", "-7"), None),
        (counts("treatment"), None),
        (counts("name"), None),
        ("donor,age,grade\nD1,34,2\nD2,45,3\n", None),
        ("gene,C1\nACAN,3\nSOX9,4\n", None),
        ("a note\n", None),
        ("", None),
    ],
)
def test_only_plates_and_whole_numbers_by_gene_are_guessed(tmp_path: Path, text: str, assay: str | None) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    assert guessed_assay(RawFile.read(path, "landing/x.csv")) == assay
