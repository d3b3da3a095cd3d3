from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from tasks.parsers.kallisto import PARSER
from tests.tasks.parsers.count_files import context, matrix, raw_file, reference

ABUNDANCE = (
    "target_id\tlength\teff_length\test_counts\ttpm\n"
    "ENST01.2|ENSG01.5|-|TP53-201|TP53|1000|protein_coding|\t1000\t800\t10\t30\n"
    "ENST02.1|ENSG01.5|-|TP53-202|TP53|500|protein_coding|\t500\t400\t2.25\t10\n"
)


@pytest.mark.parametrize("is_zipped", [False, True])
def test_transcripts_are_summed_to_genes_in_the_folder_s_sample(tmp_path: Path, *, is_zipped: bool) -> None:
    tx2gene = pl.DataFrame({"TXNAME": ["ENST01.3", "ENST02"], "GENEID": ["ENSG01", "ENSG01"]})
    about = context(["S1"], references={"tx2gene": reference(tmp_path, tx2gene, "tx2gene.tsv")})
    content = gzip.compress(ABUNDANCE.encode()) if is_zipped else ABUNDANCE.encode()
    raw = raw_file(tmp_path, content, "landing/S1/abundance.tsv")
    assert PARSER.claims(raw, about)
    parsed = PARSER.parse(raw, about)
    assert matrix(parsed) == {"ENSG01": {"S1": 12.25}}
    assert parsed.frames["core.feature_counts"]["effective_length"].to_list() == [700.0]
    assert parsed.problems == ()


def test_salmon_s_table_is_not_claimed(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, "Name\tLength\tEffectiveLength\tTPM\tNumReads\nE\t1\t1\t1\t1\n")
    assert not PARSER.claims(raw, context(["S1"]))
