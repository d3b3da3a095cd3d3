from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.circexplorer2 import PARSER
from tests.tasks.parsers.count_files import circles, context, features, hosts, raw_file, rules

FOLDER = "data/sequencing/circrna"
FILES = [
    "circexplorer2/circ_fusion.txt",
    "circexplorer2/circularRNA_full.txt",
    "circRNAprofiler/circexplorer2/circRNAs_001.txt",
]
NAME = "landing/S1_circularRNA_known.txt"


def row(
    start: int = 99, end: int = 200, reads: int = 7, gene: str = "HIPK3", kind: str = "circRNA", **other: str
) -> str:
    cells = ["chr1", start, end, f"circular_RNA/{reads}", 0, other.get("strand", "+"), start, start, "0,0,0", 1, 101, 0]
    return "\t".join(map(str, [*cells, reads, kind, gene, "NM_1", 2, "chr1:1-99|chr1:200-300"])) + "\n"


@pytest.mark.parametrize("name", FILES)
def test_a_real_file_holds_the_reads_of_its_lines_at_one_based_places(shared: Path, name: str) -> None:
    raw = RawFile.read(shared / FOLDER / name, name)
    assert PARSER.claims(raw, context())
    parsed = PARSER.parse(raw, context(sample="S1"))
    lines = [line.split("\t") for line in (shared / FOLDER / name).read_text().splitlines()]
    assert circles(parsed) == {f"{c[0]}:{int(c[1]) + 1}|{c[2]}|{c[5]}": (float(c[12]), None) for c in lines}
    assert {kind for _, kind, _ in features(parsed).values()} <= {"circRNA", "ciRNA"}
    assert {rna for _, _, rna in features(parsed).values()} == {"circrna"}


def test_a_junction_of_two_genes_is_counted_once_and_has_both(tmp_path: Path) -> None:
    content = row() + row(gene="CUFF.12.1") + row(gene="OTHER") + row(start=500, end=600, gene="MSTRG.7", strand="-")
    parsed = PARSER.parse(raw_file(tmp_path, content, NAME), context(["S1"]))
    assert circles(parsed) == {"chr1:100|200|+": (7, None), "chr1:501|600|-": (7, None)}
    assert hosts(parsed) == {"chr1:100|200|+": (None, "HIPK3;OTHER"), "chr1:501|600|-": ("MSTRG.7", None)}
    assert parsed.problems == ()


def test_a_header_is_no_junction_and_columns_of_circexplorer3_are_allowed(tmp_path: Path) -> None:
    header = "chrom\tstart\tend\tname\tscore\tstrand\tthickStart\tthickEnd\titemRgb\texonCount\texonSizes\texonOffsets"
    header += "\treadNumber\tcircType\tgeneName\tisoformName\tindex\tflankIntron\tFPBcirc\tFPBlinear\tCIRCscore\n"
    raw = raw_file(tmp_path, header + row().rstrip() + "\t1.5\t0.2\t7\n", NAME)
    assert PARSER.claims(raw, context(["S1"]))
    assert circles(PARSER.parse(raw, context(["S1"]))) == {"chr1:100|200|+": (7, None)}


def test_junctions_of_low_confidence_are_told_and_not_counted(shared: Path) -> None:
    raw = RawFile.read(shared / FOLDER / "circexplorer2/low_circ_fusion.txt")
    assert PARSER.claims(raw, context())
    parsed = PARSER.parse(raw, context())
    assert (dict(parsed.frames), rules(parsed)) == ({}, ["low_confidence"])


@pytest.mark.parametrize(
    ("content", "rule", "place"),
    [
        (row() + row(reads=9), "repeated_junction", "line 1"),
        (row() + row().replace("\t7\tcircRNA", "\tmany\tcircRNA"), "not_a_number", "line 2, count"),
        (row() + row(start=300, strand="x"), "unknown_strand", "line 2, strand"),
        (row() + "chr1\t5\t6\n", "ragged_row", "line 2"),
        (row() + row(start=3, reads=-2), "negative_count", "line 2, count"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, content: str, rule: str, place: str) -> None:
    raw = raw_file(tmp_path, content, NAME)
    assert PARSER.claims(raw, context(["S1"]))
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1"]))
    assert (error.value.problems[0].rule, error.value.problems[0].place) == (rule, place)
