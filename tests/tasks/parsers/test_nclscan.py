from __future__ import annotations

from pathlib import Path

from tasks.contracts import RawFile
from tasks.parsers.nclscan import PARSER
from tests.tasks.parsers.circrna_exports import export, rows
from tests.tasks.parsers.count_files import circles, claimants, context, hosts, raw_file

NAME = "landing/S1_nclscan.txt"


def test_a_real_file_holds_the_junction_reads_of_its_lines(shared: Path) -> None:
    raw = RawFile.read(export(shared, "nclscan"))
    assert claimants(raw, context()) == [PARSER]
    parsed = PARSER.parse(raw, context(sample="S1"))
    expected = {}
    for row in rows(shared, "nclscan"):
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
