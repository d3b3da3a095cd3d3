"""The object store: raw bytes once under their sha256, write-once; a directory or S3 behind one interface.

Keys: ``raw/<sha256>`` files as instruments wrote them, ``acts/<id>`` acts of people,
``frozen/<sha256>`` results that were to be kept as they were,
``derived/<fingerprint>/…`` what can be computed again.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from schemas.errors import BadInputError, BenchlakeError, TransientError, UserError, bad_input
from schemas.settings import Settings

Kind = Literal["acts", "frozen", "derived"]
_SETUP_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
HOME_ADDRESS = "objects"  # the home's own folder, wherever the home is moved
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_S3_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")


class ObjectDamagedError(BenchlakeError):
    """An object is missing, or its bytes are not those that its name promises: restore it from a copy."""


class UnsteadyFileError(TransientError):
    """A file changed, vanished or could not be read to its end while it was stored: try again later."""


class ObjectStore(Protocol):
    """Bytes by name, written once. Calls are safe from several threads and processes at once.

    ``address`` tells one store from another, as ``store_address`` does.
    Every call raises ``TransientError`` for an outage and ``UserError`` for a store that is
    set up wrongly or full; ``UnsteadyFileError`` and ``BadInputError`` concern one file only.
    """

    address: str

    def put(self, path: Path, sha256: str | None = None) -> str:
        """Store a file's bytes under their sha256 and return it; bytes already stored are left alone.

        The bytes are hashed on their way into the store, whatever ``sha256`` the caller expects.
        When the call returns they survive a power cut. Raises ``ObjectDamagedError`` when other
        bytes lie under that name.
        """

    def put_many(self, paths: Sequence[Path]) -> list[str | UnsteadyFileError | BadInputError]:
        """Store many files as ``put`` does, made durable together; results stand in the order of ``paths``.

        A file that cannot be stored gives its error instead of its sha256 and stops no other.
        """

    def put_bytes(self, data: bytes, kind: Kind = "acts", name: str | None = None) -> str:
        """Store bytes under ``kind/name`` (their sha256 where no name is given) and return that key."""

    def read(self, key: str) -> bytes:
        """All bytes of a key as ``keys`` gives it. Raises ``ObjectDamagedError`` when it is missing."""

    def open(self, sha256: str) -> BinaryIO:
        """A raw object, open for reading. Raises ``ObjectDamagedError`` when it is missing."""

    def fetch(self, sha256: str, target: Path) -> None:
        """Copy a raw object to ``target``, which appears whole and with the right hash or not at all."""

    def exists(self, sha256: str) -> bool:
        """Say whether a raw object of that name is there; ``verify`` says whether it is sound."""

    def verify(self, sha256: str) -> bool:
        """Read a raw object and say whether it is there with the bytes that its name promises."""

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Keys that start with the prefix, sorted."""


def object_store(settings: Settings) -> ObjectStore:
    """The store that the settings name. Raises ``UserError`` for an address that is none."""
    if not settings.object_store:
        from warehouse.object_directory import DirectoryStore  # noqa: PLC0415  # it imports this module

        return DirectoryStore(settings.home / "objects")
    bucket, prefix = _bucket(settings)
    from warehouse.object_s3 import S3Store  # noqa: PLC0415  # boto3 is slow to import

    return S3Store(bucket, prefix, settings.s3_endpoint)


def store_address(settings: Settings) -> str:
    """Address of the store that the settings name, found without reaching for it."""
    return s3_address(*_bucket(settings), settings.s3_endpoint) if settings.object_store else HOME_ADDRESS


def s3_address(bucket: str, prefix: str, endpoint: str) -> str:
    """Name a store on S3 for people."""
    return "/".join(part for part in (f"s3://{bucket}", prefix) if part) + (f" at {endpoint}" if endpoint else "")


def _bucket(settings: Settings) -> tuple[str, str]:
    """Bucket and prefix. Raises ``UserError`` for an address that is none."""
    address = _S3_ADDRESS.fullmatch(settings.object_store)
    if address is None:
        raise UserError(
            f"BENCHLAKE_OBJECT_STORE is {settings.object_store!r}. Write s3://bucket/prefix "
            "(a bucket's name has 3 to 63 lower-case letters, digits, dots or hyphens), or unset it for a folder."
        )
    return address[1], (address[2] or "").strip("/")


def raw_key(sha256: str) -> str:
    """Key of a raw object. Raises ``ValueError`` for what is no sha256."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is no sha256 in lower-case hexadecimal digits")
    return f"raw/{sha256}"


def named_key(kind: Kind, name: str) -> str:
    """Key of a named object. Raises ``ValueError`` for a name that could leave its folder."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no object name: letters, digits, '.', '_', '-', parts separated by '/'")
    return f"{kind}/{name}"


def part_path(target: Path) -> Path:
    """Where a fetched object grows beside its target, a place of each thread's own."""
    return target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.part")


@contextmanager
def steady(path: Path) -> Iterator[FileIO]:
    """Open a file that must not change while the block reads it.

    Raises ``UnsteadyFileError`` when size or time moved, it vanished or reading failed, and
    ``BadInputError`` when it is not ours to read.
    """
    try:
        with path.open("rb", buffering=0) as stream:
            before = os.fstat(stream.fileno())
            yield stream
            after = os.fstat(stream.fileno())
            end = stream.tell()
    except (PermissionError, IsADirectoryError) as error:
        raise bad_input(
            str(path), "", "unreadable_file", f"the file cannot be read ({error.strerror})", "Give yourself the right."
        ) from error
    except OSError as error:
        raise UnsteadyFileError(f"{path} could not be read now: {error.strerror}. It is tried again.") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or end != after.st_size:
        raise UnsteadyFileError(f"{path} is still being written. It is tried again.")


def hashed(path: Path) -> str | UnsteadyFileError | BadInputError:
    """Hash a file that must not change meanwhile; one that cannot be read gives its error, as in ``put_many``."""
    try:
        with steady(path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (UnsteadyFileError, BadInputError) as error:
        return error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a failure to write into what the user can do about it."""
    try:
        yield
    except OSError as error:
        if error.errno in _SETUP_ERRORS:
            raise UserError(
                f"{folder} cannot be written ({error.strerror}). Free space or give the right to write, "
                "or choose another folder (--home, BENCHLAKE_OBJECT_STORE)."
            ) from error
        raise TransientError(f"{folder} cannot be written now ({error.strerror}).") from error


def checked(path: Path, found: str, expected: str | None) -> str:
    """Return the hash found. Raises ``UnsteadyFileError`` when the caller hashed other bytes before."""
    if expected not in (None, found):
        raise UnsteadyFileError(f"{path} is still being written: its content changed since it was listed.")
    return found


def damaged(key: str, place: str, what: str) -> ObjectDamagedError:
    """Build the error for an object that is not what its name promises."""
    return ObjectDamagedError(f"{key} in {place} {what}. Restore it from a backup; `benchlake verify` lists all such.")
