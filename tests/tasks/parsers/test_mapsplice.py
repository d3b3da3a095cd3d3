from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.mapsplice import PARSER
from tests.tasks.parsers.count_files import circles, claimants, context, hosts, raw_file

FILE = "data/sequencing/circrna/circRNAprofiler/mapsplice/circRNAs_001.txt"
SEPARATOR = "\t"
NAME = "landing/S1_mapsplice.txt"


def lines(shared: Path) -> list[list[str]]:
    return [line.split() for line in (shared / FILE).read_text().splitlines()]


def test_a_real_file_holds_the_reads_of_its_lines(shared: Path) -> None:
    raw = RawFile.read(shared / FILE)
    assert claimants(raw, context()) == [PARSER]
    parsed = PARSER.parse(raw, context(sample="S1"))
    expected = {}
    for row in lines(shared):
        low, high = sorted(map(int, row[1:3]))
        expected[f"{row[0].split('~')[0]}:{low}|{high}|{row[5][0]}"] = (float(row[4]), None)
    assert circles(parsed) == expected
    assert hosts(parsed)["chr1:8601273|8617582|-"] == (None, "RERE")


def test_rows_of_one_junction_add_up(shared: Path, tmp_path: Path) -> None:
    first = (shared / FILE).read_text().splitlines()[0]
    parsed = PARSER.parse(raw_file(tmp_path, f"{first}\n{first}\n", NAME), context(["S1"]))
    assert circles(parsed) == {"chr1:7837220|7838229|+": (8, None)}


def test_fusions_of_two_chromosomes_are_not_taken_for_circles(shared: Path) -> None:
    assert not PARSER.claims(RawFile.read(shared / "data/sequencing/circrna/circexplorer2/fusions_raw.txt"), context())


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
