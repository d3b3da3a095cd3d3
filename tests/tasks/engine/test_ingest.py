from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.engine import ingest
from tasks.engine.context import open_warehouse
from tasks.engine.study_files import StudyFolder, read_folder
from tasks.methods.study_template import template
from warehouse.object_directory import DirectoryStore
from warehouse.objects import UnsteadyFileError

BUSY = "busy.txt"


class Growing(DirectoryStore):
    """A store that finds one file still being written."""

    def put_many(self, paths: Sequence[Path]) -> list[str | UnsteadyFileError | BadInputError]:
        found = super().put_many(paths)
        return [UnsteadyFileError("still written") if p.name == BUSY else f for p, f in zip(paths, found, strict=True)]


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    for name, text in template("trial").items():
        path = tmp_path / "study" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (tmp_path / "study" / "landing").mkdir(exist_ok=True)
    for name in (BUSY, "notes.txt"):
        (tmp_path / "study" / "landing" / name).write_text(f"{name}: a note")
    return read_folder(tmp_path / "study")


def test_a_file_that_cannot_be_read_yet_is_said_and_the_others_go_on(folder: StudyFolder, tmp_path: Path) -> None:
    warehouse = open_warehouse(tmp_path / "home")
    plan = ingest.plan_ingest(folder, warehouse, Growing(tmp_path / "home" / "objects"))
    assert [a.file.name for batch in plan.batches for a in batch] == ["landing/notes.txt"]
    told = "SELECT file_name, severity FROM ops.validation_results WHERE rule = 'not_read_yet'"
    with warehouse.open("test") as session:
        assert session.query(told).rows() == [(f"landing/{BUSY}", "warning")]
    ingest.plan_ingest(folder, warehouse, DirectoryStore(tmp_path / "home" / "objects"))
    with warehouse.open("test") as session:
        assert session.query(told).rows() == []


@pytest.mark.parametrize("then", ["gone", "changed"])
def test_a_file_that_moves_between_keeping_and_reading_is_kept_and_not_blamed(
    folder: StudyFolder, tmp_path: Path, then: str
) -> None:
    warehouse, store = open_warehouse(tmp_path / "home"), DirectoryStore(tmp_path / "home" / "objects")
    plan = ingest.plan_ingest(folder, warehouse, store)
    path = tmp_path / "study" / "landing" / BUSY
    if then == "gone":
        path.unlink()
    else:
        path.write_text("another note")
    outcomes = {f.file_name: f for f in ingest.load_batch(plan, plan.batches[0], warehouse, store)}
    assert {name: (f.status, f.is_bug) for name, f in outcomes.items()} == {
        f"landing/{BUSY}": ("stored", False), "landing/notes.txt": ("ignored", False),
    }  # fmt: skip
    assert "went away" in str(outcomes[f"landing/{BUSY}"].reason)


def test_files_kept_in_one_store_are_put_into_another_that_is_named_later(folder: StudyFolder, tmp_path: Path) -> None:
    old, new = DirectoryStore(tmp_path / "home" / "objects"), DirectoryStore(tmp_path / "new")
    new.address = "elsewhere"
    hashes = ingest.hashes_of(folder, tmp_path / "home", old)
    assert ingest.hashes_of(folder, tmp_path / "home", new) == hashes
    assert list(new.keys("raw/")) == sorted(f"raw/{h}" for h in set(hashes.values()))


def test_columns_that_no_table_takes_are_listed_with_the_file(folder: StudyFolder, tmp_path: Path) -> None:
    rows = "".join(f"ENSG{i:011},{i},{i + 1},{i % 7}\n" for i in range(60))
    (folder.path / "landing" / "counts.csv").write_text(f"gene_id,X1,X2,entrezid\n{rows}")
    warehouse, store = open_warehouse(tmp_path / "home"), DirectoryStore(tmp_path / "home" / "objects")
    plan = ingest.plan_ingest(read_folder(folder.path), warehouse, store)
    ingest.load_batch(plan, plan.batches[0], warehouse, store)
    with warehouse.open("test") as session:
        listed = session.query("SELECT field FROM core.unread_fields")
    assert listed["field"].to_list() == ["entrezid"]
