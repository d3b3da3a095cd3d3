from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from schemas.base import derived_tables, tables
from schemas.errors import BadInputError
from schemas.polars_schema import conform
from schemas.sheets import FileRow
from schemas.transcriptome_options import Cerna
from schemas.vocabulary import SiteType
from tasks.contracts import Context, RawFile
from tasks.engine.reading import read_file
from tasks.parsers.target_sequences import PARSER
from tests.tasks.parsers.bench_files import STUDY, raw_file

MATURE = (
    ">hsa-miR-21-5p MIMAT0000076 Homo sapiens miR-21-5p\nUAGCUUAUCAGACUGAUGUUGA\n"
    ">mmu-miR-21a-5p MIMAT0000530 Mus musculus miR-21a-5p\nUAGCUUAUCAGACUGAUGUUGA\n"
)
SITE = "ATAAGCTA"
ROW = FileRow(file="landing/x", assay="mirna_targets")


def context(folder: Path, mature: str = MATURE, *site_types: str) -> Context:
    cerna = Cerna.model_validate({"site_types": site_types}) if site_types else Cerna()
    study = STUDY.model_copy(update={"config": STUDY.config.model_copy(update={"cerna": cerna})})
    return Context(study, ROW, references={"mirna_mature": raw_file(folder, mature.encode(), "mature.fa")})


def fasta(folder: Path, **sequences: str) -> RawFile:
    text = "".join(f">{name.replace('_at_', ':')}\n{sequence}\n" for name, sequence in sequences.items())
    return raw_file(folder, text.encode(), "circles.fa")


def test_sites_of_circles_and_linear_rnas_become_predicted_pairs(tmp_path: Path) -> None:
    opened = SITE[3:] + "GGGGCCCCGGGG" + SITE[:3]
    raw = fasta(tmp_path, hsa_circ_0000284=opened, ENSG00000229807=f"GG{SITE}CC{SITE[:-1]}GG", ENSG1=opened)
    reading = read_file(raw, context(tmp_path))
    assert reading.parser is PARSER
    pairs = reading.frames["core.mirna_targets"]
    assert pairs.select("mirna", "target_id", "target_class", "tier", "evidence", "site_count").rows() == [
        ("hsa-miR-21-5p", "ENSG00000229807", None, "predicted", "1 8mer, 1 7mer-m8", 2),
        ("hsa-miR-21-5p", "hsa_circ_0000284", "circrna", "predicted", "1 8mer", 1),
    ]
    sites = reading.derived["mirna_sites"]
    assert sites.select("target_id", "position_nt", "site_type", "spans_junction").rows() == [
        ("hsa_circ_0000284", 5, "8mer", True),
        ("ENSG00000229807", 10, "8mer", False),
        ("ENSG00000229807", 20, "7mer-m8", False),
    ]
    fill = {"study_id": "s", "object_id": "0" * 64}
    conform(pairs, tables()["core.mirna_targets"], fill)
    conform(sites, derived_tables()["core.mirna_sites"], fill)


@pytest.mark.parametrize("kind", get_args(SiteType))
def test_sites_are_of_the_types_that_the_study_names(tmp_path: Path, kind: str) -> None:
    core = SITE[1:-1]
    sites = {"8mer": f"A{core}A", "7mer-m8": f"A{core}G", "7mer-A1": f"G{core}A", "6mer": f"G{core}G"}
    raw = fasta(tmp_path, **{name.replace("-", "_"): f"GGG{site}CCC" for name, site in sites.items()})
    reading = read_file(raw, context(tmp_path, MATURE, kind))
    columns = ("target_id", "position_nt", "site_type")
    assert reading.derived["mirna_sites"].select(columns).rows() == [(kind.replace("-", "_"), 11, kind)]
    assert reading.derived["mirna_sites"]["au_content"].is_between(0, 1).all()
    assert reading.frames["core.mirna_targets"]["evidence"].to_list() == [f"1 {kind}"]
    usual = read_file(raw, context(tmp_path)).derived["mirna_sites"]["site_type"].to_list()
    assert usual == ["8mer", "7mer-m8", "7mer-A1"]  # no 6mer unless it is asked for
    conform(
        reading.derived["mirna_sites"],
        derived_tables()["core.mirna_sites"],
        {"study_id": "s", "object_id": "0" * 64},
    )


def test_sequences_that_stand_twice_or_are_empty_are_told(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, f">a circular\n{SITE}GG\n>b\n\n>a\nCCCC\n".encode(), "x.fa")
    reading = read_file(raw, context(tmp_path))
    assert [p.rule for p in reading.problems] == ["duplicate_sequence", "empty_sequence"]
    assert reading.frames["core.mirna_targets"]["target_class"].to_list() == ["circrna"]


def test_no_site_is_an_answer(tmp_path: Path) -> None:
    reading = read_file(fasta(tmp_path, ENSG1="GGGGGGGG"), context(tmp_path))
    assert reading.status == "loaded"
    assert reading.frames["core.mirna_targets"].is_empty()


def test_mirnas_are_needed(tmp_path: Path) -> None:
    raw = fasta(tmp_path, ENSG1=SITE)
    with pytest.raises(BadInputError, match=r"Name annotation\.mirna_mature"):
        PARSER.parse(raw, Context(STUDY, ROW))
    with pytest.raises(BadInputError, match="no mature miRNA of Homo sapiens"):
        PARSER.parse(raw, context(tmp_path, MATURE[MATURE.index(">mmu") :]))
    with pytest.raises(BadInputError, match="holds no sequence"):
        PARSER.parse(raw_file(tmp_path, b">a\n", "e.fa"), context(tmp_path))
