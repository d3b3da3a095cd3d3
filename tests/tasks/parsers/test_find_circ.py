from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.parsers.find_circ import PARSER
from tests.tasks.parsers.count_files import circles, claimants, context, matrix, raw_file

HEADER = (
    "# chrom\tstart\tend\tname\tn_reads\tstrand\tn_uniq\tuniq_bridges\tbest_qual_left\t"
    "best_qual_right\ttissues\ttiss_counts\tedits\tanchor_overlap\tbreakpoints\tsignal\t"
    "strandmatch\tcategory\n"
)
KEYS = "ANCHOR_UNIQUE,CANONICAL,CIRCULAR,PERFECT_EXT,UNAMBIGUOUS_BP"


def row(
    start: int = 99, reads: int = 3, tissues: str = "S1", counts: str = "3", keys: str = KEYS, extra: str = ""
) -> str:
    return f"chr1\t{start}\t200\tt_1\t{reads}\t-\t3\t3\t40\t40\t{extra}{tissues}\t{counts}\t0\t0\t1\tGTAG\tNA\t{keys}\n"


def test_circular_sites_are_read_and_linear_ones_counted_as_left_out(tmp_path: Path) -> None:
    content = HEADER + row() + row(300, keys="LINEAR,CANONICAL") + HEADER + row(150, 5, counts="5")
    raw = raw_file(tmp_path, content, "landing/splice_sites.bed")
    about = context(["S1"])
    assert claimants(raw, about) == [PARSER]
    parsed = PARSER.parse(raw, about)
    assert circles(parsed) == {"chr1:100|200|-": (3, None), "chr1:151|200|-": (5, None)}
    assert "1 linear splice sites" in parsed.unread
    assert matrix(parsed)["chr1:100|200|-"] == {"S1": 3}  # --name, where the file's name says nothing


def test_a_table_of_version_1_2_has_two_columns_more(tmp_path: Path) -> None:
    rows = [row(start, extra="0\t0\t", tissues="unknown") for start in (99, 7)]
    raw = raw_file(tmp_path, "".join(rows), "landing/S1_circs.bed")
    assert PARSER.claims(raw, context())
    parsed = PARSER.parse(raw, context(["S1"]))
    assert matrix(parsed) == {"chr1:100|200|-": {"S1": 3}, "chr1:8|200|-": {"S1": 3}}


def test_samples_merged_by_merge_bed_are_columns(tmp_path: Path) -> None:
    content = row(reads=9, tissues="S1,S2", counts="4,5") + row(150, 2, tissues="S2", counts="2")
    parsed = PARSER.parse(raw_file(tmp_path, content, "landing/combined.bed"), context(["S1", "S2"]))
    assert matrix(parsed) == {"chr1:100|200|-": {"S1": 4, "S2": 5}, "chr1:151|200|-": {"S1": 0, "S2": 2}}
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (row(keys="LINEAR") * 2, "no_circrnas"),
        (row() + row(reads=4), "repeated_junction"),
        (row() + row(5).replace("\t3\t-", "\tx\t-"), "not_a_number"),
        (row(tissues="S1,S2", counts="4,5") + row(5, tissues="S3", counts="4,1"), "uneven_tissues"),
        (row(tissues="S1,S2", counts="4,x"), "not_a_number"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, content: str, rule: str) -> None:
    raw = raw_file(tmp_path, content, "landing/S1.bed")
    assert PARSER.claims(raw, context(["S1"]))
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1", "S2"]))
    assert error.value.problems[0].rule == rule
