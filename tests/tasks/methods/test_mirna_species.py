from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError, Severity
from schemas.study import StudyYaml
from tasks.methods.mirna_species import counted_species, refuse_other_species, species_of
from tests.tasks.parsers.bench_files import raw_file


@pytest.mark.parametrize(
    ("names", "species"),
    [
        (["hsa-miR-21-5p", "HSA-LET-7a"], ["Homo sapiens"]),
        (["mmu-miR-21a-5p", "rno-let-7a-5p"], ["Mus musculus", "Rattus norvegicus"]),
        (["mmu-miR-21a-5p", "miR-21"], None),
        (["mmu-miR-21a-5p", "MIMAT0000076"], None),
        (["ebv-miR-BART1-5p"], None),
        (["ata-miR156a"], None),
        ([], None),
    ],
)
def test_species_are_told_by_prefix_or_not_at_all(names: list[str], species: list[str] | None) -> None:
    assert species_of(pl.Series(names, dtype=pl.String)) == species


def test_counts_are_of_the_species_that_any_of_them_names() -> None:
    counted = pl.Series(["hsa-miR-21-5p", "UniSp2", "ebv-miR-BART1-5p", "miR-9-5p"])
    assert counted_species(counted) == ["Homo sapiens"]
    assert counted_species(counted.clear()) == []


def config(**organism: str) -> StudyYaml:
    return StudyYaml.model_validate({"study_id": "s", "conditions": [{"id": "a"}], **organism})


@pytest.mark.parametrize(
    ("organism", "mirna", "other"),
    [("Mus musculus", "hsa-miR-21-5p", "Homo sapiens"), ("homo sapiens", "mmu-miR-21a-5p", "Mus musculus")],
)
def test_targets_of_another_species_are_refused_naming_both(
    tmp_path: Path, organism: str, mirna: str, other: str
) -> None:
    raw = raw_file(tmp_path, b"x", "targets.tsv")
    with pytest.raises(BadInputError) as error:
        refuse_other_species(raw, pl.Series([mirna, mirna]), config(organism=organism))
    (problem,) = error.value.problems
    assert (problem.severity, problem.rule, problem.file) == (Severity.LOCAL, "other_species", raw.name)
    assert f"all 1 miRNAs of the table are of {other} ({mirna})" in problem.message
    assert f"the study is of {organism.capitalize()}" in problem.message
    assert "correct organism in study.yaml" in problem.remedy


def test_own_mixed_viral_and_undeclared_species_are_taken(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, b"x", "targets.tsv")
    for names in (["hsa-miR-21-5p", "mmu-miR-21a-5p"], ["ebv-miR-BART1-5p"], ["miR-21-5p"]):
        refuse_other_species(raw, pl.Series(names), config(organism="Homo sapiens"))
    refuse_other_species(raw, pl.Series(["mmu-miR-21a-5p"]), config())
    refuse_other_species(raw, pl.Series(["mmu-miR-21a-5p"]), config(organism="Equus caballus"))
