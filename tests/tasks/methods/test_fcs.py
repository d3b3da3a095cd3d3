from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import flowio
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import BadInputError
from tasks.methods.fcs import DataSet, column_names, read_fcs
from tests.tasks.methods.fcs_files import fcs_file

NAMES = ("FSC-A", "FITC-A", "Time")
EVENTS = np.array([[100, 5, 0], [200, 60, 1], [300, 700, 2], [401, 8000, 3]], np.float32)
OF_ANY_WIDTH = {"$P1B": "*", "$P2B": "*", "$P3B": "*"}
FIXED_WIDTH = b"".join(b"%3d%4d%1d" % tuple(map(int, row)) for row in EVENTS)
READABLE = (
    "compdata/data/060909.001", "compdata/data/060909.002", "compdata/data/060909.003", "compdata/data/060909.004",
    "compdata/data/060909.005", "fcs/aria_100715.fcs", "fcs/attune.fcs", "fcs/cytek_dxp10.fcs",
    "fcs/facscalibur_hts.fcs", "fcs/facscan_fitc_pe.fcs", "fcs/facscanto_itn02.fcs", "fcs/facsdiva_cd45_cd34.fcs",
    "fcs/fc500.lmd", "fcs/lsrii_comp_example.fcs", "fcs/macsquant_duplicate_names.fcs", "fcs/macsquant_fcs31.fcs",
    "fcs/variable_int_example.fcs", "flowkit/data_set_simple_line_100.fcs", "flowkit/test_data_diamond_01.fcs",
    "gate_ref/data1.fcs", "noncompliant/data_stop_offset_discrepancy_example.fcs",
)  # fmt: skip
# FlowIO undoes $PnE of floats that the file calls linearised (TRANSFORMATION applied)
LINEARISED_TWICE_BY_FLOWIO = {"fcs/facscanto_itn02.fcs"}


def read(content: bytes) -> DataSet:
    (found,) = read_fcs(memoryview(content), "tube.fcs")
    return found


def table(item: DataSet) -> np.ndarray[Any, Any]:
    return np.column_stack([np.asarray(column, np.float64) for column in item.raw])


def linear(item: DataSet) -> np.ndarray[Any, Any]:
    return np.column_stack([np.asarray(column, np.float64) for column in item.linear_columns()])


def refusal(content: bytes) -> str:
    with pytest.raises(BadInputError) as caught:
        read_fcs(memoryview(content), "tube.fcs")
    (problem,) = caught.value.problems
    assert problem.file == "tube.fcs"
    assert problem.remedy
    return f"{problem.rule}: {problem.message}"


def expected_of(shared: Path, name: str) -> dict[str, Any]:
    found = json.loads((shared / "data/flow/expected_fcs.json").read_text())["files"][name]
    if "datasets" in found:
        return {**found, **found["datasets"][-1]}
    return {**found, **found.get("fcsparser", {})}


@pytest.mark.parametrize("name", READABLE)
def test_real_files_hold_the_expected_numbers(name: str, shared: Path) -> None:
    want = expected_of(shared, name)
    item = read_fcs(memoryview((shared / "data/flow" / name).read_bytes()), name)[-1]
    assert (item.event_count, [c.name for c in item.channels]) == (want["events"], want["channels"])
    assert table(item)[0].tolist() == pytest.approx(want["raw_first_event"], rel=1e-6)
    assert np.median(table(item), axis=0).tolist() == pytest.approx(want["raw_median"], rel=1e-6)
    if "markers" in want:
        assert [c.stain for c in item.channels] == [m.strip() for m in want["markers"]]
    if "linear_median" in want and name not in LINEARISED_TWICE_BY_FLOWIO:
        assert np.median(linear(item), axis=0).tolist() == pytest.approx(want["linear_median"], rel=1e-6)


