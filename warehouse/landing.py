"""Files of a study folder: which there are, and their hashes without reading what did not change.

The cache of hashes is a convenience: deleted, everything is hashed again. A file is trusted
unread when size, modification and change time and inode are as they were, and when it was
hashed some time after it was last touched (as git does, a file touched while it was read is
read again next time). What was hashed for one object store is not yet kept in another.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from schemas.errors import UserError

IGNORED_NAMES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep"})
IGNORED_STARTS = ("~$", "._", ".~")
SETTLED_NS = 2_000_000_000


@dataclass(frozen=True)
class FoundFile:
    """A file on disk, described without opening it."""

    name: str  # relative to the study folder, forward slashes
    path: str
    size: int
    stamp: tuple[int, int, int, int]  # size, mtime_ns, ctime_ns, inode

    @property
    def modified_at(self) -> datetime:
        """Modification time, UTC."""
        return datetime.fromtimestamp(self.stamp[1] / 1e9, UTC)


def walk(folder: Path, under: str) -> dict[str, FoundFile]:
    r"""Every file below ``folder/under`` by its name relative to ``folder``; droppings of desktops left out.

    Links are followed, and a folder that links lead to again is not entered again. Bytes of a name that are no text
    (``caf\xe9``, from an old computer) are written as ``caf%E9``.
    Raises ``UserError`` for a folder that must not be read.
    """
    found: dict[str, FoundFile] = {}
    entered: set[tuple[int, int]] = set()
    waiting, linked = [(folder / under, under)], list[tuple[Path, str]]()
    while waiting or linked:
        path, relative = waiting.pop() if waiting else linked.pop()
        try:
            place = path.stat()
            if (place.st_dev, place.st_ino) in entered:
                continue
            entries = sorted(os.scandir(path), key=lambda e: e.name)
        except FileNotFoundError:
            continue
        except PermissionError as error:
            raise UserError(
                f"{relative} cannot be read ({error.strerror}). Give yourself the right to read it."
            ) from error
        entered.add((place.st_dev, place.st_ino))
        for entry in entries:
            name = f"{relative}/{_readable(entry.name)}"
            if entry.name in IGNORED_NAMES or entry.name.startswith(IGNORED_STARTS):
                continue
            if _is_endless(entry):
                continue
            if entry.is_dir():
                (linked if entry.is_symlink() else waiting).append((Path(entry.path), name))
            elif entry.is_file():
                found[name] = describe(Path(entry.path), name, entry.stat())
    return dict(sorted(found.items()))


def _readable(name: str) -> str:
    return "".join(f"%{ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else c for c in name)


def _is_endless(entry: os.DirEntry[str]) -> bool:
    """Whether a link leads to itself."""
    try:
        entry.is_dir()
    except OSError:
        return True
    return False


def describe(path: Path, name: str, stat: os.stat_result | None = None) -> FoundFile:
    """Describe one file."""
    info = stat or path.stat()
    return FoundFile(name, str(path), info.st_size, (info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino))


def is_as_found(file: FoundFile) -> bool:
    """Whether the file is still there as it was described."""
    try:
        return describe(Path(file.path), file.name).stamp == file.stamp
    except OSError:
        return False


class HashCache:
    """Known hashes of a study's files, kept between runs in ``HOME/work/hashes/STUDY.json``."""

    def __init__(self, path: Path, address: str | None) -> None:
        """Read the cache; an unreadable one, or one of files kept in another store, counts as empty.

        ``address``: of the store that keeps the files; null when it does not matter.
        """
        self.path, self._address = path, address
        self._known: dict[str, tuple[list[int], int, str]] = {}
        try:
            found = json.loads(path.read_bytes())
            if address in (None, found["address"]):
                self._known = found["files"]
        except (OSError, ValueError, KeyError, TypeError):
            return

    @classmethod
    def of(cls, home: Path, study_id: str, address: str | None) -> HashCache:
        """The cache of a study."""
        return cls(home / "work" / "hashes" / f"{study_id}.json", address)

    def get(self, file: FoundFile) -> str | None:
        """The hash of the file if it cannot have changed since it was taken."""
        known = self._known.get(file.path)
        if known and tuple(known[0]) == file.stamp and known[1] - max(file.stamp[1:3]) > SETTLED_NS:
            return known[2]
        return None

    def missing(self, files: Iterable[FoundFile]) -> list[FoundFile]:
        """Files that must be read."""
        return [f for f in files if self.get(f) is None]

    def put(self, hashes: Mapping[str, str], files: Iterable[FoundFile], taken_ns: int) -> None:
        """Remember hashes by file name, taken at ``taken_ns``, and write the cache atomically."""
        for file in files:
            if file.name in hashes:
                self._known[file.path] = (list(file.stamp), taken_ns, hashes[file.name])
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({"address": self._address, "files": self._known}))
        draft.replace(self.path)


def now_ns() -> int:
    """The clock that file times are compared with."""
    return time.time_ns()
