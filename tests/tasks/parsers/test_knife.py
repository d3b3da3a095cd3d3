from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.knife import PARSER
from tests.tasks.parsers.count_files import circles, claimants, context, hosts, raw_file

COMBINED = "junction\torig_count\torig_posterior\tswapped_count\tswapped_posterior\ttotal_reads\n"
GLM = "junction\tnumReads\tp_predicted\tp_value\n"
NAIVE = (
    "@GUsing Poisson distribution with p=: 0.0039\n@junction\tlinear\tanomaly\tunmapped\t"
    "multimapped\tcirc\tdecoy\tpvalue\tscores\n"
)
NAME = "landing/S1__circJuncProbs.txt"


def test_a_real_report_holds_the_reads_of_its_lines(shared: Path) -> None:
    path = shared / "data/sequencing/circrna/circRNAprofiler/knife/circRNAs_001.txt"
    raw = RawFile.read(path)
    assert claimants(raw, context()) == [PARSER]
    parsed = PARSER.parse(raw, context(sample="S1"))
    expected = {}
    for line in path.read_text().splitlines()[1:]:
        junction, *_, total = line.split("\t")
        chrom, first, second, _, strand = junction.split("|")
        low, high = sorted(int(end.split(":")[1]) for end in (first, second))
        expected[f"{chrom}:{low}|{high}|{strand}"] = (float(total), None)
    assert circles(parsed) == expected
    assert hosts(parsed)["chr3:49020632|50000118|+"] == (None, "RBM6;ARIH2")
    assert hosts(parsed)["chr2:188243667|188250358|-"] == (None, "CALCRL")


@pytest.mark.parametrize(
    ("content", "reads"),
    [
        (COMBINED + "chr1|A:200|A:100|rev|+\t1\t0.9\t2\t0.8\t3\n", 3),
        (GLM + "chr1|A:200|A:100|rev|+\t4\t0.99\t0.5\n", 4),
        (NAIVE + "chr1|A:200|A:100|dup|+\t0\t0\t0\t0\t5\t1\t0.74\t(0, 0),\n", 5),
    ],
)
def test_each_of_its_reports_is_read(tmp_path: Path, content: str, reads: int) -> None:
    raw = raw_file(tmp_path, content, NAME)
    assert claimants(raw, context(["S1"])) == [PARSER]
    assert circles(PARSER.parse(raw, context(["S1"]))) == {"chr1:100|200|+": (reads, None)}


def test_linear_junctions_are_counted_as_left_out(tmp_path: Path) -> None:
    content = GLM + "chr1|A:200|A:100|rev|+\t4\t0.99\t0.5\nchr1|A:200|A:300|reg|+\t40\t0.99\t0.5\n"
    parsed = PARSER.parse(raw_file(tmp_path, content, NAME), context(["S1"]))
    assert len(circles(parsed)) == 1
    assert "1 linear junctions" in parsed.unread


@pytest.mark.parametrize(
    ("row", "rule", "place"),
    [
        ("chr1|A:200|A:100|rev\t4\t0.99\t0.5\n", "not_a_number", "line 2, start"),
        ("chr1|A:200|A:100|rev|+\tx\t0.99\t0.5\n", "not_a_number", "line 2, count"),
        ("chr1|A:200|A:100|reg|+\t4\t0.99\t0.5\n", "no_circrnas", ""),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, row: str, rule: str, place: str) -> None:
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw_file(tmp_path, GLM + row, NAME), context(["S1"]))
    assert (error.value.problems[0].rule, error.value.problems[0].place) == (rule, place)


def test_a_cut_header_is_refused(tmp_path: Path) -> None:
    content = COMBINED.replace("\ttotal_reads", "") + "chr1|A:200|A:100|rev|+\t1\t0.9\t2\t0.8\n"
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw_file(tmp_path, content, NAME), context(["S1"]))
    assert error.value.problems[0].rule == "no_counts"
