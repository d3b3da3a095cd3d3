from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.star import PARSER
from tests.tasks.parsers.count_files import context, features, matrix, raw_file, study

NAME = "landing/S1_ReadsPerGene.out.tab"
HEAD = "N_unmapped\t5\t5\t5\nN_multimapping\t6\t6\t6\nN_noFeature\t2\t3\t4\nN_ambiguous\t1\t1\t1\n"


def table(forward: int, reverse: int) -> str:
    return f"{HEAD}ENSG01\t{forward + reverse}\t{forward}\t{reverse}\nENSG02\t0\t0\t0\n"


def test_a_real_stranded_file_is_counted_on_its_strand(shared: Path) -> None:
    path = shared / "data/sequencing/star/ERR458837_ReadsPerGene.out.tab"
    raw = RawFile.read(path)
    assert PARSER.claims(raw, context(["ERR458837"]))
    parsed = PARSER.parse(raw, context(["ERR458837"]))
    lines = [line.split("\t") for line in path.read_text().splitlines()[4:]]
    assert matrix(parsed) == {line[0]: {"ERR458837": float(line[2])} for line in lines}
    (problem,) = parsed.problems
    assert (problem.rule, problem.value) == ("strand_chosen", "forward")
    assert "56513" in problem.message


@pytest.mark.parametrize(
    ("forward", "reverse", "strand"),
    [
        (500, 100, "forward"),
        (10, 990, "reverse"),
        (100, 100, "unstranded"),
        (100, 150, "unstranded"),
        (0, 0, "unstranded"),
    ],
)
def test_totals_choose_the_strand(tmp_path: Path, forward: int, reverse: int, strand: str) -> None:
    parsed = PARSER.parse(raw_file(tmp_path, table(forward, reverse), NAME), context(["S1"]))
    expected = {"forward": forward, "reverse": reverse, "unstranded": forward + reverse}[strand]
    assert matrix(parsed)["ENSG01"] == {"S1": expected}
    silent = [] if expected else [("sample_without_reads", "column 2")]
    assert [(p.rule, p.value) for p in parsed.problems] == [("strand_chosen", strand), *silent]


def test_an_undecided_strand_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"strandedness of files\.csv"):
        PARSER.parse(raw_file(tmp_path, table(300, 100), NAME), context(["S1"]))


def test_files_csv_decides_before_samples_csv_and_contradictions_are_told(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, table(300, 100), NAME)
    by_sample = context(of=study(["S1"], strandedness="forward"))
    assert matrix(PARSER.parse(raw, by_sample))["ENSG01"] == {"S1": 300}
    by_file = context(of=study(["S1"], strandedness="forward"), strandedness="unstranded")
    assert matrix(PARSER.parse(raw, by_file))["ENSG01"] == {"S1": 400}
    wrong = PARSER.parse(raw_file(tmp_path, table(900, 10), NAME), context(["S1"], strandedness="reverse"))
    assert matrix(wrong)["ENSG01"] == {"S1": 10}
    assert [p.rule for p in wrong.problems] == ["strand_contradicted"]


def test_auto_in_samples_csv_leaves_it_to_the_data(tmp_path: Path) -> None:
    parsed = PARSER.parse(raw_file(tmp_path, table(900, 10), NAME), context(of=study(["S1"], strandedness="auto")))
    assert matrix(parsed)["ENSG01"] == {"S1": 900}


@pytest.mark.parametrize("name", ["landing/S1ReadsPerGene.out.tab", "landing/S1/ReadsPerGene.out.tab", NAME])
def test_the_name_tells_the_sample(tmp_path: Path, name: str) -> None:
    parsed = PARSER.parse(raw_file(tmp_path, table(1, 1), name), context(["S1"]))
    assert set(matrix(parsed)["ENSG01"]) == {"S1"}


def test_the_table_of_gdc_is_read_with_its_annotation(tmp_path: Path) -> None:
    content = (
        "# gene-model: GENCODE v36\n"
        "gene_id\tgene_name\tgene_type\tunstranded\tstranded_first\tstranded_second\ttpm_unstranded\n"
        "N_unmapped\t\t\t5\t5\t5\t\n"
        "ENSG00000000003.15\tTSPAN6\tprotein_coding\t10\t5\t5\t3.2\n"
        "ENSG00000000005.6\tTNMD\tprotein_coding\t2\t1\t1\t0.1\n"
    )
    raw = raw_file(tmp_path, content, "landing/S1.augmented_star_gene_counts.tsv")
    about = context(["S1"], sample="S1")
    assert PARSER.claims(raw, about)
    parsed = PARSER.parse(raw, about)
    assert matrix(parsed) == {"ENSG00000000003.15": {"S1": 10}, "ENSG00000000005.6": {"S1": 2}}
    assert features(parsed)["ENSG00000000003.15"] == ("TSPAN6", "protein_coding", "mrna")
    assert parsed.unread == ("tpm_unstranded",)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (HEAD + "ENSG01\t1\tx\t1\n", "count_not_a_number"),
        (HEAD + "ENSG01\t1\t1\n", "ragged_row"),
        (table(5, 5) + "ENSG01\t1\t1\t0\n", "duplicate_id"),
        (HEAD, "no_rows"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, content: str, rule: str) -> None:
    raw = raw_file(tmp_path, content, NAME)
    assert PARSER.claims(raw, context(["S1"]))
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1"]))
    assert error.value.problems[0].rule == rule
