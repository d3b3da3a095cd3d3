from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.bench_options import Condition, Qpcr
from schemas.errors import BadInputError
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import RawFile
from tasks.parsers.sds import PARSER
from tests.tasks.parsers.bench_files import context, raw_file

TEXT = """SDS 2.1RQ Results\t1.0
Filename\trun5.sdm
Operator

Well\tPlateID\tSample\tDetector\tTask\tCt\tdelta Rn
1\t\tC1\tGAPDH\tEndogenous Control\t18.5\t1.4
13\t\tC1\tACAN\tTarget\t28.25\t1.4
14\t\tNTC\tACAN\tTarget\tUndetermined\tUndetermined
24\t\t\t\t\t\t

Summary Data for Study run5.sdm
Calibrator\tC1
"""


def frame(raw: RawFile, **row: object) -> pl.DataFrame:
    return PARSER.parse(raw, context(**row)).frames["core.qpcr_wells"]


def test_median_cq_are_ddcts_matrix(shared: Path) -> None:
    folder = shared / "data/qpcr/abi_sds21"
    found = frame(RawFile.read(folder / "Experiment1.txt"))
    medians = found.group_by("target", "sample_name").agg(pl.col("cq").median())
    ours = {(t, s): cq for t, s, cq in medians.iter_rows()}
    with (folder / "expected/ddCt_Experiment1_Ct_matrix.txt").open() as stream:
        (_, *samples), *rows = csv.reader(stream, delimiter="\t")
    expected = {(target, s): float(cq) for target, *cqs in rows for s, cq in zip(samples, cqs, strict=True)}
    assert ours == pytest.approx(expected, abs=0.0051)
    (run,) = PARSER.parse(RawFile.read(folder / "Experiment1.txt"), context()).frames["core.qpcr_runs"].to_dicts()
    assert (run["baseline"], run["instrument_serial"], run["threshold"].split(";")[0]) == (
        "auto",
        "200107",
        "Gene3 0.2",
    )
    assert found["well"].to_list()[:13] == [f"A{c:02d}" for c in range(1, 13)] + ["B01"]


def test_negative_controls_named_as_samples_are_controls(shared: Path) -> None:
    found = frame(RawFile.read(shared / "data/qpcr/abi_sds21/ExperimentWithNTC.txt"))
    assert found.filter(pl.col("sample_name") == "NTC")["task"].to_list() == ["ntc"] * 3
    assert found.filter(pl.col("task") == "ntc")["cq"].null_count() == 2


def test_an_array_card_without_header_is_read(shared: Path) -> None:
    found = frame(RawFile.read(shared / "data/qpcr/htqpcr/sample1.txt"))
    assert found.height == 384
    assert found.row(0, named=True)["cq"] == 11.463166
    assert found["flag"].value_counts(sort=True).rows() == [(None, 319), ("flagged", 34), ("undetermined", 31)]


def test_well_numbers_and_tasks(tmp_path: Path) -> None:
    found = frame(raw_file(tmp_path, TEXT.encode()))
    assert found.select("plate", "well", "sample_name", "target", "task", "cq", "flag").rows() == [
        ("run5", "A01", "C1", "GAPDH", "unknown", 18.5, None),
        ("run5", "B01", "C1", "ACAN", "unknown", 28.25, None),
        ("run5", "B02", "NTC", "ACAN", "ntc", None, "undetermined"),
    ]


def test_the_plate_has_384_wells_where_a_number_or_the_study_says_so(tmp_path: Path) -> None:
    large = frame(raw_file(tmp_path, TEXT.replace("\n14\t", "\n384\t").encode()))
    assert large["well"].to_list() == ["A01", "A13", "P24"]
    study = Study(config=StudyYaml(study_id="s", conditions=[Condition(id="c")], qpcr=Qpcr(plate_size=384)), samples=())
    declared = PARSER.parse(raw_file(tmp_path, TEXT.encode()), context(study=study)).frames["core.qpcr_wells"]
    assert declared["well"].to_list() == ["A01", "A13", "A14"]


def test_plate_ids_tell_plates_apart(tmp_path: Path) -> None:
    text = TEXT.replace("\n1\t\t", "\n1\tP1\t").replace("\n13\t\t", "\n13\tP2\t")
    found = frame(raw_file(tmp_path, text.encode()))
    assert found.select("plate", "plate_is_explicit").rows() == [("P1", True), ("P2", True), ("run5", False)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_encodings_line_ends_and_decimal_commas_do_not_matter(encoding: str, newline: str, tmp_path: Path) -> None:
    plain = frame(raw_file(tmp_path, TEXT.encode()))
    other = raw_file(tmp_path, TEXT.replace("\n", newline).encode(encoding), "b.txt")
    assert PARSER.claims(other, context(assay="qpcr"))
    assert_frame_equal(frame(other), plain)
    comma = TEXT.replace("18.5", "18,5").replace("28.25", "28,25")
    assert_frame_equal(frame(raw_file(tmp_path, comma.encode(), "c.txt")), plain)


@pytest.mark.parametrize(
    ("broken", "place", "words"),
    [
        (TEXT.partition("Well\t")[0], "line 5", "no table with the columns Well, Detector and Ct"),
        (TEXT.replace("\tCt\t", "\tValue\t"), "", "no table with the columns Well, Detector and Ct"),
        (TEXT.replace("28.25", "n.d."), "line 7, well B01, target ACAN", "'n.d.' is no quantification cycle"),
        (TEXT.replace("\n13\t", "\n2000\t"), "line 7", "'2000' is no well"),
        (TEXT.partition("\t28.25")[0], "line 7", "ends before its Cq"),
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


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_no_bytes_raise_anything_but_bad_input(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    raw = raw_file(tmp_path_factory.mktemp("raw"), content)
    PARSER.claims(raw, context())
    with pytest.raises(BadInputError):
        PARSER.parse(raw, context())
