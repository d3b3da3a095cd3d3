from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.uroborus import PARSER
from tests.tasks.parsers.count_files import circles, claimants, context, hosts, raw_file

FILE = "data/sequencing/circrna/circRNAprofiler/uroborus/circRNAs_001.txt"
SEPARATOR = "\t"
NAME = "landing/S1_uroborus.txt"


def lines(shared: Path) -> list[list[str]]:
    return [line.split() for line in (shared / FILE).read_text().splitlines()]


def test_a_real_file_holds_the_reads_of_its_lines_at_one_based_places(shared: Path) -> None:
    raw = RawFile.read(shared / FILE)
    assert claimants(raw, context()) == [PARSER]
    parsed = PARSER.parse(raw, context(sample="S1"))
    assert circles(parsed) == {f"{r[0]}:{int(r[1]) + 1}|{r[2]}|{r[3]}": (float(r[6]), None) for r in lines(shared)}
    assert hosts(parsed)["chr11:33307959|33309057|+"] == (None, "HIPK3")


def test_eight_columns_of_something_else_are_not_taken(tmp_path: Path) -> None:
    row = "chr1\t10\t20\t+\tA\t11\t5\tNM_1\n"  # the sixth is not the distance of the two positions
    assert claimants(raw_file(tmp_path, row * 3, NAME), context(["S1"])) == []


@pytest.mark.parametrize("cell", ["", "x", "-4", "1.5", "1e300"])
def test_a_position_that_is_no_whole_number_is_refused_with_its_line(shared: Path, tmp_path: Path, cell: str) -> None:
    rows = [line.split(SEPARATOR) for line in (shared / FILE).read_text().splitlines()]
    rows[200 % len(rows)][1] = cell
    raw = raw_file(tmp_path, "\n".join(map(SEPARATOR.join, rows)), NAME)
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1"]))
    (problem,) = error.value.problems
    assert (problem.rule, problem.place) == ("not_a_number", f"line {200 % len(rows) + 1}, start")
    assert "copy" in problem.remedy
