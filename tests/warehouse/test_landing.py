from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from warehouse.landing import HashCache, describe, now_ns, walk


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_file_at_any_depth_is_found_and_droppings_of_desktops_are_not(tmp_path: Path) -> None:
    for name in ("landing/a.txt", "landing/deep/er/b c.csv", "landing/.DS_Store", "landing/~$open.xlsx", "other/c.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    assert list(walk(tmp_path, "landing")) == ["landing/a.txt", "landing/deep/er/b c.csv"]
    assert walk(tmp_path, "nothing") == {}


def test_links_are_followed_and_none_leads_in_circles(tmp_path: Path) -> None:
    for name in ("landing/deep/er/a.txt", "elsewhere/b.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(name)
    (tmp_path / "landing" / "circle").symlink_to(tmp_path / "landing")
    (tmp_path / "landing" / "again").symlink_to(tmp_path / "landing" / "deep" / "er")
    (tmp_path / "landing" / "share").symlink_to(tmp_path / "elsewhere")
    assert list(walk(tmp_path, "landing")) == ["landing/deep/er/a.txt", "landing/share/b.txt"]


def test_a_file_is_trusted_unread_only_while_it_cannot_have_changed(tmp_path: Path) -> None:
    path, cache_path = tmp_path / "a.txt", tmp_path / "cache" / "s.json"
    path.write_text("one")
    later = now_ns() + 10**11  # as if hashed long after the file was written
    cache = HashCache(cache_path, "here")
    cache.put({"a.txt": sha(path)}, [describe(path, "a.txt")], later)
    assert HashCache(cache_path, "here").get(describe(path, "a.txt")) == sha(path)
    before = path.stat()
    path.write_text("two")  # same size
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # and its old modification time
    assert HashCache(cache_path, "here").get(describe(path, "a.txt")) is None


def test_a_file_hashed_right_after_it_was_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")
    cache = HashCache(tmp_path / "s.json", "here")
    cache.put({"a.txt": sha(path)}, [describe(path, "a.txt")], now_ns())
    assert cache.missing([describe(path, "a.txt")]) == [describe(path, "a.txt")]


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_damaged_cache_counts_as_empty(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.json").write_text(text)
    assert HashCache(tmp_path / "s.json", "here").get(describe(tmp_path / "s.json", "s.json")) is None


def test_a_file_kept_in_one_store_is_not_taken_for_kept_in_another(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")
    file = describe(path, "a.txt")
    HashCache.of(tmp_path, "s", "here").put({"a.txt": sha(path)}, [file], now_ns() + 10**11)
    assert [HashCache.of(tmp_path, "s", place).get(file) for place in ("here", "s3://there", None)] == [
        sha(path), None, sha(path),
    ]  # fmt: skip
