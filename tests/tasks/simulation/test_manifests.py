from __future__ import annotations

import csv
import io

import pytest
import yaml

from schemas.study_yaml import StudyYaml
from tasks.simulation.design import BENCH, CONDITIONS, SEQUENCING
from tasks.simulation.manifests import all_manifests


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(all_manifests()[name].decode())))


def test_study_yaml_is_valid_and_says_that_it_is_simulated() -> None:
    study = StudyYaml.model_validate(yaml.safe_load(all_manifests()["study.yaml"]))
    assert study.is_simulated
    assert study.title.startswith("SIMULATED")
    assert study.condition_ids == list(CONDITIONS)


def test_sheets_name_only_what_the_others_hold() -> None:
    samples, donors = rows("samples.csv"), {r["donor"] for r in rows("donors.csv")}
    materials = rows("materials.csv")
    assert [r["sample"] for r in samples] == [c.sample for c in (*BENCH, *SEQUENCING)]
    assert {r["donor"] for r in (*samples, *materials)} <= donors
    assert {r["material"] for r in samples} - {""} <= {r["material"] for r in materials}
    assert {r["condition"] for r in samples} == set(CONDITIONS)


@pytest.mark.parametrize("row", rows("comparisons.csv"), ids=lambda r: r["id"])
def test_a_family_compares_conditions_of_the_study(row: dict[str, str]) -> None:
    conditions = set(CONDITIONS) if row["conditions"] == "*" else set(row["conditions"].split(";"))
    assert conditions <= set(CONDITIONS)
    if row["pairs"] != "all":
        assert {c for pair in row["pairs"].split(";") for c in pair.split(">")} <= conditions
