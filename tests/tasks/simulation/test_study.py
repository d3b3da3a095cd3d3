from __future__ import annotations

import csv
import io
import json

import pytest

from tasks.methods.manifests import manifest_names, read_study
from tasks.simulation.gene_sets import GENE_SETS_FILE, LIST_FILE
from tasks.simulation.study import simulate
from tasks.simulation.targets import TARGETS_FILE


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return simulate()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_data(files: dict[str, bytes]) -> None:
    assert simulate() == files
    other = simulate(2)
    assert other.keys() == files.keys()
    changed = {name for name in files if other[name] != files[name]}
    drawn = {n for n in files if n.startswith("landing/") and n != "landing/notes.txt"}
    assert changed == drawn | {"truth.json", TARGETS_FILE, GENE_SETS_FILE, LIST_FILE}


def test_files_csv_names_every_raw_file_but_the_ignored_one(files: dict[str, bytes]) -> None:
    named = {row["file"] for row in csv.DictReader(io.StringIO(files["files.csv"].decode()))}
    landing = {name for name in files if name.startswith("landing/")}
    assert landing - named == set(json.loads(files["truth.json"])["ignored"])
    assert named <= landing


def test_the_folder_says_what_it_is_and_stays_small(files: dict[str, bytes]) -> None:
    assert "SIMULATED" in files["README.txt"].decode()
    assert "SIMULATED" in json.loads(files["truth.json"])["notice"]
    assert sum(map(len, files.values())) < 8_000_000


def test_the_manifests_are_read_without_a_problem(files: dict[str, bytes]) -> None:
    study = read_study({name: files[name] for name in manifest_names(files)}, list(files))
    assert study.problems == ()
    assert (len(study.samples), len(study.contrasts), len(study.comparisons)) == (27, 3, 7)
    assert not [row.problem for row in (*study.contrasts, *study.comparisons) if row.problem]
