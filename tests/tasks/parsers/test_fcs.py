from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from schemas.base import tables
from schemas.bench_options import Condition
from schemas.errors import BadInputError
from schemas.polars_schema import conform
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import Context, Parsed, RawFile, parsers
from tasks.engine.reading import read_file
from tasks.parsers.fcs import PARSER
from tests.tasks.methods.fcs_files import fcs_file
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.damage import damaged, damages

NAMES = ("FSC-A", "FITC-A", "PE-A", "Time")
EVENTS = np.array([[100, 5, 7, 0], [200, 60, 1, 1], [300, 700, 9, 2]], np.float32)
SPILL = {"SPILL": "2,FITC-A,PE-A,1,0.2,0.05,1"}
Damages = list[tuple[Callable[[bytes, int, int], bytes], int, int]]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def parsed(folder: Path, content: bytes | None = None, about: Context | None = None, name: str = "C1.fcs") -> Parsed:
    given_bytes = fcs_file(EVENTS, NAMES, keywords=SPILL) if content is None else content
    return PARSER.parse(raw_file(folder, given_bytes, name), about or context(assay="flow_cytometry"))


def row_of(found: Parsed) -> dict[str, Any]:
    (row,) = found.frames["core.flow_samples"].to_dicts()
    return row


def test_an_acquisition_is_a_row_and_its_events_a_frame(tmp_path: Path) -> None:
    keywords = SPILL | {
        "$CYT": "FACSCanto",
        "$DATE": "05-MAR-2024",
        "$BTIM": "10:11:12",
        "$P2S": "Annexin V",
        "OP": "x",
    }
    found = parsed(tmp_path, fcs_file(EVENTS, NAMES, keywords=keywords))
    row = row_of(found)
    assert (row["data_set"], row["event_count"], row["control"], row["flag"]) == (1, 3, None, None)
    assert (row["cytometer"], row["measured_on"], row["fcs_version"]) == ("FACSCanto", "2024-03-05T10:11:12", "3.0")
    assert [(c["column"], c["marker"], c["kind"]) for c in json.loads(row["channels"])] == [
        ("FSC-A", None, "scatter"),
        ("FITC-A", "Annexin V", "fluorescence"),
        ("PE-A", None, "fluorescence"),
        ("Time", None, "time"),
    ]
    assert json.loads(row["spillover"]) == {"channels": ["FITC-A", "PE-A"], "matrix": [[1, 0.2], [0.05, 1]]}
    assert (row["spillover_source"], row["panel"]) == ("keyword", "FITC-A+PE-A")
    assert json.loads(row["keywords"])["OP"] == "x"
    assert found.unread == ("OP",)
    assert found.problems == ()
    events = found.derived["flow_events"]
    assert events.columns == ["data_set", "event", *NAMES]
    assert events.rows() == [(1, i, *row) for i, row in enumerate(EVENTS.tolist(), 1)]
    conform(found.frames["core.flow_samples"], tables()["core.flow_samples"], {"study_id": "s", "object_id": "a" * 64})


def test_a_missing_compensation_is_flagged(tmp_path: Path) -> None:
    assert row_of(parsed(tmp_path, fcs_file(EVENTS, NAMES)))["flag"] == "compensation_missing"
    bad = parsed(tmp_path, fcs_file(EVENTS, NAMES, keywords={"SPILL": "2,FITC-A,APC-A,1,0,0,1"}))
    assert row_of(bad)["flag"] == "bad_spillover;compensation_missing"
    (problem,) = bad.problems
    assert "APC-A" in problem.message
    identity = parsed(tmp_path, fcs_file(EVENTS, NAMES, keywords={"SPILL": "2,FITC-A,PE-A,1,0,0,1"}))
    assert row_of(identity)["flag"] == "compensation_missing"
    assert row_of(identity)["spillover_source"] == "keyword"
    one = parsed(tmp_path, fcs_file(EVENTS[:, :2], NAMES[:2]))
    assert row_of(one)["flag"] is None


