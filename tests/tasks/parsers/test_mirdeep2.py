from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.parsers.mirdeep2 import PARSER
from tests.tasks.parsers.count_files import claimants, context, features, matrix, raw_file, rules

ONE = "#miRNA\tread_count\tprecursor\ttotal\tseq\tseq(norm)\n"
TWO = "#miRNA\tread_count\tprecursor\ttotal\tS1\tS2\tS1(norm)\tS2(norm)\n"
NAME = "landing/miRNAs_expressed_all_samples_1447.csv"


def two(*rows: tuple[str, str, float, float]) -> str:
    lines = (f"{m}\t{a + b:.2f}\t{p}\t{a + b:.2f}\t{a:.2f}\t{b:.2f}\t1.5\t2.5\n" for m, p, a, b in rows)
    return TWO + "".join(lines)


def test_reads_of_a_mirna_on_several_precursors_are_counted_once(tmp_path: Path) -> None:
    both = [("hsa-let-7a-5p", f"hsa-let-7a-{n}", 100.0, 50.0) for n in (1, 2)]
    content = two(*both, ("hsa-miR-21-5p", "hsa-mir-21", 7, 0))
    raw = raw_file(tmp_path, content, NAME)
    about = context(["S1", "S2"])
    assert claimants(raw, about) == [PARSER]
    parsed = PARSER.parse(raw, about)
    assert matrix(parsed) == {"hsa-let-7a-5p": {"S1": 100, "S2": 50}, "hsa-miR-21-5p": {"S1": 7, "S2": 0}}
    assert features(parsed)["hsa-miR-21-5p"] == ("hsa-miR-21-5p", None, "mirna")
    assert set(parsed.frames["core.features"]["library"]) == {"mirna"}
    assert parsed.problems == ()
    assert parsed.unread == ("read_count", "precursor", "total", "S1(norm)", "S2(norm)")


def test_precursors_that_disagree_give_their_largest_count_and_are_told(tmp_path: Path) -> None:
    content = two(("hsa-let-7a-5p", "hsa-let-7a-1", 90, 60), ("hsa-let-7a-5p", "hsa-let-7a-2", 100, 50))
    parsed = PARSER.parse(raw_file(tmp_path, content, NAME), context(["S1", "S2"]))
    assert matrix(parsed) == {"hsa-let-7a-5p": {"S1": 100, "S2": 60}}
    assert rules(parsed) == ["precursors_disagree"]


def test_weighted_reads_are_added_up(tmp_path: Path) -> None:
    content = two(("hsa-let-7a-5p", "hsa-let-7a-1", 33.25, 2), ("hsa-let-7a-5p", "hsa-let-7a-2", 66.75, 2))
    parsed = PARSER.parse(raw_file(tmp_path, content, NAME), context(["S1", "S2"]))
    assert matrix(parsed) == {"hsa-let-7a-5p": {"S1": 100, "S2": 4}}
    assert parsed.problems == ()


def test_one_sample_without_a_name_is_the_files(tmp_path: Path) -> None:
    row = "hsa-miR-21-5p\t7.00\thsa-mir-21\t7.00\t7.00\t1000000\n"
    for name, about in ((NAME, context(["S1"], sample="S1")), ("landing/S1/expressed.csv", context(["S1"]))):
        assert matrix(PARSER.parse(raw_file(tmp_path, ONE + row, name), about)) == {"hsa-miR-21-5p": {"S1": 7}}
    bare = raw_file(tmp_path, ONE.removeprefix("#") + row, "landing/S1.csv")
    assert claimants(bare, context(["S1"])) == [PARSER]
    assert matrix(PARSER.parse(bare, context(["S1"]))) == {"hsa-miR-21-5p": {"S1": 7}}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (ONE + "hsa-miR-21-5p\t7\thsa-mir-21\t7\tmany\t1\n", "not_a_number"),
        (ONE + "hsa-miR-21-5p\t7\thsa-mir-21\t7\t-7\t1\n", "negative_count"),
        (ONE + "hsa-miR-21-5p\t7\thsa-mir-21\t7\t7\t1\nhsa-miR-22\t1\n", "ragged_row"),
        (ONE + "\t7\thsa-mir-21\t7\t7\t1\n", "empty_id"),
        (ONE.removeprefix("#"), "no_rows"),
        (TWO.replace("S2", "S1") + "hsa-miR-21-5p\t7\thsa-mir-21\t7\t3\t4\t1\t1\n", "duplicate_sample"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, content: str, rule: str) -> None:
    raw = raw_file(tmp_path, content, NAME)
    assert PARSER.claims(raw, context(["S1"]))
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1"], sample="S1"))
    assert error.value.problems[0].rule == rule
