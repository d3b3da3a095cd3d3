from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import UserError
from warehouse.object_directory import DirectoryStore
from warehouse.objects import ObjectDamagedError, part_path


def test_objects_are_read_only_and_nothing_is_left_incoming(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "objects")
    (tmp_path / "a").write_bytes(b"a")
    sha256 = store.put(tmp_path / "a")
    store.put_many([tmp_path / "a", tmp_path / "a", tmp_path / "gone"])
    store.put_bytes(b"act")
    assert stat.S_IMODE((tmp_path / "objects" / "raw" / sha256).stat().st_mode) == 0o444
    assert list((tmp_path / "objects" / ".incoming").iterdir()) == []


def test_an_object_with_other_bytes_is_never_taken_for_the_file(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "objects")
    (tmp_path / "a").write_bytes(b"a")
    sha256 = store.put(tmp_path / "a")
    rotten = tmp_path / "objects" / "raw" / sha256
    rotten.chmod(0o644)
    rotten.write_bytes(b"b")
    for ask in (
        lambda: store.put(tmp_path / "a"),
        lambda: store.put(tmp_path / "a", sha256),
        lambda: store.put_many([tmp_path / "a"]),
    ):
        with pytest.raises(ObjectDamagedError, match="other bytes than those to be stored"):
            ask()
    assert rotten.read_bytes() == b"b"


def test_a_killed_writer_leaves_no_object_and_its_rest_is_removed_a_day_later(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(64 << 20))
    script = (
        "import os, pathlib, signal, sys, threading\n"
        "from warehouse.object_directory import DirectoryStore\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "def kill():\n"
        "    while not any(p.stat().st_size > 1 << 20 for p in (root / '.incoming').glob('*')): pass\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "threading.Thread(target=kill).start()\n"
        "DirectoryStore(root).put(pathlib.Path(sys.argv[2]))\n"
    )
    root = tmp_path / "objects"
    killed = subprocess.run(
        [sys.executable, "-c", script, root, tmp_path / "big"], check=False, cwd=Path(__file__).parents[2]
    )
    assert killed.returncode == -9
    (rest,) = (root / ".incoming").iterdir()
    assert list(DirectoryStore(root).keys()) == []
    (tmp_path / "a").write_bytes(b"a")
    DirectoryStore(root).put(tmp_path / "a")
    assert rest.exists()
    os.utime(rest, (0, 0))
    DirectoryStore(root).put(tmp_path / "a")
    assert not rest.exists()


def test_a_store_that_cannot_be_written_is_the_users_to_correct(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file where the folder should be")
    (tmp_path / "a").write_bytes(b"a")
    with pytest.raises(UserError, match=r"objects cannot be written .* Free space or give the right"):
        DirectoryStore(tmp_path / "objects").put(tmp_path / "a")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_the_users_to_free(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "objects")
    (tmp_path / "a").write_bytes(b"a")
    sha256 = store.put(tmp_path / "a")
    part_path(tmp_path / "back").symlink_to("/dev/full")
    with pytest.raises(UserError, match=os.strerror(errno.ENOSPC)):
        store.fetch(sha256, tmp_path / "back")
