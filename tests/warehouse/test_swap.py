from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import UserError
from warehouse.swap import _replaced, swap_folder


def folder(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    (path / text).write_text(text)
    return path


def names(path: Path) -> list[str]:
    return sorted(p.name for p in path.iterdir())


def test_the_first_folder_takes_its_place_and_the_next_one_replaces_it_whole(tmp_path: Path) -> None:
    target = tmp_path / "studies" / "s" / "figures"
    swap_folder(folder(tmp_path / "draft", "old"), target)
    assert names(target) == ["old"]
    swap_folder(folder(tmp_path / "draft", "new"), target)
    assert names(target) == ["new"]
    assert names(tmp_path) == ["studies"]


def test_without_an_exchange_two_renames_do_it(tmp_path: Path) -> None:
    target = folder(tmp_path / "figures", "old")
    folder(tmp_path / "draft.old", "left by a night that died")
    assert names(_replaced(folder(tmp_path / "draft", "new"), target)) == ["old"]
    assert names(target) == ["new"]


def test_a_place_that_cannot_be_written_is_the_users_to_mend(tmp_path: Path) -> None:
    draft = folder(tmp_path / "draft", "new")
    (tmp_path / "studies").write_text("no folder")
    with pytest.raises(UserError, match="cannot be written"):
        swap_folder(draft, tmp_path / "studies" / "figures")
