from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from flows.liveness import RUNS, dead_runs, forget_runs, hold_run, is_held, lock

HOLD = """
import fcntl, sys, pathlib
from flows.liveness import lock
lock(pathlib.Path(sys.argv[1]), fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_killed_process_frees_its_lock(tmp_path: Path) -> None:
    path = tmp_path / RUNS / "some-run"
    with holder(path) as process:
        assert is_held(path)
        assert dead_runs(tmp_path) == []
        assert lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB) is None
        process.kill()
        process.wait()
    assert not is_held(path)
    assert dead_runs(tmp_path) == ["some-run"]
    forget_runs(tmp_path, ["some-run"])
    assert dead_runs(tmp_path) == []


def test_asking_does_not_make_others_believe_that_it_is_held(tmp_path: Path) -> None:
    path = tmp_path / "asked"
    asking = lock(path, fcntl.LOCK_SH)
    assert asking is not None
    assert not is_held(path)
    os.close(asking)
    assert not is_held(tmp_path / "never")


def test_a_run_is_held_in_its_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = SimpleNamespace(id=uuid4())
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    hold_run(None, run, None)
    assert is_held(tmp_path / RUNS / str(run.id))

    other = SimpleNamespace(id=uuid4())
    monkeypatch.delenv("PREFECT_HOME")
    hold_run(None, other, None)
    assert not (tmp_path / RUNS / str(other.id)).exists()
