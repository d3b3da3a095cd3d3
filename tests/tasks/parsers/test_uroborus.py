from __future__ import annotations

from pathlib import Path

from tasks.contracts import RawFile
from tasks.parsers.uroborus import PARSER
from tests.tasks.parsers.circrna_exports import export, rows
from tests.tasks.parsers.count_files import circles, claimants, context, hosts, raw_file

NAME = "landing/S1_uroborus.txt"


def test_a_real_file_holds_the_reads_of_its_lines_at_one_based_places(shared: Path) -> None:
    raw = RawFile.read(export(shared, "uroborus"))
    assert claimants(raw, context()) == [PARSER]
    parsed = PARSER.parse(raw, context(sample="S1"))
    assert circles(parsed) == {
        f"{r[0]}:{int(r[1]) + 1}|{r[2]}|{r[3]}": (float(r[6]), None) for r in rows(shared, "uroborus")
    }
    assert hosts(parsed)["chr11:33307959|33309057|+"] == (None, "HIPK3")


def test_eight_columns_of_something_else_are_not_taken(tmp_path: Path) -> None:
    row = "chr1\t10\t20\t+\tA\t11\t5\tNM_1\n"  # the sixth is not the distance of the two positions
    assert claimants(raw_file(tmp_path, row * 3, NAME), context(["S1"])) == []
