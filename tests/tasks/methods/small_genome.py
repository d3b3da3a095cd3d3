"""A genome of two chromosomes with two transcripts each way, and their circles by hand.

chr1: T1 on + has exons 11-20, 31-40, 51-60; T2, longer, on + has 11-20, 51-60, 71-95; T3 on - has 11-20, 31-40.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from schemas.sheets import FileRow
from tasks.contracts import RawFile

EXON_11, EXON_31, EXON_51, EXON_71 = "TAAAACCCCC", "CCGATAAGCT", "ACTTTTTGGG", "ACGTACGTACGTACGTACGATAAGC"
CHR1 = f"NNNNNNNNNN{EXON_11}gtaaaaaaag{EXON_31}gtccccccag{EXON_51}gtttttttag{EXON_71}NNNNN"
CHR2 = "ACGTTGCAAC" * 1200
EXONS = (
    ("chr1", 11, 20, "+", "T1"), ("chr1", 31, 40, "+", "T1"), ("chr1", 51, 60, "+", "T1"),
    ("chr1", 11, 20, "+", "T2"), ("chr1", 51, 60, "+", "T2"), ("chr1", 71, 95, "+", "T2"),
    ("chr1", 11, 20, "-", "T3"), ("chr1", 31, 40, "-", "T3"),
)  # fmt: skip
CIRCLES = {  # sequence by id
    "chr1:11|60|+": EXON_11 + EXON_51,  # T2 is longer than T1
    "chr1:31|60|+": EXON_31 + EXON_51,
    "chr1:11|95|+": EXON_11 + EXON_51 + EXON_71,
    "chr1:11|40|-": "AGCTTATCGG" + "GGGGGTTTTA",
    "1:30-40|.": EXON_31,  # counted from 0; T1 is longer than T3
    "chr1:31|40|-": "AGCTTATCGG",
    "chr1:14|17|-": "GGTT",  # no transcript
}


def gtf_text() -> str:
    rows = [
        f'{chrom}\tx\texon\t{start}\t{end}\t.\t{strand}\t.\tgene_id "G"; transcript_id "{transcript}"; exon_number 1;'
        for chrom, start, end, strand, transcript in EXONS
    ]
    return "#!genome\n" + "\n".join([rows[0].replace("exon\t", "transcript\t"), *rows]) + "\n"


def genome_text() -> str:
    lines = [CHR1[i : i + 60] for i in range(0, len(CHR1), 60)]
    return ">chr1\n" + "\n".join(lines) + f"\n>chr2\n{CHR2}\n"


def write_genome(folder: Path) -> dict[str, RawFile]:
    (folder / "genome.fa.gz").write_bytes(gzip.compress(genome_text().encode()))
    (folder / "genes.gtf").write_text(gtf_text())
    names = {"genome": "genome.fa.gz", "gtf": "genes.gtf"}
    return {key: RawFile.read(folder / name, f"reference/{name}") for key, name in names.items()}


ROW = FileRow(file="made/circrnas.txt", assay="mirna_targets")
