from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from schemas.errors import UserError
from warehouse.locks import file_lock

HOLD = """
import sys, time
from pathlib import Path
from warehouse.locks import file_lock
with file_lock(Path(sys.argv[1]), "the test's holder", 5):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_told_who_holds_the_lock_and_gets_it_when_the_holder_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(UserError, match=rf"the test's holder \(process {holder.pid}"), file_lock(path, "second", 0.2):
        pytest.fail("two holders at once")
    holder.kill()
    holder.wait()
    holder.stdout.close()
    start = time.monotonic()
    with file_lock(path, "second", 5):
        assert time.monotonic() - start < 5


def test_a_second_handle_of_the_same_process_waits_too(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with file_lock(path, "first", 1), pytest.raises(UserError, match="first"), file_lock(path, "second", 0.1):
        pytest.fail("two holders at once")
