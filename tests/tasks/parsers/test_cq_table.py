from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.cq_table import PARSER
from tests.tasks.parsers.bench_files import context, raw_file

TEXT = "sample,target,cq\nC1,GAPDH,18.5\nC1,GAPDH,18.7\nC1,ACAN,Undetermined\nNTC,ACAN,37.0\n"


def frame(raw: RawFile, **row: object) -> pl.DataFrame:
    return PARSER.parse(raw, context(**row)).frames["core.qpcr_wells"]


def test_every_cq_of_readqpcrs_technical_replicates(shared: Path) -> None:
    raw = RawFile.read(shared / "data/qpcr/readqpcr/qPCR.techReps.txt")
    assert PARSER.claims(raw, context())
    found = frame(raw)
    printed = list(csv.DictReader(raw.path.read_text().splitlines(), delimiter=" "))
    assert len(printed) == found.height == 64
    expected = [(p["Sample"], p["Detector"], float(p["Cq"]), f"qPCR.techReps {p['Plate']}") for p in printed]
    assert found.select("sample_name", "target", "cq", "plate").rows() == expected
    assert not found["plate_is_explicit"].any()
    assert not found.select("plate", "well", "target", "reading").is_duplicated().any()


def test_a_table_without_wells_numbers_its_repeats(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, TEXT.encode(), "cq.csv")
    assert PARSER.claims(raw, context())
    assert frame(raw).select("well", "reading", "sample_name", "target", "task", "cq", "flag").rows() == [
        ("", 1, "C1", "GAPDH", "unknown", 18.5, None),
        ("", 2, "C1", "GAPDH", "unknown", 18.7, None),
        ("", 1, "C1", "ACAN", "unknown", None, "undetermined"),
        ("", 2, "NTC", "ACAN", "ntc", 37.0, None),
    ]


@pytest.mark.parametrize(
    "header",
    ["Sample Name;Gene;Ct", "sample_id\tgene_symbol\tcp", "SampleID\tDetector\tCq value", "Name,Assay,Threshold Cycle"],
)
def test_headers_and_separators_have_many_forms(header: str, tmp_path: Path) -> None:
    separator = next(s for s in ";\t," if s in header)
    text = header.replace("gene_symbol", "gene symbol") + "\n" + f"C1{separator}GAPDH{separator}18.5\n" * 2
    raw = raw_file(tmp_path, text.encode(), "t.txt")
    assert PARSER.claims(raw, context())
    assert frame(raw)["cq"].to_list() == [18.5, 18.5]


def test_decimal_commas_wells_and_quantities(tmp_path: Path) -> None:
    text = "Well;Sample;Target;Task;Ct;Quantity\nA1;S;G;standard;15,25;1000\nB1;C1;G;unknown;20,5;\n"
    found = frame(raw_file(tmp_path, text.encode(), "t.csv"))
    assert found.select("well", "cq", "quantity").rows() == [("A01", 15.25, 1000.0), ("B01", 20.5, None)]


def test_running_numbers_beyond_a_plate_are_no_wells(tmp_path: Path) -> None:
    text = "well,sample,target,cq\n" + "".join(f"{i},C1,G{i},20\n" for i in (1, 2, 400))
    assert frame(raw_file(tmp_path, text.encode(), "t.csv"))["well"].to_list() == ["", "", ""]


def test_a_declared_file_may_lack_target_or_sample(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, b"well,sample,cq\nA1,C1,20\n", "t.csv")
    assert not PARSER.claims(raw, context())
    assert PARSER.claims(raw, context(assay="qpcr"))
    assert frame(raw, assay="qpcr", target="SOX9")["target"].to_list() == ["SOX9"]


def test_a_workbook_is_read_where_it_is_declared(tmp_path: Path) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        workbook.add_worksheet("Notes").write_row(0, 0, ["hello"])
        sheet = workbook.add_worksheet("Data")
        for index, cells in enumerate([["Our run"], [], ["Sample", "Gene", "Ct"], ["C1", "GAPDH", 18.5]]):
            sheet.write_row(index, 0, cells)
    raw = raw_file(tmp_path, target.getvalue(), "t.xlsx")
    assert PARSER.claims(raw, context(assay="qpcr"))
    assert frame(raw, assay="qpcr").select("sample_name", "target", "cq").rows() == [("C1", "GAPDH", 18.5)]


def test_a_vendors_file_is_not_its_own(shared: Path) -> None:
    folder = shared / "data" / "qpcr"
    for name in ("auto_qpcr/RELATIVE_example.csv", "htqpcr/CFX_sample.txt", "abi_sds21/Experiment1.txt"):
        assert not PARSER.claims(RawFile.read(folder / name), context(assay="qpcr")), name


@pytest.mark.parametrize(
    ("broken", "place", "words"),
    [
        ("a,b\n1,2\n", "", "no line names the columns of a sample, a target and a Cq"),
        (TEXT.replace("18.7", "x7"), "line 3", "'x7' is no quantification cycle"),
        ("sample,target,cq,well\nC1,G,20,ZZ99\n", "line 2", "'ZZ99' is no well"),
        (TEXT.replace(",18.7", ""), "line 3", "ends before its Cq"),
        ("sample,target,cq\n", "", "no well with a target or Cq"),
        ("", "", "is empty"),
    ],
)
def test_broken_tables_say_where_and_what_to_do(broken: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        PARSER.parse(raw_file(tmp_path, broken.encode(), "t.csv"), context(assay="qpcr"))
    (problem,) = caught.value.problems
    assert place in problem.place
    assert words in problem.message
    assert problem.remedy