@pytest.mark.parametrize("name", [n for n in READABLE if "variable" not in n and "stop" not in n and "500" not in n])
def test_every_event_is_the_one_that_flowio_reads(name: str, shared: Path) -> None:
    path = shared / "data/flow" / name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = flowio.FlowData(path, ignore_offset_error=True)
    item = read(path.read_bytes())
    assert np.array_equal(table(item), peer.as_array(preprocess=False), equal_nan=True)
    if name not in LINEARISED_TWICE_BY_FLOWIO:
        np.testing.assert_allclose(linear(item), peer.as_array(), rtol=2e-7)


def test_floats_that_a_file_calls_linearised_are_left_as_they_are(shared: Path) -> None:
    item = read((shared / "data/flow/fcs/facscanto_itn02.fcs").read_bytes())
    assert (item.keywords["TRANSFORMATION"], item.channels[2].decades) == ("applied", 4.0)
    assert np.array_equal(linear(item), table(item))


@pytest.mark.parametrize(("value", "linear_value"), [(900.0, 10 ** (4 * 900 / 1024)), (-2.0, 900.0), (5_000.0, 900.0)])
def test_floats_outside_the_channels_of_an_amplifier_are_linear_already(value: float, linear_value: float) -> None:
    keywords = {"$P1E": "4,1", "$P1R": "1024"}
    item = read(fcs_file([[900.0], [value]], ["FITC-A"], keywords=keywords))
    assert linear(item)[0, 0] == pytest.approx(linear_value, rel=1e-6)


def test_a_file_may_hold_an_acquisition_at_two_resolutions(shared: Path) -> None:
    coarse, fine = read_fcs(memoryview((shared / "data/flow/fcs/fc500.lmd").read_bytes()), "fc500.lmd")
    assert (coarse.version, coarse.event_count, fine.version, fine.event_count) == ("2.0", 27_072, "3.0", 27_072)
    assert np.corrcoef(coarse.raw[0], fine.raw[0])[0, 1] > 0.99


def test_the_segment_that_holds_the_events_counts_when_two_are_named(shared: Path) -> None:
    folder = shared / "data/flow"
    late = read((folder / "noncompliant/data_start_offset_discrepancy_example.fcs").read_bytes())
    right = read((folder / "noncompliant/data_stop_offset_discrepancy_example.fcs").read_bytes())
    assert np.array_equal(table(late), table(right))
    assert late.notes == ("HEADER and TEXT disagree where the events are; 6081-6188 fits, not 5555-6188",)


def test_a_corrupted_file_is_refused(shared: Path) -> None:
    assert refusal((shared / "data/flow/fcs/corrupted.fcs").read_bytes()).startswith("no_fcs_header")


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"version": "2.0"},
        {"version": "3.1"},
        {"order": "4,3,2,1"},
        {"kind": "D"},
        {"kind": "D", "order": "8,7,6,5,4,3,2,1"},
        {"kind": "I"},
        {"kind": "I", "order": "4,3,2,1"},
        {"kind": "I", "order": "2,1", "bits": 16, "ranges": 16_384},
        {"kind": "I", "order": "3,4,1,2"},
        {"kind": "I", "bits": (16, 24, 8), "ranges": (65_536, 2**24, 256)},
        {"kind": "I", "order": "4,3,2,1", "bits": (16, 24, 8), "ranges": (65_536, 2**24, 256)},
        {"kind": "I", "bits": 64, "order": "1,2,3,4,5,6,7,8"},
        {"kind": "A", "data": b"100,5,0\r\n200,60,1\r\n300 700 2 401 8000 3", "keywords": OF_ANY_WIDTH},
        {"kind": "A", "data": FIXED_WIDTH, "keywords": {"$P1B": "3", "$P2B": "4", "$P3B": "1"}},
    ],
    ids=str,
)  # fmt: skip
def test_every_way_to_store_numbers_gives_the_same_events(how: dict[str, Any]) -> None:
    assert table(read(fcs_file(EVENTS, NAMES, **how))).tolist() == EVENTS.tolist()


