"""Bytes that survive a power cut: copied, hashed, flushed and named."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from io import FileIO
from pathlib import Path

from warehouse.objects import writing

CHUNK_BYTES = 4 << 20
QUEUED_CHUNKS = 16
SYNC_BYTES = 64 << 20  # flushed while the next bytes are hashed, so that the last fsync is short
_NO_LINKS = (errno.EPERM, errno.ENOTSUP)


def copy_hashed(source: FileIO, target: FileIO, folder: Path, *, is_durable: bool) -> str:
    """Copy in one pass and return the sha256 of what was written; big files are hashed and written side by side."""
    digest, unsynced = hashlib.sha256(), 0

    def write(chunk: bytes) -> None:
        nonlocal unsynced
        with writing(folder):
            rest = memoryview(chunk)
            while rest:
                rest = rest[target.write(rest) :]
            unsynced += len(chunk)
            if is_durable and unsynced >= SYNC_BYTES:
                os.fdatasync(target.fileno())
                unsynced = 0

    chunks = iter(lambda: source.read(CHUNK_BYTES), b"")
    if os.fstat(source.fileno()).st_size <= CHUNK_BYTES:
        for chunk in chunks:
            write(chunk)
            digest.update(chunk)
    else:
        with ThreadPoolExecutor(1) as writer:  # hashlib and write both release the interpreter
            pending: deque[Future[None]] = deque()
            for chunk in chunks:
                pending.append(writer.submit(write, chunk))
                digest.update(chunk)
                if len(pending) > QUEUED_CHUNKS:
                    pending.popleft().result()
            for future in pending:
                future.result()
    if is_durable:
        with writing(folder):
            os.fsync(target.fileno())
    return digest.hexdigest()


def link_once(temporary: Path, target: Path) -> None:
    """Give a file a second name. Raises ``FileExistsError`` where the name is taken."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():  # a file system without hard links: two writers at once write equal bytes here
            raise FileExistsError(errno.EEXIST, "the object exists", str(target)) from error
        temporary.rename(target)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_file_system(folder: Path) -> None:
    """Make everything written to the folder's file system durable: one wait for many files.

    ``syncfs`` reports write errors since Linux 5.8; without it all file systems are flushed.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "syncfs"):
        os.sync()
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if library.syncfs(descriptor) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(descriptor)
