"""A million events of twelve channels: our reader beside FlowIO.

A read ends when every event stands behind a numpy array. Ours are views of the mapped file, so a read costs what its
keywords cost; FlowIO copies all events into a list-like array and that into a numpy one. Because a view is paid for
when it is used, two further ratios are taken: a read that sums one channel, which gates and statistics do, and a
read into twelve columns of their own, which loading does; that one turns the whole table, is bound by memory, and is
printed, not asserted.
The fastest of a few rounds counts, since other work on the machine only ever slows a round.
"""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flowio
import numpy as np
import pytest

from tasks.methods.fcs import DataSet, read_fcs
from tests.tasks.methods.fcs_files import fcs_file

pytestmark = pytest.mark.bench
EVENTS, CHANNELS, ROUNDS = 1_000_000, 12, 7
Table = np.ndarray[Any, Any]


def test_a_million_events_are_read_ten_times_as_fast_as_by_flowio(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    path = tmp_path / "tube.fcs"
    events = np.random.default_rng(1).normal(1_000, 300, (EVENTS, CHANNELS)).astype(np.float32)
    path.write_bytes(fcs_file(events, [f"FL{n}-A" for n in range(1, CHANNELS + 1)]))
    assert np.array_equal(np.column_stack(_read(path).raw), _peer(path))
    assert np.array_equal(np.column_stack(_read(path).linear_columns()), _peer(path))
    read, peer = _fastest(lambda: _read(path)), _fastest(lambda: _peer(path))
    ratio = {
        "read": peer / read,
        "read and one channel summed": _fastest(lambda: _peer_sum(path)) / _fastest(lambda: _sum(path)),
        "read into columns": peer / _fastest(lambda: _columns(path)),
    }
    record_property("fcs_read_ratio", ratio["read"])
    print(  # noqa: T201  # the measurement is the output
        f"{EVENTS:,} x {CHANNELS} floats: {read * 1_000:.1f} ms, FlowIO {peer * 1_000:.0f} ms; times as fast: "
        + ", ".join(f"{name} {times:.1f}" for name, times in ratio.items())
    )
    assert ratio["read"] >= 10
    assert ratio["read and one channel summed"] >= 5


def _read(path: Path) -> DataSet:
    with path.open("rb") as stream:
        (found,) = read_fcs(memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)), path.name)
    return found


def _sum(path: Path) -> float:
    return float(_read(path).raw[3].sum())


def _columns(path: Path) -> list[Table]:
    return _read(path).linear_columns()


def _peer(path: Path) -> Table:
    table: Table = flowio.FlowData(path).as_array()
    return table


def _peer_sum(path: Path) -> float:
    return float(_peer(path)[:, 3].sum())


def _fastest(read: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        read()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
