from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.htseq import PARSER
from tests.tasks.parsers.count_files import context, declared, features, matrix, raw_file

SUMMARY = "__no_feature\t9\n__ambiguous\t1\n__too_low_aQual\t0\n__not_aligned\t3\n__alignment_not_unique\t4\n"
ROWS = "ENSG01\t5\nENSG02\t0\n"


def test_a_real_file_loses_its_summary_rows_only(shared: Path) -> None:
    path = shared / "data/sequencing/htseq/htseq_ensmusg_header.tsv"
    raw = RawFile.read(path, "landing/m1/htseq_ensmusg_header.tsv")
    assert PARSER.claims(raw, context(["m1"]))
    parsed = PARSER.parse(raw, context(["m1"]))
    lines = [line.split("\t") for line in path.read_text().splitlines()[1:]]
    expected = {name: {"m1": float(count)} for name, count in lines if not name.startswith("__")}
    assert matrix(parsed) == expected
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("content", "name", "row", "sample"),
    [
        (ROWS + SUMMARY, "landing/S1.counts.txt", {}, "S1"),
        (ROWS + SUMMARY, "landing/S1/htseq.txt", {}, "S1"),
        (ROWS + SUMMARY, "landing/x.txt", {"sample": "S2"}, "S2"),
        ("gene\tS1\n" + ROWS + SUMMARY, "landing/x.txt", {}, "S1"),
        ("gene\tS1\n" + ROWS + SUMMARY, "landing/x.txt", {"sample": "S2"}, "S2"),
        ("gene\tbam/S1_sorted.bam\n" + ROWS + SUMMARY, "landing/S2.txt", {}, "S1"),
        ("feature\tcount\n" + ROWS + SUMMARY, "landing/S2.tsv", {}, "S2"),
        ((ROWS + SUMMARY).replace("\n", "\r"), "landing/S1.txt", {}, "S1"),
        (ROWS, "landing/S1.txt", {"assay": "expression_counts"}, "S1"),
        ("gene,S1\nENSG01,5\nENSG02,0\n", "landing/x.csv", {"assay": "expression_counts"}, "S1"),
    ],
)
def test_the_sample_is_found(tmp_path: Path, content: str, name: str, row: dict[str, str], sample: str) -> None:
    raw = raw_file(tmp_path, content, name)
    about = context(["S1", "S2"], **row)
    assert PARSER.claims(raw, about)
    parsed = PARSER.parse(raw, about)
    assert matrix(parsed) == {"ENSG01": {sample: 5}, "ENSG02": {sample: 0}}
    assert parsed.problems == ()


def test_an_unknown_sample_is_kept_with_a_warning(tmp_path: Path) -> None:
    parsed = PARSER.parse(raw_file(tmp_path, ROWS + SUMMARY, "landing/s-1.counts.txt"), context(["S1", "S2"]))
    assert set(matrix(parsed)["ENSG01"]) == {"s-1"}
    (problem,) = parsed.problems
    assert problem.rule == "unknown_sample"
    assert "'S1'" in problem.remedy


def test_gene_names_of_additional_attributes_are_kept(tmp_path: Path) -> None:
    content = "ENSG01\tTP53\t5\nENSG02\t\t0\n__no_feature\t\t4\n__alignment_not_unique\t\t4\n"
    parsed = PARSER.parse(raw_file(tmp_path, content, "landing/S1.txt"), context(["S1"]))
    assert features(parsed) == {"ENSG01": ("TP53", None, "other"), "ENSG02": (None, None, "other")}


def test_several_bam_files_need_a_header(tmp_path: Path) -> None:
    rows = "ENSG01\t5\t6\nENSG02\t0\t1\n__no_feature\t9\t9\n"
    named = raw_file(tmp_path, "\tS1.bam\tS2.bam\n" + rows, "landing/named.tsv")
    assert matrix(PARSER.parse(named, context(["S1", "S2"])))["ENSG01"] == {"S1": 5, "S2": 6}
    unnamed = raw_file(tmp_path, rows, "landing/unnamed.tsv")
    with pytest.raises(BadInputError, match="--with-header"):
        PARSER.parse(unnamed, context(["S1", "S2"]))


@pytest.mark.parametrize(
    ("content", "rule", "place"),
    [
        (ROWS + "ENSG03\tx\n" + SUMMARY, "count_not_a_number", "line 3, column column 2"),
        (ROWS + "ENSG03\t-1\n" + SUMMARY, "negative_count", "line 3, column column 2"),
        (ROWS + "ENSG01\t1\n" + SUMMARY, "duplicate_id", ""),
        (ROWS + "ENSG03\n" + SUMMARY, "ragged_row", "line 3"),
        ("gene\tS1\n" + SUMMARY, "no_rows", ""),
    ],
)
def test_broken_files_are_refused_in_place(tmp_path: Path, content: str, rule: str, place: str) -> None:
    raw = raw_file(tmp_path, content, "landing/S1.txt")
    assert PARSER.claims(raw, context(["S1"]))
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1"]))
    assert (error.value.problems[0].rule, error.value.problems[0].place) == (rule, place)


def test_a_cut_gzip_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"ENSG{i:011d}\t{i}\n" for i in range(20_000))
    raw = raw_file(tmp_path, gzip.compress((rows + SUMMARY).encode())[:-400], "landing/S1.txt.gz")
    assert PARSER.claims(raw, declared(["S1"]))
    with pytest.raises(BadInputError, match="cut short or damaged"):
        PARSER.parse(raw, declared(["S1"]))


@pytest.mark.parametrize(
    "content", ["", "Status\tS1.bam\nAssigned\t5\nUnassigned\t6\n", "a\tb\nc\td\n", "1\t2\n3\t4\n"]
)
def test_other_two_column_tables_are_not_claimed(tmp_path: Path, content: str) -> None:
    assert not PARSER.claims(raw_file(tmp_path, content, "landing/S1.txt"), declared(["S1"]))


def test_two_columns_without_summary_are_claimed_only_when_declared(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, ROWS, "landing/S1.txt")
    assert not PARSER.claims(raw, context(["S1"]))
    assert not PARSER.claims(raw, context(["S1"], assay="qpcr"))
