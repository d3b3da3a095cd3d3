from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.mirtop import PARSER
from tests.tasks.parsers.count_files import claimants, context, declared, matrix, raw_file

FOLDER = "data/sequencing/mirna/mirtop"
HEAD = "## mirGFF3. VERSION 1.1\n## COLDATA: S1,S2\n"
COUNTS = "UID\tRead\tmiRNA\tVariant\tiso_5p\tiso_3p\tiso_add3p\tiso_snv\tS1\tS2\n"
TAKEN = sorted(
    f"{name}.gff"
    for name in (
        *("annotate_SQL_sample", "compare_reference", "compare_target", "gff_2samples", "gff_correct_file"),
        *("paper_hsa-let-7a-5p", "simulation_test", "synthetic_let7a-5p", "versions_version1.0"),
    )
)


def row(uid: str, name: str = "hsa-let-7a-5p", expression: str = "4,2", passed: str = "Pass") -> str:
    attributes = (
        f"Read=TGAG; UID={uid}; Name={name}; Parent=hsa-let-7a-1; Variant=NA; Cigar=22M; Expression={expression}"
    )
    return f"hsa-let-7a-1\tmiRBasev21\tisomiR\t4\t25\t0\t+\t.\t{attributes}; Filter={passed}; Hits=1\n"


@pytest.mark.parametrize("name", TAKEN)
def test_a_real_file_holds_the_sum_of_its_isomirs(shared: Path, name: str) -> None:
    path = shared / FOLDER / name
    raw = RawFile.read(path)
    assert claimants(raw, context()) == [PARSER]
    expected: Counter[str] = Counter()
    seen = set()
    for line in path.read_text().splitlines():
        found = dict(re.findall(r"(UID|Name|Expression|Filter)[= ]([^;]+)", line))
        if found and not line.startswith("#") and found["UID"] not in seen:
            seen.add(found["UID"])
            expected[found["Name"]] += int(found["Expression"].split(",")[0])
    counts = {mirna: next(iter(samples.values())) for mirna, samples in matrix(PARSER.parse(raw, context())).items()}
    assert counts == expected


def test_samples_of_coldata_are_columns_and_filtered_isomirs_are_left_out(tmp_path: Path) -> None:
    content = (
        HEAD + row("a") + row("b", expression="10,0") + row("c", passed="REJECT lowcount") + row("d", "hsa-miR-21-5p")
    )
    parsed = PARSER.parse(raw_file(tmp_path, content, "landing/mirtop.gff"), context(["S1", "S2"]))
    assert matrix(parsed) == {"hsa-let-7a-5p": {"S1": 14, "S2": 2}, "hsa-miR-21-5p": {"S1": 4, "S2": 2}}
    assert "1 isomiRs that did not pass the filter" in parsed.unread
    assert set(parsed.frames["core.feature_counts"]["library"]) == {"mirna"}


def test_a_sequence_of_several_places_is_counted_once(tmp_path: Path) -> None:
    content = HEAD + row("a") + row("a") + row("a", "hsa-let-7c-5p")
    parsed = PARSER.parse(raw_file(tmp_path, content, "landing/mirtop.gff"), context(["S1", "S2"]))
    assert matrix(parsed) == {"hsa-let-7a-5p": {"S1": 4, "S2": 2}}
    assert "2 further places of the same sequences" in parsed.unread


def test_the_table_of_counts_gives_the_same_as_the_gff(tmp_path: Path) -> None:
    lines = [f"{u}\tTGAG\thsa-let-7a-5p\tNA\t0\t0\t0\t0\t{a}\t{b}\n" for u, a, b in (("x", 4, 2), ("y", 10, 0))]
    raw = raw_file(tmp_path, COUNTS + "".join([*lines, lines[0]]), "landing/mirtop_expression_counts.tsv")
    about = context(["S1", "S2"])
    assert claimants(raw, about) == [PARSER]
    assert matrix(PARSER.parse(raw, about)) == {"hsa-let-7a-5p": {"S1": 14, "S2": 2}}


def test_the_table_for_isomirs_is_summed_too(shared: Path) -> None:
    path = shared / "data/sequencing/mirna/mirtop_rawData.tsv"
    raw = RawFile.read(path)
    assert claimants(raw, declared()) == [PARSER]
    lines = [line.split("\t") for line in path.read_text().splitlines()[1:]]
    first = {cells[0]: cells for cells in reversed(lines)}
    expected: Counter[str] = Counter()
    for cells in first.values():
        expected[cells[1]] += int(cells[6])
    assert {m: counts["sample1"] for m, counts in matrix(PARSER.parse(raw, context())).items()} == expected


def test_a_file_without_coldata_is_of_the_sample_that_its_name_tells(shared: Path) -> None:
    path = shared / FOLDER / "gff_coldata_missing.gff"
    parsed = PARSER.parse(RawFile.read(path, "landing/S1_mirtop.gff"), context(["S1"]))
    assert matrix(parsed) == {"hsa-let-7a-5p": {"S1": 12}}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (HEAD + row("a", expression="4"), "samples_do_not_fit"),
        (HEAD.replace("S1,S2", "") + row("a"), "samples_do_not_fit"),
        (HEAD + row("a") + row("b", expression="4"), "not_a_number"),
        (HEAD + row("a", expression="4,x"), "not_a_number"),
        (HEAD + row("a", passed="REJECT"), "no_rows"),
        (HEAD + row("a").replace("Name=", "Alias="), "empty_id"),
        (COUNTS.replace("\tS1\tS2", "") + "x\tT\thsa-let-7a-5p\tNA\t0\t0\t0\t0\n", "no_samples"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, content: str, rule: str) -> None:
    raw = raw_file(tmp_path, content, "landing/mirtop.gff")
    assert PARSER.claims(raw, context(["S1"]))
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1", "S2"]))
    assert error.value.problems[0].rule == rule


@pytest.mark.parametrize("name", ["annotate_hsa.gff3", "spikeins_spikeins_pre.gff"])
def test_an_annotation_is_not_taken_for_it(shared: Path, name: str) -> None:
    assert not PARSER.claims(RawFile.read(shared / FOLDER / name), declared())
