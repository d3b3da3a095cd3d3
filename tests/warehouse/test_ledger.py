from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from schemas.bench_options import Condition
from schemas.polars_schema import schema
from schemas.sheets import FileRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.tables.raw_objects import RawObject
from warehouse import ledger
from warehouse.landing import FoundFile
from warehouse.ledger import Arrival, Transition

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 1, 2, tzinfo=UTC)


def found(name: str) -> FoundFile:
    return FoundFile(name, f"/study/{name}", 3, (3, 0, 0, 1))


def arrival(name: str, sha256: str) -> Arrival:
    return Arrival(found(name), sha256)


def known(arrival: Arrival, _row: Mapping[str, Any]) -> str:
    return f"fingerprint of {arrival.sha256} beside {arrival.duplicate_of}"


def look(before: pl.DataFrame, *arrived: Arrival, retracted: Mapping[tuple[str, str], str] | None = None) -> Transition:
    return ledger.transition("s", arrived, [], before, retracted or {}, known, LATER)


def after(before: pl.DataFrame, change: Transition, **loaded: str) -> pl.DataFrame:
    """The ledger as it stands when every file to read was loaded (or has the status given by sha)."""
    rows = {(r["file_name"], r["object_id"]): r for r in before.iter_rows(named=True)}
    rows |= {(e["file_name"], e["object_id"]): dict(e) for e in change.entries}
    for a in change.to_read:
        rows[a.key] |= {"status": loaded.get(a.sha256, "loaded"), "load_fingerprint": known(a, {})}
    return pl.DataFrame(list(rows.values()), schema=schema(RawObject))


EMPTY = pl.DataFrame(schema=schema(RawObject))


def statuses(frame: pl.DataFrame) -> dict[tuple[str, str], str]:
    return {(r["file_name"], r["object_id"]): r["status"] for r in frame.iter_rows(named=True)}


def test_a_new_file_is_read_and_the_second_look_finds_nothing_to_do() -> None:
    change = look(EMPTY, arrival("a.txt", "1"))
    assert [a.sha256 for a in change.to_read] == ["1"]
    again = look(after(EMPTY, change), arrival("a.txt", "1"))
    assert again == Transition((), (), ())


def test_new_bytes_supersede_the_old_and_old_bytes_that_come_back_are_read_again() -> None:
    first = after(EMPTY, look(EMPTY, arrival("a.txt", "1")))
    change = look(first, arrival("a.txt", "2"))
    assert change.dropped == ("1",)
    second = after(first, change)
    assert statuses(second) == {("a.txt", "1"): "superseded", ("a.txt", "2"): "loaded"}
    back = look(second, arrival("a.txt", "1"))
    assert [a.sha256 for a in back.to_read] == ["1"]
    assert back.dropped == ("2",)
    third = after(second, back)
    assert statuses(third) == {("a.txt", "1"): "loaded", ("a.txt", "2"): "superseded"}
    received = third.filter(pl.col("object_id") == "1")["received_at"].to_list()
    assert received == [LATER]


def test_a_file_gone_from_the_folder_changes_nothing() -> None:
    first = after(EMPTY, look(EMPTY, arrival("a.txt", "1"), arrival("b.txt", "2")))
    assert look(first, arrival("b.txt", "2")) == Transition((), (), ())


def test_a_quarantined_file_is_tried_again_only_when_something_about_it_changed() -> None:
    first = after(EMPTY, look(EMPTY, arrival("a.txt", "1")), **{"1": "quarantined"})
    assert look(first, arrival("a.txt", "1")).to_read == ()
    moved = first.with_columns(load_fingerprint=pl.lit("of an older parser"))
    assert [a.sha256 for a in look(moved, arrival("a.txt", "1")).to_read] == ["1"]


def test_a_run_killed_before_loading_reads_the_file_in_the_next_run() -> None:
    change = look(EMPTY, arrival("a.txt", "1"))
    stored = pl.DataFrame([dict(e) for e in change.entries], schema=schema(RawObject))
    assert statuses(stored) == {("a.txt", "1"): "stored"}
    assert [a.sha256 for a in look(stored, arrival("a.txt", "1")).to_read] == ["1"]


