from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.parsers.gdc_mirna import PARSER
from tests.tasks.parsers.count_files import claimants, context, matrix, raw_file

ONE = (
    "miRNA_ID\tread_count\treads_per_million_miRNA_mapped\tcross-mapped\n"
    "hsa-let-7a-1\t39\t14.5\tN\nhsa-mir-21\t7\t2.5\tY\n"
)
ISOFORMS = (
    "miRNA_ID\tisoform_coords\tread_count\treads_per_million_miRNA_mapped\tcross-mapped\tmiRNA_region\n"
    "hsa-let-7a-1\thg38:chr9:94175942-94175961:+\t1\t0.25\tN\tprecursor\n"
    "hsa-let-7a-1\thg38:chr9:94175961-94175982:+\t4\t0.99\tY\tmature,MIMAT0000062\n"
    "hsa-let-7a-2\thg38:chr11:122146568-122146589:-\t6\t1.48\tN\tmature,MIMAT0000062\n"
    "hsa-let-7a-1\thg38:chr9:94176013-94176033:+\t2\t0.49\tN\tmature,MIMAT0004481\n"
    "hsa-let-7a-1\thg38:chr9:94175983-94175999:+\t3\t0.7\tN\tunannotated\n"
)
WIDE = (
    "miRNA_ID,read_count_TCGA-A,reads_per_million_miRNA_mapped_TCGA-A,cross-mapped_TCGA-A,read_count_TCGA-B,"
    "reads_per_million_miRNA_mapped_TCGA-B,cross-mapped_TCGA-B\nhsa-let-7a-1,3,1.5,N,4,2.5,N\n"
)
FIREHOSE = (
    "Hybridization REF\tTCGA-A\tTCGA-A\tTCGA-A\tTCGA-B\tTCGA-B\tTCGA-B\n"
    "miRNA_ID\tread_count\treads_per_million_miRNA_mapped\tcross-mapped\tread_count\treads_per_million_miRNA_mapped"
    "\tcross-mapped\nhsa-let-7a-1\t3\t1.5\tN\t4\t2.5\tN\n"
)


@pytest.mark.parametrize("name", ["landing/S1.mirnas.quantification.txt", "landing/S1.mirbase21.txt"])
def test_precursors_of_one_sample(tmp_path: Path, name: str) -> None:
    raw = raw_file(tmp_path, ONE, name)
    about = context(["S1"], sample="S1")
    assert claimants(raw, about) == [PARSER]
    parsed = PARSER.parse(raw, about)
    assert matrix(parsed) == {"hsa-let-7a-1": {"S1": 39}, "hsa-mir-21": {"S1": 7}}
    assert parsed.unread == ("reads_per_million_miRNA_mapped", "cross-mapped")
    assert set(parsed.frames["core.features"]["rna_class"]) == {"mirna"}


def test_isoforms_are_added_up_to_mature_mirnas(tmp_path: Path) -> None:
    parsed = PARSER.parse(raw_file(tmp_path, ISOFORMS, "landing/S1.isoforms.quantification.txt"), context(["S1"]))
    assert matrix(parsed) == {"MIMAT0000062": {"S1": 10}, "MIMAT0004481": {"S1": 2}}
    assert "2 isoforms of no mature miRNA" in parsed.unread
    assert set(parsed.frames["core.feature_counts"]["library"]) == {"mirna"}


@pytest.mark.parametrize("content", [WIDE, FIREHOSE])
def test_matrices_of_three_columns_a_sample(tmp_path: Path, content: str) -> None:
    raw = raw_file(tmp_path, content, "landing/mirna.txt")
    about = context(["TCGA-A", "TCGA-B"])
    assert claimants(raw, about) == [PARSER]
    parsed = PARSER.parse(raw, about)
    assert matrix(parsed) == {"hsa-let-7a-1": {"TCGA-A": 3, "TCGA-B": 4}}
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("content", "rule", "place"),
    [
        (ONE + "hsa-mir-22\tmany\t2.5\tY\n", "not_a_number", "line 4, read_count"),
        (ONE + "hsa-mir-22\t-3\t2.5\tY\n", "negative_count", "line 4, read_count"),
        (ONE + "hsa-mir-22\n", "ragged_row", "line 4"),
        (FIREHOSE.replace("\t4\t2.5", "\tx\t2.5"), "not_a_number", "line 3, reads in TCGA-B"),
        ("".join(ISOFORMS.splitlines(keepends=True)[:2]), "no_rows", ""),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, content: str, rule: str, place: str) -> None:
    raw = raw_file(tmp_path, content, "landing/S1.txt")
    assert PARSER.claims(raw, context(["S1"]))
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1"]))
    assert (error.value.problems[0].rule, error.value.problems[0].place) == (rule, place)
