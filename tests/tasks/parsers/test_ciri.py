from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.parsers.ciri import PARSER
from tests.tasks.parsers.count_files import circles, claimants, context, features, hosts, raw_file, reference, rules

HEADER = (
    "circRNA_ID\tchr\tcircRNA_start\tcircRNA_end\t#junction_reads\tSM_MS_SMS\t#non_junction_reads\t"
    "junction_reads_ratio\tcircRNA_type\tgene_id\tstrand\tjunction_reads_ID\n"
)
ROW = "chr1:100|200\tchr1\t100\t200\t12\t6_3_3\t30\t0.444\texon\tENSG00000000001.5,\t+\tr1,r2,\n"
INTERGENIC = "chr2:5|900\tchr2\t5\t900\t3\t1_1_1\t0\t1.000\tintergenic_region\tn/a\t-\tr3,\n"
NAME = "landing/S1.ciri2.txt"


def test_junction_and_non_junction_reads_are_read_at_ciris_own_places(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, HEADER + ROW + INTERGENIC, NAME)
    about = context(["S1"])
    assert claimants(raw, about) == [PARSER]
    parsed = PARSER.parse(raw, about)
    assert circles(parsed) == {"chr1:100|200|+": (12, 30), "chr2:5|900|-": (3, 0)}
    assert hosts(parsed) == {"chr1:100|200|+": ("ENSG00000000001.5", None), "chr2:5|900|-": (None, None)}
    assert features(parsed)["chr2:5|900|-"] == (None, "intergenic_region", "circrna")
    assert parsed.unread == ("SM_MS_SMS", "junction_reads_ratio", "junction_reads_ID")
    assert set(parsed.frames["core.feature_counts"]["sample_name"]) == {"S1"}


def test_the_annotation_names_the_host_gene(tmp_path: Path) -> None:
    known = pl.DataFrame({"feature_id": ["ENSG00000000001", "B"], "symbol": ["HIPK3", "HIPK3B"], "biotype": ["", ""]})
    about = context(["S1"], references={"features": reference(tmp_path, known, "features.tsv")})
    parsed = PARSER.parse(raw_file(tmp_path, HEADER + ROW, NAME), about)
    assert hosts(parsed) == {"chr1:100|200|+": ("ENSG00000000001.5", "HIPK3")}


def test_a_table_without_strand_says_so_once(tmp_path: Path) -> None:
    cut = "\n".join("\t".join(line.split("\t")[:10]) for line in (HEADER + ROW + INTERGENIC).splitlines())
    parsed = PARSER.parse(raw_file(tmp_path, cut, NAME), context(["S1"]))
    assert set(circles(parsed)) == {"chr1:100|200|.", "chr2:5|900|."}
    assert rules(parsed) == ["no_strand"]
    assert "2 of 2" in parsed.problems[0].message


def test_files_csv_cannot_make_genes_of_circles(tmp_path: Path) -> None:
    parsed = PARSER.parse(raw_file(tmp_path, HEADER + ROW, NAME), context(["S1"], rna_class="mrna"))
    assert set(parsed.frames["core.features"]["library"]) == {"circrna"}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (HEADER, "no_circrnas"),
        (HEADER + ROW.replace("\t100\t", "\t0\t"), "impossible_junction"),
        (HEADER + ROW.replace("\t200\t", "\t2e\t"), "not_a_number"),
        (HEADER + ROW.replace("\t12\t", "\t-1\t"), "negative_count"),
        (HEADER + ROW + ROW.replace("\t30\t", "\t31\t"), "repeated_junction"),
        (HEADER + ROW[:40], "ragged_row"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, content: str, rule: str) -> None:
    raw = raw_file(tmp_path, content, NAME)
    assert PARSER.claims(raw, context(["S1"]))
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1"]))
    assert error.value.problems[0].rule == rule
