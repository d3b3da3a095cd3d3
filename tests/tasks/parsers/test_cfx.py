from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from schemas.sheets import Layout, LayoutWell
from tasks.contracts import RawFile
from tasks.parsers.cfx import PARSER
from tests.tasks.parsers.bench_files import context, expectation, measurements, raw_file
from tests.tasks.parsers.plate_files import workbook

HEADER = ",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Cq Mean,Starting Quantity (SQ)"
TEXT = f"""File Name,night 7.pcrd
Run Started,03/05/2024 10:00:00 UTC
Base Serial Number,BR1
,
{HEADER}
,A01,SYBR,GAPDH,Unkn-01,C1,set,18.5,18.6,NaN
,A02,SYBR,GAPDH,Unkn-01,C1,set,0.00,18.6,NaN
,A03,SYBR,GAPDH,Std-01,,,15.25,15.25,1.00000E+06
,A04,SYBR,GAPDH,NTC,,,NaN,0.00,NaN
,A05,SYBR,GAPDH,NRT-2,C1,,35.5,35.5,NaN
,A06,SYBR,GAPDH,Pos Ctrl,,,20.0,20.0,NaN
,A07,SYBR,GAPDH,Neg Ctrl,,,,,
"""
GRID = ",Cycle,A1,A2,A12\n,1,10.5,11.5,\n,2,20.25,21,22\n"


def frame(raw: RawFile, **row: object) -> pl.DataFrame:
    return PARSER.parse(raw, context(**row)).frames["core.qpcr_wells"]


def test_cq_samples_and_dyes_are_allotropys(shared: Path) -> None:
    folder = shared / "data/qpcr/cfxmaestro"
    expected = {}
    for m in measurements(expectation(folder, "example01"), "qpcr document"):
        (data,) = m["processed data aggregate document"]["processed data document"]
        (device,) = m["device control aggregate document"]["device control document"]
        place = m["sample document"]["well location identifier"], device["reporter dye setting"]
        cq = data["cycle threshold result (qPCR)"]["value"]
        expected[place] = (m["sample document"]["sample identifier"], cq)
    found = frame(RawFile.read(folder / "example01.csv"))
    ours = {(w, t): (s, cq) for w, t, s, cq in found.select("well", "target", "sample_name", "cq").iter_rows()}
    assert len(expected) == 48
    assert ours == expected


def test_a_text_export_with_genes_as_contents_is_read_with_a_warning(shared: Path) -> None:
    raw = RawFile.read(shared / "data/qpcr/htqpcr/CFX_sample.txt")
    result = PARSER.parse(raw, context())
    found = result.frames["core.qpcr_wells"]
    lines = [line.split(",") for line in raw.path.read_text().splitlines()[1:]]
    printed = {cells[1]: float(cells[7]) for cells in lines if cells[7] != "N/A"}
    assert found.height == len(lines)
    assert dict(found.select("well", "cq").drop_nulls().iter_rows()) == printed
    assert found.filter(pl.col("task") == "standard")["quantity"].drop_nulls().len() > 0
    (problem,) = [p for p in result.problems if p.rule == "unknown_content"]
    assert problem.value == "miR-101"
    assert "Content" in problem.message


def test_contents_are_tasks_and_zero_is_no_amplification(tmp_path: Path) -> None:
    result = PARSER.parse(raw_file(tmp_path, TEXT.encode()), context())
    found = result.frames["core.qpcr_wells"]
    assert found.select("plate", "well", "task", "cq", "quantity", "flag").rows() == [
        ("night 7", "A01", "unknown", 18.5, None, None),
        ("night 7", "A02", "unknown", None, None, "undetermined"),
        ("night 7", "A03", "standard", 15.25, 1e6, None),
        ("night 7", "A04", "ntc", None, None, "undetermined"),
        ("night 7", "A05", "no_rt", 35.5, None, None),
        ("night 7", "A06", "positive", 20.0, None, None),
        ("night 7", "A07", "ntc", None, None, "undetermined"),
    ]
    run = result.frames["core.qpcr_runs"].row(0, named=True)
    assert (run["run_at"], run["instrument_serial"], run["dyes"]) == ("03/05/2024 10:00:00 UTC", "BR1", "SYBR")
    assert result.unread == ("Biological Set Name", "Cq Mean")


