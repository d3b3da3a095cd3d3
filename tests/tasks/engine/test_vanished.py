from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tasks.engine.vanished import fetched, forget
from warehouse.landing import FoundFile, is_as_found
from warehouse.ledger import Arrival
from warehouse.object_directory import DirectoryStore


def test_kept_bytes_stand_in_for_a_file_that_is_gone_until_they_are_forgotten(tmp_path: Path) -> None:
    source, store = tmp_path / "plate.csv", DirectoryStore(tmp_path / "home" / "objects")
    source.write_text("a plate")
    gone = Arrival(FoundFile("landing/plate.csv", "", 7, (7, 1_700_000_000_000_000_000, 0, 0)), store.put(source))
    here = Arrival(FoundFile("landing/here.csv", str(source), 7, (7, 0, 0, 0)), "0" * 64)
    (found, same) = fetched([gone, here], tmp_path / "home", store)
    assert same == here
    assert Path(found.file.path).read_text() == "a plate"
    assert (found.file.name, found.file.modified_at) == ("landing/plate.csv", gone.file.modified_at)
    assert is_as_found(found.file)
    forget([found, same], tmp_path / "home")
    assert not Path(found.file.path).exists()
    assert source.exists()


def test_a_file_whose_kept_bytes_are_lost_is_left_as_it_is_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lost = Arrival(FoundFile("landing/plate.csv", "", 7, (7, 0, 0, 0)), "f" * 64)
    with caplog.at_level(logging.WARNING):
        assert fetched([lost], tmp_path / "home", DirectoryStore(tmp_path / "home" / "objects")) == ()
    assert "landing/plate.csv is gone from landing and keeps its rows as they are" in caplog.text
