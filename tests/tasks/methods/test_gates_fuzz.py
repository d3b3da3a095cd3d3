"""Damaged files of gates: refused with a reason, or read; nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import BadInputError
from tasks.methods.flow_tubes import Tube
from tasks.methods.gates_files import gated, read_gates
from tests.tasks.methods.flow_simulation import TRUTH, channel, events, row

NAMES = ["channel_A", "channel_B", "FSC-H", "SSC-H", "FL1-H", "FL2-H", "FL3-H", "FL4-H", "FL2-A", "Time"]
FILES = (
    "gate_ref/gml/gml_all_gates.xml",
    "flowkit/simple_diamond_example_quad_gate.wsp",
    "flowkit/single_ellipse_51_events.wsp",
    "flowjo/flowjo_example_2.wsp",
)
VALUES = ("", "0", "-1", "nan", "inf", "1e308", "-1e308", "x", "1,5", "FL1-H", "Polygon1", "é")


def tube() -> Tube:
    rng = np.random.default_rng(1)
    frame = events(TRUTH, n=50).select("data_set", "event")
    frame = frame.with_columns(**{name: rng.normal(100, 300, 50) for name in NAMES})
    listed = json.dumps([channel(i, name) for i, name in enumerate(NAMES, 1)])
    return Tube(row("S", channels=listed), frame, None, None)


def damaged(content: bytes, draw: st.DrawFn) -> bytes:
    """An attribute's value replaced, a line lost or doubled, the end cut off, or a byte changed."""
    kind = draw(st.sampled_from(("value", "value", "value", "lose", "double", "cut", "byte")))
    lines = content.split(b"\n")
    at = draw(st.integers(0, len(lines) - 1))
    marks = [i for i, line in enumerate(lines) if line.count(b'"') > 1]
    if kind == "value" and marks:
        at = draw(st.sampled_from(marks))
        parts = lines[at].split(b'"')
        parts[draw(st.integers(0, len(parts) // 2 - 1)) * 2 + 1] = draw(st.sampled_from(VALUES)).encode()
        lines[at] = b'"'.join(parts)
    elif kind == "lose":
        del lines[at]
    elif kind == "double":
        lines.insert(at, lines[at])
    elif kind == "cut":
        return content[: draw(st.integers(0, len(content)))]
    else:
        place = draw(st.integers(0, len(content) - 1))
        return content[:place] + bytes([draw(st.integers(0, 255))]) + content[place + 1 :]
    return b"\n".join(lines)


def check(content: bytes, draw: st.DrawFn) -> None:
    for _ in range(draw(st.integers(1, 3))):
        content = damaged(content, draw) or b"<"
    try:
        gates = read_gates(content, "gates.xml")
    except BadInputError:
        return
    rows, _ = gated(tube(), "data_set_simple_line_100.fcs", gates)
    assert all(0 <= r["event_count"] <= r["parent_count"] <= 50 for r in rows)


QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=QUIET)
@given(data=st.data())
def test_a_damaged_file_is_refused_or_read(shared: Path, name: str, data: st.DataObject) -> None:
    check((shared / "data/flow" / name).read_bytes(), data.draw)  # type: ignore[arg-type]


@pytest.mark.soak
@pytest.mark.parametrize("name", FILES)
@settings(max_examples=3_000, deadline=None, suppress_health_check=QUIET)
@given(data=st.data())
def test_many_damaged_files_are_refused_or_read(shared: Path, name: str, data: st.DataObject) -> None:
    check((shared / "data/flow" / name).read_bytes(), data.draw)  # type: ignore[arg-type]
