from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.methods.gene_annotation_files import is_gene_annotation, read_genes
from tests.tasks.parsers.count_files import raw_file

GENCODE = (
    "##description: evidence-based annotation\n"
    'chr1\tHAVANA\tgene\t1\t9\t.\t+\t.\tgene_id "ENSG01.5"; gene_type "lncRNA"; gene_name "A"; level 2;\n'
    'chr1\tHAVANA\ttranscript\t1\t9\t.\t+\t.\tgene_id "ENSG01.5"; transcript_id "T"; gene_type "x"; gene_name "B";\n'
    'chr2\tHAVANA\tgene\t1\t9\t.\t-\t.\tgene_id "ENSG02.1"; gene_type "miRNA";\n'
)
ENSEMBL_GFF3 = (
    "##gff-version 3\n"
    "1\thavana\tncRNA_gene\t1\t9\t.\t+\t.\tID=gene:ENSG01;Name=A;biotype=lncRNA;gene_id=ENSG01;version=5\n"
    "1\thavana\tlnc_RNA\t1\t9\t.\t+\t.\tID=transcript:T1;Parent=gene:ENSG01;biotype=lncRNA\n"
    "1\thavana\tpseudogene\t1\t9\t.\t+\t.\tID=gene:ENSG02;biotype=processed_pseudogene;gene_id=ENSG02\n"
)
REFSEQ_GFF3 = (
    "##gff-version 3\n"
    "NC_1\tBestRefSeq\tgene\t1\t9\t.\t+\t.\tID=gene-MIR21;Dbxref=GeneID:1;Name=MIR21;gene=MIR21;gene_biotype=miRNA\n"
)
OLD = '1\tprotein_coding\texon\t1\t9\t.\t+\t.\tgene_id "ENSG01"; gene_name "A"; gene_biotype "protein_coding";\n'


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (GENCODE, [("ENSG01.5", "A", "lncRNA"), ("ENSG02.1", None, "miRNA")]),
        (ENSEMBL_GFF3, [("ENSG01", "A", "lncRNA"), ("ENSG02", None, "processed_pseudogene")]),
        (REFSEQ_GFF3, [("MIR21", "MIR21", "miRNA")]),
        (OLD * 2, [("ENSG01", "A", "protein_coding")]),
    ],
)
def test_genes_of_every_kind_of_file(tmp_path: Path, content: str, rows: list[tuple[str | None, ...]]) -> None:
    for data, name in ((content.encode(), "genes.gtf"), (gzip.compress(content.encode()), "genes.gtf.gz")):
        raw = raw_file(tmp_path, data, f"reference/{name}")
        assert is_gene_annotation(raw)
        assert read_genes(raw).rows() == rows


def test_a_real_gtf_names_the_genes_that_its_lines_name(shared: Path) -> None:
    path = shared / "data/sequencing/airway_subset/Homo_sapiens.GRCh37.75_subset.gtf"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    ids = {line.split('gene_id "')[1].split('"')[0] for line in lines}
    found = read_genes(RawFile.read(path))
    assert set(found["feature_id"]) == ids
    assert found["biotype"].is_not_null().all()


@pytest.mark.parametrize(
    "content", ["feature_id\tsymbol\nENSG01\tA\n", "a\tb\tc\td\te\tf\tg\th\ti\n1\t2\t3\t4\t5\t6\t7\t8\t9\n"]
)
def test_tables_are_no_gtf(tmp_path: Path, content: str) -> None:
    assert not is_gene_annotation(raw_file(tmp_path, content, "reference/features.tsv"))


@pytest.mark.parametrize("damage", ["cut", "bytes"])
def test_a_damaged_gtf_is_refused(tmp_path: Path, damage: str) -> None:
    content = GENCODE.encode() * 4000
    cut = (
        gzip.compress(content)[:-2000]
        if damage == "cut"
        else content + b'chr9\tx\tgene\t1\t9\t.\t+\t.\tgene_id "\xff\xfe";\n'
    )
    raw = raw_file(tmp_path, cut, "reference/genes.gtf")
    with pytest.raises(BadInputError, match="nine columns"):
        read_genes(raw)
