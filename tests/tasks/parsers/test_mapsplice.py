from __future__ import annotations

from pathlib import Path

from tasks.contracts import RawFile
from tasks.parsers.mapsplice import PARSER
from tests.tasks.parsers.circrna_exports import export, rows
from tests.tasks.parsers.count_files import circles, claimants, context, hosts, raw_file

NAME = "landing/S1_mapsplice.txt"


def test_a_real_file_holds_the_reads_of_its_lines(shared: Path) -> None:
    raw = RawFile.read(export(shared, "mapsplice"))
    assert claimants(raw, context()) == [PARSER]
    parsed = PARSER.parse(raw, context(sample="S1"))
    expected = {}
    for row in rows(shared, "mapsplice"):
        low, high = sorted(map(int, row[1:3]))
        expected[f"{row[0].split('~')[0]}:{low}|{high}|{row[5][0]}"] = (float(row[4]), None)
    assert circles(parsed) == expected
    assert hosts(parsed)["chr1:8601273|8617582|-"] == (None, "RERE")


def test_rows_of_one_junction_add_up(shared: Path, tmp_path: Path) -> None:
    first = export(shared, "mapsplice").read_text().splitlines()[0]
    parsed = PARSER.parse(raw_file(tmp_path, f"{first}\n{first}\n", NAME), context(["S1"]))
    assert circles(parsed) == {"chr1:7837220|7838229|+": (8, None)}


def test_fusions_of_two_chromosomes_are_not_taken_for_circles(shared: Path) -> None:
    assert not PARSER.claims(RawFile.read(shared / "data/sequencing/circrna/circexplorer2/fusions_raw.txt"), context())