def test_the_matrix_that_the_study_names_goes_before_the_keyword(tmp_path: Path) -> None:
    matrix = raw_file(tmp_path, b"PE-A,FITC-A\n1,0.5\n0.25,1\n", "matrix.csv")
    base = context(assay="flow_cytometry")
    row = row_of(parsed(tmp_path, about=Context(base.study, base.row, None, {"flow.compensation": matrix})))
    assert row["spillover_source"] == matrix.name
    assert json.loads(row["spillover"]) == {"channels": ["PE-A", "FITC-A"], "matrix": [[1, 0.5], [0.25, 1]]}
    own = context(assay="flow_cytometry", attributes={"compensation": "own.csv"})
    references = {"flow.compensation": matrix, "flow.compensation/own.csv": raw_file(tmp_path, b"x", "own.csv")}
    found = parsed(tmp_path, about=Context(own.study, own.row, None, references))
    assert row_of(found)["spillover_source"] == "keyword"
    assert [p.rule for p in found.problems] == ["no_matrix"]
    found = parsed(tmp_path, about=own)
    assert [(p.rule, row_of(found)["spillover_source"]) for p in found.problems] == [("matrix_missing", "keyword")]
    other = raw_file(tmp_path, b"PE-A,APC-A\n1,0.5\n0.25,1\n", "other.csv")
    found = parsed(tmp_path, about=Context(base.study, base.row, None, {"flow.compensation": other}))
    assert [p.rule for p in found.problems] == ["other_channels"]


@pytest.mark.parametrize(
    ("said", "control"),
    [("unstained", "unstained"), ("Single stain", "single_stain"), ("FMO", "fmo"), ("isotype", "isotype"), ("", None)],
)
def test_controls_are_those_of_the_sheet(said: str, control: str | None, tmp_path: Path) -> None:
    about = context(assay="flow_cytometry", control=said, marker="FITC-A", panel="apoptosis", run="R1", time_h=24)
    row = row_of(parsed(tmp_path, about=about))
    assert (row["control"], row["marker"], row["panel"], row["run"], row["time_h"]) == (
        control, "FITC-A", "apoptosis", "R1", 24,
    )  # fmt: skip
    assert (row["sample_name"] is None) == (control is not None)


def test_an_unknown_control_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="unstained, single_stain, fmo, isotype"):
        parsed(tmp_path, about=context(assay="flow_cytometry", control="blank-ish"))


def test_the_sample_is_the_one_that_sheet_keyword_or_file_names(tmp_path: Path) -> None:
    people = [
        SampleRow.model_validate({"sample": s, "condition": "control", "donor": "d", "replicate": 1})
        for s in ("C1", "T1")
    ]
    study = Study(config=StudyYaml(study_id="s", conditions=[Condition(id="control")]), samples=tuple(people))
    tube = fcs_file(EVENTS, NAMES, keywords={"TUBE NAME": "T1"})
    assert row_of(parsed(tmp_path, tube, Context(study)))["sample_name"] == "T1"
    assert row_of(parsed(tmp_path, None, Context(study), "C1.fcs"))["sample_name"] == "C1"
    about = context(study=study, assay="flow_cytometry", sample="C1")
    assert row_of(parsed(tmp_path, tube, about))["sample_name"] == "C1"


def test_of_two_resolutions_the_finer_one_is_read(shared: Path) -> None:
    found = PARSER.parse(RawFile.read(shared / "data/flow/fcs/fc500.lmd"), context(assay="flow_cytometry"))
    assert row_of(found)["event_count"] == 27_072
    assert row_of(found)["fcs_version"] == "3.0"
    assert "data set 1 (the same events, coarser)" in found.unread


def test_two_acquisitions_in_a_file_are_two_rows(tmp_path: Path) -> None:
    first = fcs_file(EVENTS, NAMES, keywords={"$NEXTDATA": "00000000"})
    first = first.replace(b"$NEXTDATA|00000000", b"$NEXTDATA|%08d" % len(first))
    found = parsed(tmp_path, first + fcs_file(EVENTS[:2], ("FSC-A", "APC-A", "PE-A", "Time")))
    assert found.frames["core.flow_samples"]["event_count"].to_list() == [3, 2]
    events = found.derived["flow_events"]
    assert events.group_by("data_set").len().sort("data_set").rows() == [(1, 3), (2, 2)]
    assert events.filter(data_set=2)["FITC-A"].null_count() == 2


def test_duplicate_channel_names_make_two_columns(shared: Path) -> None:
    path = shared / "data/flow/fcs/macsquant_duplicate_names.fcs"
    found = PARSER.parse(RawFile.read(path), context(assay="flow_cytometry"))
    columns = found.derived["flow_events"].columns
    assert len(set(columns)) == len(columns) == 11


def test_a_packed_file_and_one_named_for_its_well_are_read(tmp_path: Path) -> None:
    content = fcs_file(EVENTS, NAMES)
    about = context(assay="flow_cytometry")
    for name, data in (("a.fcs.gz", gzip.compress(content)), ("060909.001", content), ("plate.A01", content)):
        raw = raw_file(tmp_path, data, name)
        assert [p.name for p in parsers().values() if p.claims(raw, context())] == ["fcs"]
        assert PARSER.parse(raw, about).derived["flow_events"].height == 3


