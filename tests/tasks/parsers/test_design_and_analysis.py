from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.methods.grids import well_name
from tasks.parsers.design_and_analysis import PARSER
from tests.tasks.parsers.bench_files import context, expectation, measurements, raw_file
from tests.tasks.parsers.plate_files import workbook

STEMS = (
    "appbio_quantstudio_design_quantity_test",
    "appbio_quantstudio_designandanalysis_QS3_Relative_Quantification_example02",
    "appbio_quantstudio_designandanalysis_QS7Pro_Primary_Analysis_example18",
    "appbio_quantstudio_designandanalysis_no_RQ_values_example1",
)
HEAD: list[Sequence[object]] = [
    ["File Name", "C:\\runs\\run 9.eds"],
    ["Barcode", "NA"],
    ["Block Type", "384-Well Block"],
    ["Software Name and Version", "Design & Analysis Software v2.6.0"],
    [],
]
RESULTS: list[Sequence[object]] = [
    ["Well", "Well Position", "Omit", "Sample", "Target", "Task", "Reporter", "Amp Status", "Cq"],
    [1, "A1", "FALSE", "C1", "GAPDH", "UNKNOWN", "VIC", "AMP", 18.5],
    [2, "A2", "FALSE", "NTC", "GAPDH", "NTC", "VIC", "NO_AMP", "UNDETERMINED"],
    [384, "P24", "TRUE", "S", "GAPDH", "STANDARD", "VIC", "AMP", 21],
]


def frame(raw: RawFile, **row: object) -> pl.DataFrame:
    return PARSER.parse(raw, context(**row)).frames["core.qpcr_wells"]


@pytest.mark.parametrize("stem", STEMS)
def test_cq_per_well_and_target_are_allotropys(stem: str, shared: Path) -> None:
    folder = shared / "data/qpcr/appbio_quantstudio_designandanalysis"
    expected = {}
    for m in measurements(expectation(folder, stem), "qpcr document"):
        (data,) = m["processed data aggregate document"]["processed data document"]
        target = m["target DNA description"].replace("N/A", "")
        cq = data.get("cycle threshold result (qPCR)", {}).get("value")
        expected[well_name(m["sample document"]["well location identifier"]), target] = cq
    found = frame(RawFile.read(folder / f"{stem}.xlsx"))
    assert {(w, t): cq for w, t, cq in found.select("well", "target", "cq").iter_rows()} == expected


def test_quantities_of_standards_come_from_their_own_sheet(shared: Path) -> None:
    folder = shared / "data/qpcr/appbio_quantstudio_designandanalysis"
    found = frame(RawFile.read(folder / f"{STEMS[0]}.xlsx"))
    assert found.filter(pl.col("well") == "K03")["quantity"].to_list() == [5.0, 5.0]
    assert found.filter(pl.col("task") == "ntc")["quantity"].null_count() == 8


def test_standards_named_by_their_quantity_have_it(shared: Path) -> None:
    folder = shared / "data/qpcr/appbio_quantstudio_designandanalysis"
    found = frame(RawFile.read(folder / f"{STEMS[1]}.xlsx"))
    named = found.filter(pl.col("task") == "standard").select("well", "sample_name", "quantity")
    assert [q for _, _, q in named.iter_rows()] == [float(s) for _, s, _ in named.iter_rows()]
    assert found.filter(pl.col("task") == "unknown")["quantity"].null_count() == 120


def test_a_primary_analysis_takes_its_target_from_files_csv_or_warns(shared: Path) -> None:
    raw = RawFile.read(shared / f"data/qpcr/appbio_quantstudio_designandanalysis/{STEMS[2]}.xlsx")
    assert set(frame(raw, target="HBB")["target"]) == {"HBB"}
    (problem,) = PARSER.parse(raw, context()).problems
    assert (problem.rule, problem.place) == ("no_target", "sheet Results")


def test_diomni_writes_the_same_tables_as_workbook_and_csv(tmp_path: Path) -> None:
    head = [row if row[:1] != ["Software Name and Version"] else [row[0], "Diomni Software v3.0"] for row in HEAD]
    book = raw_file(tmp_path, workbook({"Results": head + RESULTS}), "diomni.xlsx")
    lines = [",".join(f'"{cell}"' for cell in row) for row in head + RESULTS]
    text = raw_file(tmp_path, "\n".join(lines).encode("utf-8-sig"), "diomni.csv")
    for raw in (book, text):
        assert PARSER.claims(raw, context())
        result = PARSER.parse(raw, context())
        assert result.frames["core.qpcr_wells"]["cq"].to_list() == [18.5, None, 21.0]
        assert result.frames["core.qpcr_runs"]["software"].to_list() == ["Diomni Software v3.0"]


def test_a_workbook_is_read_whatever_its_name(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, workbook({"Results": HEAD + RESULTS, "Raw Data": []}), "export.dat")
    assert PARSER.claims(raw, context())
    assert not PARSER.claims(raw, context(assay="cell_viability"))
    found = frame(raw)
    assert found.select("plate", "well", "task", "cq", "flag").rows() == [
        ("run 9", "A01", "unknown", 18.5, None),
        ("run 9", "A02", "ntc", None, "undetermined"),
        ("run 9", "P24", "standard", 21.0, "omitted"),
    ]


def test_a_csv_export_reads_like_the_workbook(tmp_path: Path) -> None:
    text = "\n".join(",".join(map(str, cells)) for cells in HEAD + RESULTS)
    raw = raw_file(tmp_path, text.encode(), "export.csv")
    assert PARSER.claims(raw, context())
    assert frame(raw).equals(frame(raw_file(tmp_path, workbook({"Results": HEAD + RESULTS}), "export.xlsx")))


@pytest.mark.parametrize(
    ("sheets", "place", "words"),
    [
        ({"Raw Data": HEAD}, "", "its sheets are Raw Data"),
        ({"Results": HEAD}, "sheet Results", "no table with the columns Well Position and Cq"),
        (
            {"Results": [*HEAD, RESULTS[0], [1, "A1", "", "C1", "GAPDH", "", "", "", 99]]},
            "sheet Results, row 7, well A01",
            "99",
        ),
        (
            {"Results": [*HEAD, RESULTS[0], [1, "Q1x", "", "C1", "GAPDH", "", "", "", 20]]},
            "sheet Results, row 7",
            "no well",
        ),
    ],
)
def test_broken_workbooks_say_where_and_what_to_do(
    sheets: dict[str, list[Sequence[object]]], place: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError) as caught:
        PARSER.parse(raw_file(tmp_path, workbook(sheets), "export.xlsx"), context())
    (problem,) = caught.value.problems
    assert place in problem.place
    assert words in problem.message
    assert problem.remedy


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04"]))
def test_no_bytes_raise_anything_but_bad_input(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, magic: bytes
) -> None:
    raw = raw_file(tmp_path_factory.mktemp("raw"), magic + content, "x.xlsx")
    assert not PARSER.claims(raw, context())
    with pytest.raises(BadInputError):
        PARSER.parse(raw, context())
