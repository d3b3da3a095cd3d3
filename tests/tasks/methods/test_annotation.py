from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.methods.annotation import describe_features, read_features, read_tx2gene
from tests.tasks.parsers.count_files import context, raw_file


def described(folder: Path, ids: list[str], features: str, **row: str) -> list[tuple[str | None, ...]]:
    about = context(references={"features": raw_file(folder, features, "reference/features.tsv")}, **row)
    frame = describe_features(pl.Series(ids), "gene", about, symbol=pl.Series(["own"] * len(ids)))
    return frame.select("feature_id", "symbol", "biotype", "rna_class").rows()


def test_ids_join_exactly_then_without_version(tmp_path: Path) -> None:
    features = "feature_id,symbol,biotype\nENSG01.2,A,protein_coding\nENSG02,B,lncRNA\nENSG01.9,C,miRNA\nENSG02,D,x\n"
    assert described(tmp_path, ["ENSG01.9", "ENSG01.5", "ENSG02.1", "ENSG03"], features) == [
        ("ENSG01.9", "C", "miRNA", "other"),
        ("ENSG01.5", "A", "protein_coding", "mrna"),
        ("ENSG02.1", "B", "lncRNA", "lncrna"),
        ("ENSG03", "own", None, "other"),
    ]


def test_the_class_of_files_csv_stands_in_for_a_missing_biotype(tmp_path: Path) -> None:
    features = "gene_id,gene_name\nENSG01,A\n"
    assert described(tmp_path, ["ENSG01"], features, rna_class="lncrna") == [("ENSG01", "A", None, "lncrna")]


def test_a_real_annotation_with_other_names_is_read(shared: Path) -> None:
    frame = read_features(RawFile.read(shared / "annotation/gene_ensembl_symbol_biotype_grch38.tsv.gz"))
    assert frame.row(0) == ("ENSG00000000003", "TSPAN6", "protein_coding")
    assert frame["feature_id"].is_unique().all()


def test_a_gtf_is_an_annotation_too(shared: Path) -> None:
    gtf = RawFile.read(shared / "data/sequencing/airway_subset/Homo_sapiens.GRCh37.75_subset.gtf")
    frame = describe_features(pl.Series(["ENSG00000175262"]), "gene", context(references={"features": gtf}))
    assert frame.rows() == [("gene", "ENSG00000175262", "C1orf127", "protein_coding", "mrna")]


def test_an_annotation_without_ids_is_refused_by_its_own_name(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"reference/features.tsv.*no column feature_id"):
        described(tmp_path, ["A"], "x,y\n1,2\n")


@pytest.mark.parametrize(
    "content",
    [
        "transcript_id\tgene_id\nENST01.1\tENSG01\nENST02\tENSG02\n",
        "gene_id,gene_name,transcript_id\nENSG01,A,ENST01\nENSG02,B,ENST02.3\n",
        "TXNAME,GENEID\nENST01,ENSG01\nENST02,ENSG02\n",
        "ENST01\tENSG01\tA\nENST02\tENSG02\tB\n",  # nf-core's has no header
    ],
)
def test_transcript_tables_come_in_many_shapes(tmp_path: Path, content: str) -> None:
    found = read_tx2gene(raw_file(tmp_path, content, "reference/tx2gene.tsv"))
    assert found.rows() == [("ENST01", "ENSG01"), ("ENST02", "ENSG02")]
