"""What to type for ``benchlake`` here: after ``make run`` the command is in .venv/bin, not on the PATH."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

NAME = "benchlake"


def command() -> str:
    """The command as it works in this shell: its name where the PATH leads to it, else the path that was typed."""
    called = Path(sys.argv[0])
    found = shutil.which(NAME)
    if called.name != NAME or (found and Path(found).resolve() == called.resolve()):
        return NAME
    return shlex.quote(sys.argv[0])