@pytest.mark.parametrize(
    ("how", "notes"),
    [
        ({"header_data": (0, 0)}, 0),
        ({"header_data": ("", "")}, 0),
        ({"text_shift": (0, 1)}, 0),
        ({"text_shift": (0, 1), "header_data": (0, 0)}, 0),
        ({"text_shift": (0, -1), "header_data": (0, 0)}, 1),
        ({"text_shift": (-40, 0)}, 1),
        ({"keywords": {"$TOT": ""}}, 0),
        ({"keywords": {"$BEGINSTEXT": "0", "$ENDSTEXT": "", "COMMENT": "a|b|"}}, 0),
        ({"delimiter": "\\", "keywords": {"$FIL": "C:\\data\\tube.fcs"}}, 0),
        ({"delimiter": "/", "keywords": {"$CYT": "A/B"}}, 0),
        ({"tail": b""}, 0),
        ({"tail": b"\x1a\0\0\0"}, 0),
        ({"keywords": {"$NEXTDATA": "9999999"}}, 0),
        ({"keywords": {"$NEXTDATA": "300"}}, 0),
    ],
    ids=str,
)
def test_offsets_and_keywords_that_cytometers_write_wrongly(how: dict[str, Any], notes: int) -> None:
    item = read(fcs_file(EVENTS, NAMES, **how))
    assert table(item).tolist() == EVENTS.tolist()
    assert len(item.notes) == notes
    for name, value in how.get("keywords", {}).items():
        assert not value or item.keywords[name] == value


def test_empty_values_do_not_put_the_keywords_out_of_step() -> None:
    content = fcs_file(EVENTS, NAMES, keywords={"$OP": "X"})
    assert read(content.replace(b"$OP|X|", b"$OP||").ljust(len(content))).keywords["$PAR"] == "3"


def test_bits_above_the_range_are_no_part_of_the_number() -> None:
    item = read(fcs_file([[0xFC01, 5], [1023, 7]], ("FL1", "FL2"), kind="I", bits=16, ranges=1024))
    assert table(item).tolist() == [[1, 5], [1023, 7]]


def test_ten_bits_are_stored_in_whole_words_unless_the_events_are_too_short_for_that() -> None:
    words = np.array([[1, 2], [3, 4]], "<u2").tobytes()
    keywords = {"$P1B": "10", "$P2B": "10"}
    how: dict[str, Any] = {"kind": "I", "order": "1,2", "ranges": 1024, "keywords": keywords}
    assert table(read(fcs_file([[1, 2], [3, 4]], ("A", "B"), data=words, **how))).tolist() == [[1, 2], [3, 4]]
    assert refusal(fcs_file([[1, 2], [3, 4]], ("A", "B"), data=words[:5], tail=b" " * 40, **how)).startswith(
        "channel_width: its numbers follow each other bit by bit"
    )


def test_logarithmic_amplifiers_gain_and_time_step_are_undone() -> None:
    keywords = {"$P1E": "4,0", "$P1R": "1024", "$P2G": "2.5", "$TIMESTEP": "0.5"}
    item = read(fcs_file([[512, 100, 4]], ("FL1-H", "FL2-H", "Time"), kind="I", ranges=1024, keywords=keywords))
    assert linear(item).tolist() == [[pytest.approx(100.0), 40.0, 2.0]]
    assert [item.linear(i).tolist() for i in range(3)] == [c.tolist() for c in item.linear_columns()]


@pytest.mark.parametrize("damage", [b"\0\0\xa0\x7f", b"\0\0\x80\x7f"], ids=["signalling NaN", "infinite"])
@pytest.mark.parametrize("keywords", [{"$P1G": "2"}, {"$P1E": "4,1", "$P1R": "1024"}, {"$TIMESTEP": ".5"}])
def test_damaged_floats_are_no_numbers_whatever_is_to_be_undone(keywords: dict[str, str], damage: bytes) -> None:
    name = "Time" if "$TIMESTEP" in keywords else "FITC-A"
    content = fcs_file([[900.0], [800.0]], [name], keywords=keywords)
    item = read(content.replace(np.array([900], "<f4").tobytes(), damage))
    assert np.isfinite(item.linear(0)).tolist() == [False, True]


