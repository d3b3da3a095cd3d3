"""Whatever kills a night, the next one ends with the same tables as an undisturbed one."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from tests.e2e import doomed
from tests.e2e.small_study import Bench, assert_same, contents, write_bench

Tables = dict[str, dict[str, pl.DataFrame]]


def everything(home: Path) -> Tables:
    """Tables of the warehouse and of the snapshot; nothing else may lie in the home than after a calm night."""
    found = Bench(home, home)
    kept = {"tables": contents(found.warehouse.path), "published": contents(found.warehouse.published)}
    objects = sorted(k for k in found.objects.keys() if not k.startswith(".incoming"))  # noqa: SIM118 (no dict)
    kept["objects"] = {"objects": pl.DataFrame({"key": objects})}
    return kept


def assert_undisturbed(home: Path, calm: Tables) -> None:
    found = everything(home)
    for place, tables in calm.items():
        assert_same(found[place], tables)
    assert not list((home / "work").glob("*.duckdb*")), "a draft was left behind"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bench(tmp_path_factory.mktemp("kill") / "study")


@pytest.fixture(scope="module")
def calm(study: Path) -> Tables:
    """What an undisturbed night leaves."""
    home = study.with_name("calm")
    doomed.start(study, home).join()
    return everything(home)


def die_in_turn(study: Path, home: Path, journal: Path, passed: set[str]) -> set[str]:
    """Let nights die, each at a boundary later than the one before, until one lives; the steps at which they died."""
    journal.touch()
    while not doomed.run(study, home, journal, passed | set(journal.read_text().splitlines())):
        killed = journal.read_text().splitlines()
        assert len(killed) == len(set(killed)), f"killed twice at {killed[-1]}"
    return {step_of(label) for label in journal.read_text().splitlines()}


def step_of(label: str) -> str:
    return label.split(" ")[1]


def test_a_night_killed_once_in_every_step_ends_as_an_undisturbed_one(
    study: Path, calm: Tables, tmp_path: Path
) -> None:
    """Each step dies where it begins or where it ends; the exhaustive one below kills at both."""
    assert doomed.run(study, tmp_path / "first", tmp_path / "labels", None)
    labels = list(dict.fromkeys((tmp_path / "labels").read_text().splitlines()))
    random.Random(20261129).shuffle(labels)  # noqa: S311 (seeded, no secret)
    chosen = {step_of(label): label for label in labels}
    died = die_in_turn(study, tmp_path / "home", tmp_path / "deaths", set(labels) - set(chosen.values()))
    assert {*doomed.STEPS, "link", "replace"} <= died
    assert_undisturbed(tmp_path / "home", calm)


@pytest.mark.soak
def test_a_night_killed_at_each_step_in_turn_ends_as_an_undisturbed_one(
    study: Path, calm: Tables, tmp_path: Path
) -> None:
    died = die_in_turn(study, tmp_path / "home", tmp_path / "deaths", set())
    assert {*doomed.STEPS, "link", "replace"} <= died
    assert_undisturbed(tmp_path / "home", calm)


def test_a_night_killed_at_any_time_ends_as_an_undisturbed_one(study: Path, calm: Tables, tmp_path: Path) -> None:
    delays = random.Random(20261123)  # noqa: S311 (seeded, no secret)
    ends = Counter[int | None]()
    for _ in range(4):
        process = doomed.start(study, tmp_path / "home")
        time.sleep(delays.uniform(0.2, 1.6))
        process.kill()
        process.join()
        ends[process.exitcode] += 1
    assert ends[-9], f"none was killed: {ends}"
    process = doomed.start(study, tmp_path / "home")
    process.join()
    assert process.exitcode == 0
    assert_undisturbed(tmp_path / "home", calm)


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
def test_any_function_of_engine_and_warehouse_may_be_the_last(study: Path, calm: Tables, tmp_path: Path) -> None:
    """Each dies in a home of its own, at its first call and at its last, where it is entered and where it is left."""
    journal = tmp_path / "journal"
    assert doomed.run(study, tmp_path / "first", journal, None, every=True)
    labels = journal.read_text().splitlines()
    names = [label.rsplit(" ", 1)[0] for label in labels]
    first = dict(zip(reversed(names), reversed(labels), strict=True))
    last = dict(zip(names, labels, strict=True))
    for label in dict.fromkeys([*first.values(), *last.values()]):
        home = tmp_path / "home"
        assert not doomed.run(study, home, tmp_path / "deaths", set(labels) - {label}, every=True), label
        assert doomed.run(study, home, tmp_path / "unused", None), label
        assert_undisturbed(home, calm)
        shutil.rmtree(home)
