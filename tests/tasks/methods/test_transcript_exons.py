from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.methods.transcript_exons import read_exons
from tests.tasks.methods.small_genome import EXONS, gtf_text
from tests.tasks.parsers.bench_files import raw_file

GFF3 = (
    "##gff-version 3\n"
    "1\tensembl\tmRNA\t1\t9\t.\t+\t.\tID=transcript:ENST1;Parent=gene:ENSG1\n"
    "1\tensembl\texon\t1\t4\t.\t+\t.\tParent=transcript:ENST1;Name=ENSE1\n"
    "1\tensembl\texon\t6\t9\t.\t+\t.\tParent=transcript:ENST1,transcript:ENST2;Name=ENSE2\n"
)


def test_exons_of_a_gtf_are_read_once_with_their_transcript(tmp_path: Path) -> None:
    found = read_exons(raw_file(tmp_path, (gtf_text() + gtf_text()).encode(), "x.gtf"))
    expected = [(chrom.removeprefix("chr"), *rest) for chrom, *rest in EXONS]
    assert found.select("chrom", "start", "end", "strand", "transcript_id").rows() == expected


def test_exons_of_a_gff3_have_their_parent(tmp_path: Path) -> None:
    found = read_exons(raw_file(tmp_path, GFF3.encode(), "x.gff3"))
    assert found.rows() == [("1", 1, 4, "+", "ENST1"), ("1", 6, 9, "+", "ENST1")]


@pytest.mark.parametrize(
    ("text", "said"),
    [("a\tb\n1\t2\n", "no GTF or GFF3"), (gtf_text().replace("\texon\t", "\tCDS\t"), "no row of an exon")],
)
def test_other_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInputError, match=f"{said}.*annotation.gtf"):
        read_exons(raw_file(tmp_path, text.encode(), "x.gtf"))