def test_two_data_sets_are_both_read() -> None:
    first = fcs_file(EVENTS, NAMES, keywords={"$NEXTDATA": "00000000"})
    first = first.replace(b"$NEXTDATA|00000000", b"$NEXTDATA|%08d" % len(first))
    found = read_fcs(memoryview(first + fcs_file(EVENTS * 2, NAMES)), "two.fcs")
    assert [(d.number, table(d).tolist()) for d in found] == [(1, EVENTS.tolist()), (2, (EVENTS * 2).tolist())]


def test_a_file_without_events_has_its_channels() -> None:
    item = read(fcs_file(np.empty((0, 3)), NAMES))
    assert (item.event_count, len(item.channels), linear(item).shape) == (0, 3, (0, 3))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no_fcs_header"),
        (b"PK\x03\x04", "no_fcs_header"),
        (fcs_file(EVENTS, NAMES)[:40], "file_cut_off: the file ends after 40 bytes"),
        (fcs_file(EVENTS, NAMES)[:300], "file_cut_off"),
        (fcs_file(EVENTS, NAMES)[:-20], "file_cut_off: the file ends after 3 of 4 events"),
        (fcs_file(EVENTS, NAMES, keywords={"$PAR": ""}), "keywords_missing: the keywords lack $PAR"),
        (fcs_file(EVENTS, NAMES, keywords={"$PAR": "99999"}), "channel_count"),
        (fcs_file(EVENTS, NAMES, keywords={"$PAR": "x"}), "channel_count"),
        (fcs_file(EVENTS, NAMES, keywords={"$MODE": "C"}), "no_list_mode: it holds histograms"),
        (fcs_file(EVENTS, NAMES, keywords={"$DATATYPE": "Q"}), "data_type"),
        (fcs_file(EVENTS, NAMES, keywords={"$BYTEORD": "1,1"}), "byte_order"),
        (fcs_file(EVENTS, NAMES, kind="I", keywords={"$P2B": "wide"}), "channel_width"),
        (fcs_file(EVENTS, NAMES, kind="I", keywords={"$P2B": "80"}), "channel_width"),
        (fcs_file(EVENTS, NAMES, keywords={"$TOT": "-3"}), "event_count"),
        (fcs_file(EVENTS, NAMES, keywords={"$TOT": "99999999999"}), "file_cut_off"),
        (fcs_file(EVENTS, NAMES, keywords={"$TOT": ""}, text_shift=(0, 7), header_data=(0, 0)), "event_count"),
        (fcs_file(EVENTS, NAMES, version="2.0", header_data=(0, 0)), "no_data_segment"),
        (fcs_file(EVENTS, NAMES, kind="A", data=b"1 2 three", keywords={"$P1B": "*"}), "not_a_number"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_what_cannot_be_read_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    assert refusal(content).startswith(reason)


def test_names_that_stand_twice_or_are_empty_are_told_apart() -> None:
    item = read(fcs_file([[1, 2, 3, 4]], ("FL1", "fl1", "x", "event"), keywords={"$P3N": ""}))
    assert column_names(item.channels, ("event",)) == ["FL1", "fl1_2", "P3", "event_2"]


@given(st.lists(st.lists(st.integers(0, 2**16 - 1), min_size=3, max_size=3), max_size=8), st.sampled_from("/|\\*\f!"))
def test_what_is_written_is_read(events: list[list[int]], delimiter: str) -> None:
    wide = np.array(events, np.uint32).reshape(-1, 3)
    item = read(fcs_file(wide, NAMES, kind="I", bits=16, order="1,2", ranges=65_536, delimiter=delimiter))
    assert [column.tolist() for column in item.raw] == wide.T.tolist()
