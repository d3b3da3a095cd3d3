from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.circmarker import PARSER
from tests.tasks.parsers.count_files import circles, claimants, context, raw_file

FILE = "data/sequencing/circrna/circRNAprofiler/circmarker/circRNAs_001.txt"
SEPARATOR = " "
NAME = "landing/S1_circmarker.txt"


def lines(shared: Path) -> list[list[str]]:
    return [line.split() for line in (shared / FILE).read_text().splitlines()]


def test_a_real_file_holds_the_reads_of_its_lines(shared: Path) -> None:
    raw = RawFile.read(shared / FILE)
    assert claimants(raw, context()) == [PARSER]
    expected = {f"{r[0]}:{r[2]}|{r[1]}|{r[4]}": (float(r[3]), None) for r in lines(shared)}
    assert circles(PARSER.parse(raw, context(sample="S1"))) == expected


def test_rows_of_one_junction_add_up(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, "chr1 200 100 2 + S\nchr1 200 100 3 + R\nchr1 9 5 1 - S\n", NAME)
    assert PARSER.claims(raw, context(["S1"]))
    assert circles(PARSER.parse(raw, context(["S1"]))) == {"chr1:100|200|+": (5, None), "chr1:5|9|-": (1, None)}


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
