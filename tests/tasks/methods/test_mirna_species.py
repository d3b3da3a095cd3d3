from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError, Severity
from schemas.study_yaml import StudyYaml
from tasks.methods.mirna_species import counted_species, refuse_other_species, species_of
from tests.tasks.parsers.bench_files import raw_file


@pytest.mark.parametrize(
    ("names", "species"),
    [
        (["hsa-miR-21-5p", "HSA-LET-7a"], ("Homo sapiens",)),
        (["mmu-miR-21a-5p", "rno-let-7a-5p"], ("Mus musculus", "Rattus norvegicus")),
        (["mmu-miR-21a-5p", "mmu-miR-9-5p", "miR-21"], ("Mus musculus",)),
        (["mmu-miR-21a-5p", "mmu-let-7a", "mmu-let-7b", "hsv1-miR-H1", "hhv6b-miR-Ro6-1"], ("Mus musculus",)),
        (["mmu-miR-21a-5p", "ebv-miR-BART1-5p", "hsv1-miR-H1", "ata-miR156a"], None),
        (["mmu-miR-21a-5p", "MIMAT0000076"], None),
        (["ebv-miR-BART1-5p"], None),
        (["ata-miR156a"], None),
        ([], None),
    ],
)
def test_species_are_told_by_the_names_that_say_one_or_not_at_all(
    names: list[str], species: tuple[str, ...] | None
) -> None:
    found = species_of(pl.Series(names, dtype=pl.String))
    assert (found.species if found else None) == species
    if found:
        assert sorted([*found.named, *found.others]) == sorted(names)


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
    assert f"all 1 miRNA of the table whose prefix says a species are of {other} ({mirna})" in problem.message
    assert f"the study is of {organism.capitalize()}" in problem.message
    assert "correct organism in study.yaml" in problem.remedy


@pytest.mark.parametrize("odd", ["ebv-miR-BART1-5p", "kshv-miR-K12-1-5p", "hsv1-miR-H1", "miR-21-5p", "MIMAT0000076"])
def test_one_odd_name_does_not_switch_the_check_off(tmp_path: Path, odd: str) -> None:
    names = pl.Series([*(f"mmu-miR-{i}-5p" for i in range(40)), odd])
    with pytest.raises(BadInputError, match=r"40 miRNAs of the table .* Mus musculus .* study is of Homo sapiens") as e:
        refuse_other_species(raw_file(tmp_path, b"x", "targets.tsv"), names, config(organism="Homo sapiens"))
    assert f"are of no species that this can tell ({odd})" in e.value.problems[0].message


def test_own_mixed_viral_and_undeclared_species_are_taken(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, b"x", "targets.tsv")
    viral = [*(f"ebv-miR-BART{i}-5p" for i in range(1, 23)), "mmu-miR-21a-5p"]  # of a human virus, and one control
    for names in (["hsa-miR-21-5p", "mmu-miR-21a-5p"], ["ebv-miR-BART1-5p"], viral, ["miR-21-5p"]):
        refuse_other_species(raw, pl.Series(names), config(organism="Homo sapiens"))
    refuse_other_species(raw, pl.Series(["mmu-miR-21a-5p"]), config())
    refuse_other_species(raw, pl.Series(["mmu-miR-21a-5p"]), config(organism="Equus caballus"))
