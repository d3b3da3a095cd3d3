"""Storing raw bytes, held against what a shell does with them."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.object_directory import DirectoryStore

pytestmark = pytest.mark.bench
ROUNDS = 3


def test_a_gigabyte_is_stored_at_0_6_of_the_speed_of_sha256sum_and_cp(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    source = tmp_path / "run.fastq"
    block = os.urandom(16 << 20)
    with source.open("wb") as stream:
        for i in range(64):
            stream.write(block[i:] + block[:i])  # 1 GiB, no two blocks alike
    ours, shell = [], []
    for i in range(ROUNDS):
        shell.append(_seconds(lambda i=i: _hash_and_copy(source, tmp_path / f"copy{i}")))
        ours.append(_seconds(lambda i=i: DirectoryStore(tmp_path / f"objects{i}").put(source)))
        (tmp_path / f"copy{i}").unlink()
        shutil.rmtree(tmp_path / f"objects{i}")
    ratio = statistics.median(shell) / statistics.median(ours)
    record_property("ingest_speed_ratio", ratio)
    print(f"1 GiB: put {statistics.median(ours):.2f} s, sha256sum + cp {statistics.median(shell):.2f} s: x{ratio:.2f}")  # noqa: T201  # the measurement is the output
    assert ratio >= 0.6


def test_ten_thousand_small_files_are_stored_at_0_2_of_the_speed_of_copying_them(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    folder = tmp_path / "landing"
    folder.mkdir()
    paths = [folder / f"{i:05}.csv" for i in range(10_000)]
    for i, path in enumerate(paths):
        path.write_text(f"well,od\nA01,{i}\n")
    store = DirectoryStore(tmp_path / "objects")
    copying = _seconds(lambda: shutil.copytree(folder, tmp_path / "copy"))
    storing = _seconds(lambda: [store.put_many(paths[i : i + 200]) for i in range(0, len(paths), 200)])
    record_property("small_files_s", storing)
    print(f"10,000 files: put_many {storing:.2f} s, copytree {copying:.2f} s")  # noqa: T201  # the measurement is the output
    assert sum(1 for _ in store.keys("raw/")) == len(paths)
    assert copying / storing >= 0.2


def _hash_and_copy(source: Path, target: Path) -> None:
    subprocess.run(["sha256sum", source], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cp", source, target], check=True)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
