from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.base import derived_tables, tables
from schemas.polars_schema import conform
from tasks.contracts import Context, RawFile
from tasks.engine.reading import read_file
from tasks.methods.circrna_lists import circrna_list
from tasks.parsers.circrna_places import PARSER
from tests.tasks.methods.small_genome import CIRCLES, ROW, write_genome
from tests.tasks.parsers.bench_files import STUDY, raw_file

MATURE = ">hsa-miR-21-5p MIMAT0000076 Homo sapiens miR-21-5p\nUAGCUUAUCAGACUGAUGUUGA\n"  # 8mer ATAAGCTA


def context(folder: Path, **more: RawFile) -> Context:
    mature = raw_file(folder, MATURE.encode(), "mature.fa")
    return Context(STUDY, ROW, references={"mirna_mature": mature, **write_genome(folder), **more})


def listed(folder: Path, *ids: str) -> RawFile:
    return raw_file(folder, circrna_list(pl.Series(ids, dtype=pl.String)), "circrnas.txt")


def test_sites_across_a_splice_and_across_the_junction_are_found(tmp_path: Path) -> None:
    reading = read_file(listed(tmp_path, *CIRCLES), context(tmp_path))
    assert reading.parser is PARSER
    pairs = reading.frames["core.mirna_targets"]
    # CCGATAAGCT|ACTT…: the A of the 8mer lies in the next exon; TAAAA……ACGATAAGC: its last two round the junction
    assert pairs.select("target_id", "target_class", "tier", "evidence").rows() == [
        ("1:30-40|.", "circrna", "predicted", "1 7mer-m8; 1 exon of T1"),
        ("chr1:11|95|+", "circrna", "predicted", "1 8mer; 3 exons of T2"),
        ("chr1:31|60|+", "circrna", "predicted", "1 8mer; 2 exons of T1"),
    ]
    sites = reading.derived["mirna_sites"]
    assert sites.select("target_id", "position_nt", "site_type", "spans_junction").rows() == [
        ("1:30-40|.", 1, "7mer-m8", False),
        ("chr1:11|95|+", 2, "8mer", True),
        ("chr1:31|60|+", 11, "8mer", False),
    ]
    fill = {"study_id": "s", "object_id": "0" * 64}
    conform(pairs, tables()["core.mirna_targets"], fill)
    conform(sites, derived_tables()["core.mirna_sites"], fill)


def test_what_is_left_out_or_unspliced_is_told(tmp_path: Path) -> None:
    reading = read_file(listed(tmp_path, "chr1:31|60|+", "hsa_circ_0000284", "chr1:14|17|-"), context(tmp_path))
    assert {p.rule: p.value for p in reading.problems} == {
        "no_circle": "hsa_circ_0000284",
        "unspliced_circle": "chr1:14|17|-",
    }


@pytest.mark.parametrize(
    ("ids", "lacking", "rule"),
    [
        (("chr9:1|5|+", "chr8:1|5|+", "chr1:31|60|+"), "", "other_genome"),
        (("chr1:31|60|+",), "gtf", "no_genome"),
        (("chr1:31|60|+",), "mirna_mature", "no_mature_mirnas"),
    ],
)
def test_another_genome_and_missing_files_quarantine_the_list(
    tmp_path: Path, ids: tuple[str, ...], lacking: str, rule: str
) -> None:
    whole = context(tmp_path)
    references = {key: file for key, file in whole.references.items() if key != lacking}
    reading = read_file(listed(tmp_path, *ids), Context(STUDY, ROW, references=references))
    assert (reading.status, [p.rule for p in reading.problems]) == ("quarantined", [rule])


def test_circrnas_without_a_site_give_no_pair(tmp_path: Path) -> None:
    reading = read_file(listed(tmp_path, "hsa_circ_0000284"), context(tmp_path))
    assert reading.status == "loaded"
    assert reading.frames["core.mirna_targets"].is_empty()
