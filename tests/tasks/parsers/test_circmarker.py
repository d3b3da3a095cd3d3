from __future__ import annotations

from pathlib import Path

from tasks.contracts import RawFile
from tasks.parsers.circmarker import PARSER
from tests.tasks.parsers.circrna_exports import export, rows
from tests.tasks.parsers.count_files import circles, claimants, context, raw_file

NAME = "landing/S1_circmarker.txt"


def test_a_real_file_holds_the_reads_of_its_lines(shared: Path) -> None:
    raw = RawFile.read(export(shared, "circmarker"))
    assert claimants(raw, context()) == [PARSER]
    expected = {f"{r[0]}:{r[2]}|{r[1]}|{r[4]}": (float(r[3]), None) for r in rows(shared, "circmarker")}
    assert circles(PARSER.parse(raw, context(sample="S1"))) == expected


def test_rows_of_one_junction_add_up(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, "chr1 200 100 2 + S\nchr1 200 100 3 + R\nchr1 9 5 1 - S\n", NAME)
    assert PARSER.claims(raw, context(["S1"]))
    assert circles(PARSER.parse(raw, context(["S1"]))) == {"chr1:100|200|+": (5, None), "chr1:5|9|-": (1, None)}