def test_a_retracted_file_loses_its_rows_and_stays_retracted() -> None:
    first = after(EMPTY, look(EMPTY, arrival("a.txt", "1")))
    acts = {("a.txt", "1"): "wrong plate"}
    change = look(first, arrival("a.txt", "1"), retracted=acts)
    assert (change.to_read, change.dropped) == ((), ("1",))
    second = after(first, change)
    assert second["reason"].to_list() == ["retracted: wrong plate"]
    assert look(second, arrival("a.txt", "1"), retracted=acts) == Transition((), (), ())
    assert [a.sha256 for a in look(second, arrival("a.txt", "1")).to_read] == ["1"]


def twin(arrived: Arrival, other: str) -> Arrival:
    """The same bytes as another file, in whose stead it is not read."""
    return replace(arrived, duplicate_of=other)


def test_rows_leave_with_the_file_they_were_read_from_and_its_twin_is_read_instead() -> None:
    loaded, copy = arrival("a.txt", "1"), twin(arrival("b.txt", "1"), "a.txt")
    first = ledger_of(loaded, copy)
    change = look(first, arrival("a.txt", "2"), arrival("b.txt", "1"))
    assert change.dropped == ("1",)
    assert [a.key for a in change.to_read] == [("a.txt", "2"), ("b.txt", "1")]


@pytest.mark.parametrize("is_gone", [False, True])
def test_rows_stay_when_a_twin_that_is_not_read_gets_other_bytes(is_gone: bool) -> None:  # noqa: FBT001 (parametrized)
    loaded, copy = arrival("a.txt", "1"), twin(arrival("b.txt", "1"), "a.txt")
    change = look(ledger_of(loaded, copy), *([] if is_gone else [loaded]), arrival("b.txt", "2"))
    assert change.dropped == ()
    assert [a.key for a in change.to_read] == [("b.txt", "2")]


def ledger_of(loaded: Arrival, copy: Arrival) -> pl.DataFrame:
    """The ledger after a file was loaded and its twin ignored."""
    frame = after(EMPTY, look(EMPTY, loaded, copy))
    is_copy = pl.col("file_name") == copy.file.name
    return frame.with_columns(
        status=pl.when(is_copy).then(pl.lit("ignored")).otherwise("status"),
        load_fingerprint=pl.when(is_copy).then(pl.lit(known(copy, {}))).otherwise("load_fingerprint"),
    )


def study(*rows: FileRow) -> Study:
    config = StudyYaml(study_id="s", conditions=[Condition(id="control")])
    return Study(config=config, samples=(), files=rows)


def test_identical_bytes_are_read_once_and_not_at_all_when_given_to_two_samples() -> None:
    files = {n: found(n) for n in ("a.txt", "b.txt", "c.txt")}
    hashes = {"a.txt": "1", "b.txt": "1", "c.txt": "2"}
    once = ledger.arrivals(study(), files, hashes)
    assert [(a.file.name, a.duplicate_of, a.conflict) for a in once] == [
        ("a.txt", None, None), ("b.txt", "a.txt", None), ("c.txt", None, None),
    ]  # fmt: skip
    two = ledger.arrivals(study(FileRow(file="a.txt", sample="S1"), FileRow(file="b.txt", sample="S2")), files, hashes)
    assert [bool(a.conflict) for a in two] == [True, True, False]
    assert "S1, S2" in str(two[0].conflict)


def test_the_load_fingerprint_moves_with_every_thing_that_decides_how_a_file_is_read() -> None:
    base = arrival("a.txt", "1")
    prints = {
        ledger.load_fingerprint(base, "gen5", "1", {}, {}),
        ledger.load_fingerprint(replace(base, sha256="2"), "gen5", "1", {}, {}),
        ledger.load_fingerprint(replace(base, said="another files.csv row"), "gen5", "1", {}, {}),
        ledger.load_fingerprint(base, "gen5", "2", {}, {}),
        ledger.load_fingerprint(base, "sds", "1", {}, {}),
        ledger.load_fingerprint(base, "gen5", "1", {"S1": "S1"}, {}),
        ledger.load_fingerprint(base, "gen5", "1", {}, {"tx2gene": "x"}),
        ledger.load_fingerprint(replace(base, duplicate_of="b.txt"), "gen5", "1", {}, {}),
    }
    assert len(prints) == 8
