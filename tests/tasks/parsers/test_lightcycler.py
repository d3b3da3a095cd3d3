from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.parsers.lightcycler import PARSER
from tests.tasks.parsers.bench_files import context, raw_file

TEXT = """Experiment: night 3  Selected Filter: SYBR Green I / HRM Dye (465-510)
Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus
True\t255\tA1\tC1\t18.52\t1.0\t0\t
True\t255\tA2\tC1\t\t\t0\t
False\t255\tA3\tC2\t19.10\t1.0\t0\t
True\t65280\tA4\tStd 1\t15.00\t1000\t1000\t
True\t255\tB1\tNTC\t38.90\t0.001\t0\t
"""
RAW = """Experiment: night 3  Active filters: SYBR (465-510)
SamplePos\tSampleName\tProg#\tSeg#\tCycle#\tTime\tTemp\t465-510
A1\tC1\t2\t3\t1\t1000\t60.1\t1.50
A1\tC1\t2\t3\t2\t2000\t60.2\t2.50
A1\tC1\t3\t1\t1\t3000\t65.0\t20.0
A1\tC1\t3\t1\t1\t3100\t75.0\t18.0
A1\tC1\t3\t1\t1\t3200\t95.0\t2.0
"""


def test_a_cp_table_has_samples_standards_and_wells_left_out(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, TEXT.encode())
    assert PARSER.claims(raw, context())
    assert not PARSER.claims(raw, context(assay="cell_viability"))
    result = PARSER.parse(raw, context(target="GAPDH"))
    found = result.frames["core.qpcr_wells"]
    assert found.select("plate", "well", "sample_name", "task", "cq", "quantity", "flag").rows() == [
        ("night 3", "A01", "C1", "unknown", 18.52, None, None),
        ("night 3", "A02", "C1", "unknown", None, None, "undetermined"),
        ("night 3", "A03", "C2", "unknown", 19.1, None, "omitted"),
        ("night 3", "A04", "Std 1", "standard", 15.0, 1000.0, None),
        ("night 3", "B01", "NTC", "ntc", 38.9, None, None),
    ]
    assert set(found["target"]) == {"GAPDH"}
    assert result.problems == ()
    assert set(result.unread) == {"Color", "Concentration", "Status"}
    run = result.frames["core.qpcr_runs"].row(0, named=True)
    assert (run["software"], run["dyes"]) == ("LightCycler 480", "SYBR Green I / HRM Dye (465-510)")


def test_a_missing_target_is_a_warning(tmp_path: Path) -> None:
    result = PARSER.parse(raw_file(tmp_path, TEXT.encode()), context())
    assert [p.rule for p in result.problems] == ["no_target"]
    assert set(result.frames["core.qpcr_wells"]["target"]) == {""}


def test_raw_fluorescence_is_curves(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, RAW.encode())
    assert PARSER.claims(raw, context())
    result = PARSER.parse(raw, context(target="GAPDH", plate="P7"))
    assert result.frames == {}
    assert result.unread == ("SampleName", "Seg#", "Time")
    cycles, melt = result.derived["qpcr_amplification"], result.derived["qpcr_melt"]
    assert cycles.select("plate", "well", "target", "cycle", "rn").rows() == [
        ("P7", "A01", "GAPDH", 1, 1.5),
        ("P7", "A01", "GAPDH", 2, 2.5),
    ]
    assert melt.select("reading", "temperature_c", "fluorescence").rows() == [
        (1, 65.0, 20.0),
        (2, 75.0, 18.0),
        (3, 95.0, 2.0),
    ]


def test_a_dye_names_curves_that_no_target_names(tmp_path: Path) -> None:
    found = PARSER.parse(raw_file(tmp_path, RAW.encode()), context()).derived["qpcr_amplification"]
    assert set(found["target"]) == {"465-510"}
    assert set(found["plate"]) == {"export"}


@pytest.mark.parametrize(
    ("broken", "place", "words"),
    [
        (TEXT.partition("Include")[0], "line 2", "no table with the columns Include"),
        (TEXT.replace("18.52", "1852"), "line 3, well A01", "'1852' is no quantification cycle"),
        (TEXT.replace("\tA2\t", "\tR2D2\t").replace("C1\t\t", "C1\t20\t"), "line 4", "'R2D2' is no well"),
        ("", "", "is empty"),
    ],
)
def test_broken_files_say_where_and_what_to_do(broken: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        PARSER.parse(raw_file(tmp_path, broken.encode()), context(target="G"))
    (problem,) = caught.value.problems
    assert place in problem.place
    assert words in problem.message
    assert problem.remedy