def test_every_real_acquisition_has_this_reader_only_and_is_loaded_or_refused(shared: Path) -> None:
    folder = shared / "data/flow"
    for path in sorted((*folder.rglob("*.fcs"), *folder.rglob("*.lmd"), *(folder / "compdata/data").iterdir())):
        raw = RawFile.read(path)
        assert [p.name for p in parsers().values() if p.claims(raw, context())] == ["fcs"]
        reading = read_file(raw, context(assay="flow_cytometry"))
        assert reading.status == ("quarantined" if path.name == "corrupted.fcs" else "loaded"), reading.reason
        if path.name == "corrupted.fcs":
            assert "no FCS data set begins here" in str(reading.reason)
            continue
        height = reading.derived["flow_events"].height
        assert reading.frames["core.flow_samples"]["event_count"].sum() == height


def survives(folder: Path, content: bytes) -> None:
    reading = read_file(raw_file(folder, content, "damaged.fcs"), context(assay="flow_cytometry"))
    assert not reading.is_bug, reading.reason
    for name, frame in reading.frames.items():
        whole = conform(frame, tables()[name], {"study_id": "s", "object_id": reading.object_id})
        assert not whole.select(tables()[name].key).is_duplicated().any()
    assert reading.status == "loaded" or all(p.message and p.remedy for p in reading.problems)


WRITTEN = {
    "floats": fcs_file(EVENTS, NAMES, keywords=SPILL),
    "integers": fcs_file(EVENTS, NAMES, kind="I", bits=(16, 24, 8, 32), ranges=(1024, 2**20, 256, 2**30)),
    "text": fcs_file(EVENTS, NAMES, kind="A", data=b"1 2 3 4 5 6 7 8 9 10 11 12", keywords={"$P1B": "*"}),
}
REAL = (
    "noncompliant/data_stop_offset_discrepancy_example.fcs",
    "fcs/variable_int_example.fcs",
    "flowkit/data_set_simple_line_100.fcs",
)


def content_of(name: str, shared: Path) -> bytes:
    return WRITTEN[name] if name in WRITTEN else (shared / "data/flow" / name).read_bytes()


@pytest.mark.parametrize("name", [*WRITTEN, *REAL])
@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(found=damages())
def test_a_damaged_acquisition_is_never_a_bug(name: str, found: Damages, shared: Path, tmp_path: Path) -> None:
    survives(tmp_path, damaged(content_of(name, shared), found))


@pytest.mark.soak
@pytest.mark.parametrize("name", [*WRITTEN, *REAL])
@settings(max_examples=600, deadline=None, suppress_health_check=SLOW)
@given(found=damages(6))
def test_a_much_damaged_acquisition_is_never_a_bug(name: str, found: Damages, shared: Path, tmp_path: Path) -> None:
    survives(tmp_path, damaged(content_of(name, shared), found))


@pytest.mark.parametrize("name", WRITTEN)
def test_every_digit_of_the_keywords_may_be_wrong(name: str, tmp_path: Path) -> None:
    content = WRITTEN[name]
    end = int(content[18:26])
    for place in [i for i in range(end) if chr(content[i]).isdigit()][::3]:
        survives(tmp_path, content[:place] + b"9" + content[place + 1 :])


def test_events_that_are_not_numbers_are_null(tmp_path: Path) -> None:
    events = EVENTS.copy()
    events[1, 1] = np.nan
    frame = parsed(tmp_path, fcs_file(events, NAMES)).derived["flow_events"]
    assert frame["FITC-A"].to_list() == [5, None, 700]
    assert frame.schema["FITC-A"] == pl.Float32


def test_keywords_that_tell_who_the_patient_is_are_not_loaded(tmp_path: Path) -> None:
    said = {"PATIENT ID": "919300", "&11DOB": " ", "TUBE NAME": "C1"}
    found = parsed(tmp_path, fcs_file(EVENTS, NAMES, keywords=SPILL | said))
    keywords = json.loads(row_of(found)["keywords"])
    assert "919300" not in row_of(found)["keywords"]
    assert keywords["PATIENT ID"].startswith("(withheld")
    assert keywords["TUBE NAME"] == "C1"
    (problem,) = found.problems
    assert (problem.rule, problem.place) == ("personal_data", "data set 1")
    assert "PATIENT ID" in problem.message
