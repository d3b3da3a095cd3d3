from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.parsers.nfcore_circrna import PARSER
from tests.tasks.parsers.count_files import claimants, context, matrix, raw_file

HEADER = "Chr\tStart\tStop\tStrand\tS1\tS2\n"
NAME = "landing/count_matrix.txt"


def test_starts_become_one_based(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, HEADER + "chr1\t99\t200\t+\t5\t0\nchrX\t6\t90\t-\t1\t2\n", NAME)
    about = context(["S1", "S2"])
    assert claimants(raw, about) == [PARSER]
    parsed = PARSER.parse(raw, about)
    assert matrix(parsed) == {"chr1:100|200|+": {"S1": 5, "S2": 0}, "chrX:7|90|-": {"S1": 1, "S2": 2}}
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("content", "rule", "place"),
    [
        ("chr1\t99\t200\t+\tx\t0\n", "not_a_number", "line 2, reads in S1"),
        ("chr1\t99\t200\t+\t5\n", "ragged_row", "line 2"),
        ("chr1\t99\t200\t+\t5\t-1\n", "negative_count", "line 2, reads in S2"),
        ("", "no_circrnas", ""),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, content: str, rule: str, place: str) -> None:
    raw = raw_file(tmp_path, HEADER + content, NAME)
    assert PARSER.claims(raw, context(["S1", "S2"]))
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1", "S2"]))
    assert (error.value.problems[0].rule, error.value.problems[0].place) == (rule, place)


def test_two_columns_of_one_sample_are_refused(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, HEADER.replace("S2", "S1") + "chr1\t99\t200\t+\t5\t0\n", NAME)
    with pytest.raises(BadInputError, match="same sample name"):
        PARSER.parse(raw, context(["S1"]))
