from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.nclscan import PARSER
from tests.tasks.parsers.count_files import circles, claimants, context, hosts, raw_file

FILE = "data/sequencing/circrna/circRNAprofiler/nclscan/circRNAs_001.txt"
SEPARATOR = "\t"
NAME = "landing/S1_nclscan.txt"


def lines(shared: Path) -> list[list[str]]:
    return [line.split() for line in (shared / FILE).read_text().splitlines()]


def test_a_real_file_holds_the_junction_reads_of_its_lines(shared: Path) -> None:
    raw = RawFile.read(shared / FILE)
    assert claimants(raw, context()) == [PARSER]
    parsed = PARSER.parse(raw, context(sample="S1"))
    expected = {}
    for row in lines(shared):
        low, high = sorted((int(row[1]), int(row[4])))
        expected[f"{row[0]}:{low}|{high}|{row[2]}"] = (float(row[10]), None)
    assert circles(parsed) == expected
    assert hosts(parsed)["chr2:40655613|40657444|-"] == (None, "SLC8A1")


def test_trans_splices_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        "chr1\t200\t+\tchr1\t100\t+\tA\tA\t1\t9\t7\t2",
        "chr1\t100\t+\tchr1\t200\t+\tA\tA\t1\t9\t7\t2",  # forward: trans-spliced within the gene
        "chr1\t200\t+\tchr1\t100\t-\tA\tA\t1\t9\t7\t2",
        "chr1\t200\t+\tchr9\t100\t+\tA\tB\t0\t9\t7\t2",
    ]
    parsed = PARSER.parse(raw_file(tmp_path, "\n".join(rows), NAME), context(["S1"]))
    assert circles(parsed) == {"chr1:100|200|+": (7, None)}
    assert "3 trans-spliced junctions" in parsed.unread


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
