from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import flowio
import numpy as np
import pytest

from tasks.simulation.fcs import Channel, acquisition, spillover_text
from tests.tasks.parsers.bench_files import raw_file

CHANNELS = (Channel("FSC-A"), Channel("FITC-A", "Annexin V"), Channel("PI-A", "PI"))
EVENTS = np.random.default_rng(1).normal(1_000, 400, (321, 3))
MATRIX = np.array([[1, 0.11], [0.015, 1]])
WHEN = datetime(2024, 3, 5, 13, 4, 30)  # noqa: DTZ001 -- cytometers write no zone


def written(events: np.ndarray = EVENTS) -> bytes:
    return acquisition(
        events,
        CHANNELS,
        name="T1",
        began_at=WHEN,
        seconds=90,
        spillover=(("FITC-A", "PI-A"), MATRIX),
        keywords={"$COM": "a|b"},
    )


@pytest.mark.parametrize("count", [0, 1, 321])
def test_an_independent_reader_finds_the_events_and_channels(count: int) -> None:
    found = flowio.FlowData(io.BytesIO(written(EVENTS[:count])))
    assert (found.version, found.event_count, found.channel_count) == ("3.1", count, 3)
    assert found.pnn_labels == ["FSC-A", "FITC-A", "PI-A"]
    assert found.pns_labels == ["", "Annexin V", "PI"]
    events = np.asarray(found.events, dtype=np.float64).reshape(-1, 3)
    assert events == pytest.approx(EVENTS[:count], rel=1e-6)


def test_offsets_point_at_text_data_and_the_end() -> None:
    data = written()
    text_begin, text_end, begin, end = (int(data[at : at + 8]) for at in (10, 18, 26, 34))
    assert text_begin == 58
    assert data[text_begin : text_begin + 1] == data[text_end : text_end + 1] == b"|"
    assert begin == text_end + 1
    assert end - begin + 1 == EVENTS.size * 4
    assert data[end + 1 :] == b"00000000"
    assert f"|$BEGINDATA|{begin:012d}|$ENDDATA|{end:012d}|".encode() in data[:begin]


def test_the_project_reads_keywords_time_and_spillover_again(tmp_path: Path) -> None:
    from tasks.methods.fcs import read_fcs  # noqa: PLC0415 -- beside the reader under test

    raw = raw_file(tmp_path, written(), "t1.fcs")
    (item,) = read_fcs(memoryview(raw.content), raw.name)
    assert item.keywords["$SPILLOVER"] == spillover_text(("FITC-A", "PI-A"), MATRIX) == "2,FITC-A,PI-A,1,0.11,0.015,1"
    assert (item.keywords["$DATE"], item.keywords["$BTIM"], item.keywords["$ETIM"]) == (
        "05-MAR-2024",
        "13:04:30",
        "13:06:00",
    )
    assert item.keywords["$COM"] == "a|b"
    assert np.asarray(item.linear(1)) == pytest.approx(EVENTS[:, 1], rel=1e-6)
