"""The object store in a folder of a local disk."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader, BufferedWriter, FileIO
from pathlib import Path
from typing import BinaryIO

from schemas.errors import BadInputError
from warehouse.durable import copy_hashed, flush_file_system, link_once, sync_folder
from warehouse.objects import (
    HOME_ADDRESS,
    Kind,
    UnsteadyFileError,
    checked,
    damaged,
    named_key,
    part_path,
    raw_key,
    steady,
    writing,
)

STALE_S = 24 * 3600.0
_INCOMING = ".incoming"


class DirectoryStore:
    """Objects as read-only files: ``root/raw/<sha256>``, ``root/acts/…``, ``root/derived/…``.

    A file is written to ``root/.incoming``, made durable, and only then linked to its name,
    which fails where the name exists: a crash leaves no half object and nothing is overwritten.
    """

    address = HOME_ADDRESS

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._is_ready = False

    def put(self, path: Path, sha256: str | None = None) -> str:
        """Store one file, reading it once; an object that is there already is hashed instead."""
        if sha256 is not None and self.exists(sha256):
            self._refuse_other_bytes(raw_key(sha256), sha256)
            return sha256
        temporary, digest = self._receive(path, is_durable=True)
        try:
            checked(path, digest, sha256)
            self._publish({temporary: (raw_key(digest), digest)})
        finally:
            temporary.unlink(missing_ok=True)
        return digest

    def put_many(self, paths: Sequence[Path]) -> list[str | UnsteadyFileError | BadInputError]:
        """Store many files; all are written, the file system is flushed once, then all get their names."""
        results: list[str | UnsteadyFileError | BadInputError] = []
        received: dict[Path, tuple[str, str]] = {}
        try:
            for path in paths:
                try:
                    temporary, digest = self._receive(path, is_durable=False)
                except (UnsteadyFileError, BadInputError) as error:
                    results.append(error)
                else:
                    received[temporary] = (raw_key(digest), digest)
                    results.append(digest)
            if received:
                with writing(self.root):
                    flush_file_system(self.root)
                self._publish(received)
        finally:
            for temporary in received:
                temporary.unlink(missing_ok=True)
        return results

    def put_bytes(self, data: bytes, kind: Kind = "acts", name: str | None = None) -> str:
        """Store bytes under a name."""
        digest = hashlib.sha256(data).hexdigest()
        key = named_key(kind, name or digest)
        temporary, target = self._temporary()
        try:
            with writing(self.root), BufferedWriter(target) as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            self._publish({temporary: (key, digest)})
        finally:
            temporary.unlink(missing_ok=True)
        return key

    def read(self, key: str) -> bytes:
        """Read one object whole."""
        with self._existing(key) as stream:
            return stream.readall()

    def open(self, sha256: str) -> BinaryIO:
        """Open a raw object; ``fetch`` and ``verify`` check its hash, this does not."""
        return BufferedReader(self._existing(raw_key(sha256)))

    def fetch(self, sha256: str, target: Path) -> None:
        """Copy a raw object out of the store, hashing it."""
        key = raw_key(sha256)
        temporary = part_path(target)
        try:
            with self._existing(key) as source, writing(target.parent), temporary.open("wb", buffering=0) as copy:
                digest = copy_hashed(source, copy, target.parent, is_durable=False)
            if digest != sha256:
                raise damaged(key, str(self.root), "has other bytes than its name says")
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def exists(self, sha256: str) -> bool:
        """Look for the file."""
        return (self.root / raw_key(sha256)).is_file()

    def verify(self, sha256: str) -> bool:
        """Hash the file."""
        path = self.root / raw_key(sha256)
        return path.is_file() and _file_hash(path) == sha256

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Walk the folders."""
        start = self.root / prefix.rpartition("/")[0]
        found = (path.relative_to(self.root).as_posix() for path in start.rglob("*") if path.is_file())
        return iter(sorted(key for key in found if key.startswith(prefix) and not key.startswith(_INCOMING)))

    def _receive(self, path: Path, *, is_durable: bool) -> tuple[Path, str]:
        """Copy a file into the store's folder, still without its name."""
        temporary, target = self._temporary()
        try:
            with target, steady(path) as source:
                return temporary, copy_hashed(source, target, self.root, is_durable=is_durable)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _temporary(self) -> tuple[Path, FileIO]:
        folder = self.root / _INCOMING
        with writing(self.root):
            if not self._is_ready:
                folder.mkdir(parents=True, exist_ok=True)
                _remove_stale(folder)
                self._is_ready = True
            descriptor, name = tempfile.mkstemp(dir=folder)
            os.fchmod(descriptor, 0o444)  # the link will be the same file: never writable by its name
            return Path(name), FileIO(descriptor, "wb")

    def _publish(self, received: Mapping[Path, tuple[str, str]]) -> None:
        """Give durable files their names, and make the names durable."""
        folders: set[Path] = set()
        with writing(self.root):
            for temporary, (key, digest) in received.items():
                target = self.root / key
                if target.parent not in folders:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    folders.update(folder for folder in target.parents if folder.is_relative_to(self.root))
                try:
                    link_once(temporary, target)
                except FileExistsError:
                    self._refuse_other_bytes(key, digest)
            for folder in folders:
                sync_folder(folder)

    def _refuse_other_bytes(self, key: str, digest: str) -> None:
        if _file_hash(self.root / key) != digest:
            raise damaged(key, str(self.root), "has other bytes than those to be stored under this name")

    def _existing(self, key: str) -> FileIO:
        try:
            return (self.root / key).open("rb", buffering=0)
        except FileNotFoundError:
            raise damaged(key, str(self.root), "is missing") from None


def _file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remove_stale(folder: Path) -> None:
    """Remove what writers that were killed left behind, a day ago or earlier."""
    for path in folder.iterdir():
        try:
            if time.time() - path.stat().st_mtime > STALE_S:
                path.unlink()
        except FileNotFoundError:
            continue  # its writer has finished with it
