"""A folder replaced whole by another one, so that readers see the old or the new, never half of each."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from pathlib import Path

from warehouse.durable import flush_file_system, sync_folder
from warehouse.objects import writing

_AT_FDCWD, _EXCHANGE = -100, 2
_NOT_HERE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


def swap_folder(draft: Path, target: Path) -> None:
    """Put ``draft`` in the place of ``target``, whose old content is gone then; both lie on one file system.

    What the draft holds survives a power cut from here on. On a file system that cannot exchange two names
    at once (network shares) the target is missing for a moment between two renames.
    Raises ``UserError`` or ``TransientError`` as every failure to write does.
    """
    with writing(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        flush_file_system(draft)
        if not target.exists():
            draft.replace(target)
        else:
            old = draft if _exchange(draft, target) else _replaced(draft, target)
            shutil.rmtree(old)
        sync_folder(target.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step of the kernel; false where it cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        return False
    done = library.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE)
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_HERE:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _replaced(draft: Path, target: Path) -> Path:
    old = draft.with_name(f"{draft.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    target.rename(old)
    draft.replace(target)
    return old