def test_wells_without_target_take_it_from_files_csv_a_layout_or_their_dye(tmp_path: Path) -> None:
    nameless = TEXT.replace(",GAPDH,", ",,")
    raw = raw_file(tmp_path, nameless.encode())
    assert set(frame(raw, target="ACAN")["target"]) == {"ACAN"}
    result = PARSER.parse(raw, context())
    assert set(result.frames["core.qpcr_wells"]["target"]) == {"SYBR"}
    assert "no_target" in {p.rule for p in result.problems}
    two = raw_file(tmp_path, nameless.replace("A02,SYBR", "A01,FAM").encode(), "two.csv")
    assert set(frame(two, target="ACAN")["target"]) == {"SYBR", "FAM"}  # one name cannot be both
    layout = Layout(name="l", wells=(LayoutWell(well="A01", sample="C9", role="sample", target="SOX9"),))
    laid = PARSER.parse(raw, context(layout=layout))
    assert laid.frames["core.qpcr_wells"].row(0, named=True)["target"] == "SOX9"
    assert "no_target" not in {p.rule for p in laid.problems}


def test_a_workbook_has_its_run_on_a_sheet_of_its_own(tmp_path: Path) -> None:
    rows = [line.split(",") for line in TEXT.splitlines()[4:]]
    about: list[Sequence[object]] = [["File Name", "b.pcrd"], ["CFX Maestro Version", "2.3"], ["Sample Vol", "20"]]
    content = workbook({"0": list(rows), "Run Information": about, "Notes": [["x"]]})
    raw = raw_file(tmp_path, content, "b.xlsx")
    assert PARSER.claims(raw, context())
    result = PARSER.parse(raw, context())
    assert result.frames["core.qpcr_wells"]["cq"].to_list()[0] == 18.5
    run = result.frames["core.qpcr_runs"].row(0, named=True)
    assert (run["plate"], run["software"], run["reaction_volume"]) == ("b", "2.3", "20")
    assert result.unread[-1] == "sheet Notes"


@pytest.mark.parametrize(
    ("name", "text", "kind", "values"),
    [
        ("r -  Quantification Amplification Results_SYBR.csv", GRID, "qpcr_amplification", "rn"),
        ("r -  Melt Curve RFU Results_SYBR.csv", GRID.replace("Cycle", "Temperature"), "qpcr_melt", "fluorescence"),
        (
            "r -  Melt Curve Derivative Results_SYBR.csv",
            GRID.replace("Cycle", "Temperature"),
            "qpcr_melt",
            "derivative",
        ),
    ],
)
def test_grids_of_rfu_are_curves(name: str, text: str, kind: str, values: str, tmp_path: Path) -> None:
    raw = raw_file(tmp_path, text.encode(), name)
    assert PARSER.claims(raw, context())
    result = PARSER.parse(raw, context(plate="P1"))
    assert result.frames == {}
    (found,) = (result.derived[kind],)
    assert set(found["plate"]) == {"P1"}
    assert set(found["target"]) == {"SYBR"}
    assert found.select("well", values).rows() == [
        ("A01", 10.5),
        ("A02", 11.5),
        ("A01", 20.25),
        ("A02", 21.0),
        ("A12", 22.0),
    ]


@pytest.mark.parametrize(
    ("broken", "place", "words"),
    [
        (TEXT.partition("\n,Well")[0] + "\nBio-Rad CFX\n", "", "no table with the columns Well, Fluor"),
        (TEXT.replace(",18.5,", ",abc,"), "line 6, well A01, target GAPDH", "'abc' is no quantification cycle"),
        (TEXT.replace("A06", "A99"), "line 11", "'A99' is no well"),
        (TEXT.partition(",35.5")[0], "line 10", "ends before its Cq"),
        ("", "", "is empty"),
    ],
)
def test_broken_files_say_where_and_what_to_do(broken: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        PARSER.parse(raw_file(tmp_path, broken.encode()), context())
    (problem,) = caught.value.problems
    assert place in problem.place
    assert words in problem.message
    assert problem.remedy
