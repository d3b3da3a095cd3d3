from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.parsers.ciriquant import PARSER
from tests.tasks.parsers.count_files import circles, claimants, context, features, hosts, raw_file

HEAD = "##Sample: S1\n##Total_Reads: 100\n##Mapped_Reads: 90\n##Circular_Reads: 8\n##version: 1.1\n"
ROW = (
    'chr1\tCIRIquant\tcircRNA\t100\t200\t1.2\t+\t.\tcirc_id "chr1:100|200"; circ_type "exon"; bsj 5.000; fsj 12.000; '
    'junc_ratio 0.455; gene_id "ENSG00000000001"; gene_name "HIPK3"; gene_type "protein_coding";\n'
)
LONELY = (
    'chr2\tCIRIquant\tcircRNA\t5\t90\t0.4\t-\t.\tcirc_id "chr2:5|90"; circ_type "intergenic"; bsj 2.000; fsj 0.000; '
    "junc_ratio 1.000;\n"
)


def test_back_and_forward_spliced_reads_are_read(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, HEAD + ROW + LONELY, "landing/a.gtf")
    about = context(["S1"])
    assert claimants(raw, about) == [PARSER]
    parsed = PARSER.parse(raw, about)
    assert circles(parsed) == {"chr1:100|200|+": (5, 12), "chr2:5|90|-": (2, 0)}
    assert hosts(parsed) == {"chr1:100|200|+": ("ENSG00000000001", None), "chr2:5|90|-": (None, None)}
    assert features(parsed)["chr1:100|200|+"] == (None, "exon", "circrna")
    assert set(parsed.frames["core.feature_counts"]["sample_name"]) == {"S1"}  # of the head, not of the file's name
    assert parsed.problems == ()


def test_reads_corrected_by_rnase_r_are_fractions_without_a_warning(tmp_path: Path) -> None:
    corrected = ROW.replace("bsj 5.000", "bsj 5.125").replace("0.455;", "0.455; rnaser_bsj 40.000; rnaser_fsj 1.000;")
    parsed = PARSER.parse(raw_file(tmp_path, HEAD + corrected, "landing/S1.gtf"), context(["S1"]))
    assert circles(parsed) == {"chr1:100|200|+": (5.125, 12)}
    assert parsed.problems == ()


def test_an_annotation_is_not_taken_for_it(tmp_path: Path) -> None:
    line = 'chr1\tHAVANA\tgene\t1\t9\t.\t+\t.\tgene_id "ENSG1"; gene_name "A";\n'
    assert claimants(raw_file(tmp_path, line * 3, "landing/genes.gtf"), context(["S1"])) == []


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (HEAD + ROW.replace("bsj 5.000; ", ""), "not_a_number"),
        (HEAD + ROW.replace("bsj 5.000", "bsj many"), "not_a_number"),
        (HEAD + ROW + ROW.replace("\tcircRNA\t100", "\tcircRNA\tx"), "not_a_number"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, content: str, rule: str) -> None:
    raw = raw_file(tmp_path, content, "landing/S1.gtf")
    assert PARSER.claims(raw, context(["S1"]))
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1"]))
    assert error.value.problems[0].rule == rule
