from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import Context
from tasks.parsers.nfcore_merged import PARSER
from tests.tasks.parsers.count_files import context, declared, features, matrix, raw_file

GENES = "gene_id\tgene_name\tS1\tS2\nENSG01\tTP53\t10.5\t0\nENSG02\tMYC\t3\t7\n"


@pytest.mark.parametrize(
    "name",
    ["salmon.merged.gene_counts.tsv", "salmon.merged.gene_counts_length_scaled.tsv", "kallisto.merged.gene_counts.tsv"],
)
def test_gene_counts_are_read_without_a_warning_of_fractions(tmp_path: Path, name: str) -> None:
    raw = raw_file(tmp_path, GENES, f"landing/star_salmon/{name}")
    assert PARSER.claims(raw, context(["S1", "S2"]))
    parsed = PARSER.parse(raw, context(["S1", "S2"]))
    assert matrix(parsed) == {"ENSG01": {"S1": 10.5, "S2": 0}, "ENSG02": {"S1": 3, "S2": 7}}
    assert features(parsed)["ENSG01"][0] == "TP53"
    assert parsed.problems == ()


def test_rsem_has_transcripts_in_its_second_column(tmp_path: Path) -> None:
    content = "gene_id\ttranscript_id(s)\tS1\nENSG01\tENST01,ENST02\t10.5\n"
    parsed = PARSER.parse(raw_file(tmp_path, content, "landing/rsem.merged.gene_counts.tsv"), context(["S1"]))
    assert matrix(parsed) == {"ENSG01": {"S1": 10.5}}
    assert parsed.unread == ("transcript_id(s)",)


def test_transcript_counts_are_refused_with_the_table_to_give(tmp_path: Path) -> None:
    raw = raw_file(
        tmp_path, GENES.replace("gene_id\tgene_name", "tx\tgene_id"), "landing/salmon.merged.transcript_counts.tsv"
    )
    assert PARSER.claims(raw, context(["S1"]))
    with pytest.raises(BadInputError, match=r"salmon\.merged\.gene_counts\.tsv"):
        PARSER.parse(raw, context(["S1"]))


def test_tpm_is_ignored_unless_declared_as_counts(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, GENES, "landing/salmon.merged.gene_tpm.tsv")
    assert not PARSER.claims(raw, context(["S1", "S2"]))
    assert PARSER.claims(raw, declared(["S1", "S2"]))
    with pytest.raises(BadInputError, match="expected counts of genes"):
        PARSER.parse(raw, declared(["S1", "S2"]))


def test_a_cell_that_is_text_is_named_by_its_gene(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, GENES.replace("\t7", "\tx"), "landing/salmon.merged.gene_counts.tsv")
    with pytest.raises(BadInputError, match="the count of ENSG02 in S2 holds the text 'x'"):
        PARSER.parse(raw, context(["S1", "S2"]))


def test_other_tables_are_not_claimed(tmp_path: Path) -> None:
    assert not PARSER.claims(raw_file(tmp_path, GENES, "landing/gene_counts.tsv"), context(["S1"]))


LENGTHS = "gene_id\tgene_name\tS2\tS1\nENSG02\tMYC\t900\t1000.5\nENSG01\tTP53\t0\t2000\n"


def beside(tmp_path: Path, lengths: str) -> Context:
    other = raw_file(tmp_path, lengths, "landing/salmon.merged.gene_lengths.tsv")
    return replace(context(["S1", "S2"]), references={"beside/landing/salmon.merged.gene_lengths.tsv": other})


def test_lengths_beside_the_counts_are_read_by_gene_and_sample(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, GENES, "landing/salmon.merged.gene_counts.tsv")
    rows = PARSER.parse(raw, beside(tmp_path, LENGTHS)).frames["core.feature_counts"]
    assert rows.select("feature_id", "sample_name", "effective_length").rows() == [
        ("ENSG01", "S1", 2000.0),
        ("ENSG01", "S2", None),
        ("ENSG02", "S1", 1000.5),
        ("ENSG02", "S2", 900.0),
    ]


def test_lengths_of_other_samples_do_not_fit(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, GENES, "landing/salmon.merged.gene_counts.tsv")
    with pytest.raises(BadInputError, match=r"gene_lengths\.tsv has no column S1"):
        PARSER.parse(raw, beside(tmp_path, LENGTHS.replace("\tS1\n", "\tS9\n")))


def test_lengths_by_themselves_ask_for_the_counts(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, LENGTHS, "landing/salmon.merged.gene_lengths.tsv")
    assert PARSER.claims(raw, context(["S1", "S2"]))
    parsed = PARSER.parse(raw, context(["S1", "S2"]))
    assert not parsed.frames
    assert [p.rule for p in parsed.problems] == ["counts_missing"]
