from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.base import columns, tables
from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.methods.grids import well_name
from tasks.parsers.quantstudio import PARSER
from tests.tasks.parsers.bench_files import context, expectation, measurements, raw_file

STEMS = (
    "appbio_quantstudio_example01.txt",
    "appbio_quantstudio_example03.txt",
    "appbio_quantstudio_example05.txt",
    "appbio_quantstudio_example07.txt",
    "appbio_quantstudio_example08.xlsx",
    "appbio_quantstudio_minimal_missing_results.txt",
    "appbio_quantstudio_minimal_test01.txt",
    "example_quantsudio_results_only.txt",
)
TEXT = """* Block Type = 96-Well Block (0.2mL)
* Experiment Barcode = NA
* Experiment Name = run 7
* Experiment Type = Comparative Cт (ΔΔCт)
* Instrument Type = QuantStudio(TM) 3 System
* Signal Smoothing On = true

[Sample Setup]
Well\tWell Position\tSample Name\tTarget Name\tTask
1\tA1\tC1\tGAPDH\tUNKNOWN

[Amplification Data]
Well\tCycle\tTarget Name\tRn\tDelta Rn
1\t1\tGAPDH\t0.612\t-0.007

[Results]
Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tCT\tCt Mean\tQuantity\tHIGHSD\tNOAMP
1\tA1\tfalse\tC1\tGAPDH\tUNKNOWN\tVIC\t18.717\t18.700\t\tN\tN
1\tA1\tfalse\tC1\tACAN\tUNKNOWN\tFAM\tUndetermined\t\t\tN\tY
2\tA2\ttrue\tC2\tGAPDH\tENDO\tVIC\t19.500\t18.700\t\tY\tN
3\tA3\tfalse\tNTC 1\tGAPDH\tUNKNOWN\tVIC\tUndetermined\t\t\tN\tN
4\tA4\tfalse\tStd\tGAPDH\tSTANDARD\tVIC\t17.250\t\t"1,000.000"\tY\tN
5\tA5\tfalse\t\t\t\t\t\t\t\t\t
6\tA6\tfalse\tno RT\tGAPDH\tUNKNOWN\tVIC\t35.100\t\t\tN\tN
7\tA7\tfalse\tIRC\tGAPDH\tUNKNOWN\tVIC\t20.100\t\t\tN\tN

Analysis Type = Singleplex
"""
KEY = ["plate", "well", "target", "reading"]


def frame(raw: RawFile, **row: object) -> pl.DataFrame:
    return PARSER.parse(raw, context(**row)).frames["core.qpcr_wells"]


def expected_cq(document: dict[str, object]) -> dict[tuple[str | None, str], float | None]:
    found: dict[tuple[str | None, str], float | None] = {}
    for m in measurements(document, "qpcr document"):
        (data,) = m["processed data aggregate document"]["processed data document"]
        cq = data.get("cycle threshold result (qPCR)", {}).get("value")
        found[well_name(m["sample document"]["well location identifier"]), m["target DNA description"]] = cq
    return found


@pytest.mark.parametrize("name", STEMS)
def test_cq_per_well_and_target_are_allotropys(name: str, shared: Path) -> None:
    folder = shared / "data/qpcr/appbio_quantstudio"
    expected = expected_cq(expectation(folder, name.rpartition(".")[0]))
    found = frame(RawFile.read(folder / name))
    ours = {(w, t): cq for w, t, cq in found.select("well", "target", "cq").iter_rows()}
    # allotropy stops at the wells of the sample setup: some of its test files end before their results do
    assert {k: ours[k] for k in expected} == expected
    assert found.filter(pl.col("cq").is_null())["flag"].to_list() == ["undetermined"] * found["cq"].null_count()
    assert not found.select(KEY).is_duplicated().any()


def test_auto_qpcrs_csv_is_read_with_its_instrument_flags(shared: Path) -> None:
    folder = shared / "data/qpcr/auto_qpcr"
    found = frame(RawFile.read(folder / "RELATIVE_example.csv"))
    delta = pl.read_csv(folder / "expected/Relative_deltaCT_clean_data.csv")
    assert set(delta["Sample Name"]) <= set(found["sample_name"])
    # rq of Auto-qPCR = 2^-(Ct - mean Ct of ACTB and GAPDH), null for the one outlier it removes (well F03)
    references = found.filter(pl.col("target").is_in(["ACTB", "GAPDH"]))
    means = references.group_by("sample_name").agg(pl.col("cq").mean().alias("reference"))
    ours = found.filter(pl.col("well") != "F03").join(means, on="sample_name")
    rq = ours.select("target", "sample_name", (2.0 ** (pl.col("reference") - pl.col("cq"))).alias("rq"))
    theirs = delta.drop_nulls("rq").select(pl.col("Target Name").alias("target"), "Sample Name", "rq")
    by = ["target", "sample_name", "rq"]
    assert rq.sort(by)["rq"].to_list() == pytest.approx(theirs.sort("target", "Sample Name", "rq")["rq"].to_list())
    assert {"badrox", "badrox;prfdrop"} <= set(found["flag"])
    curve = frame(RawFile.read(folder / "2019-04-25_124559-GAPDH.csv"))
    assert curve.filter(pl.col("task") == "standard")["quantity"].null_count() == 0
    assert curve.filter(pl.col("task") == "unknown")["quantity"].null_count() == 72


def test_an_openarray_keeps_every_through_hole_apart(shared: Path) -> None:
    found = frame(RawFile.read(shared / "data/qpcr/quantstudio_12k/QuantStudio_File2.txt"))
    assert found["well"].n_unique() == found.height
    assert found.row(0, named=True)["well"] == "A01"
    assert found["cq"].is_not_null().sum() == 1455
    assert set(found["plate"]) == {"SLB96"}
    assert found["plate_is_explicit"].all()


def test_tasks_flags_and_quantities(tmp_path: Path) -> None:
    parsed = PARSER.parse(raw_file(tmp_path, TEXT.encode()), context())
    found = parsed.frames["core.qpcr_wells"]
    assert found.select("well", "target", "sample_name", "task", "cq", "quantity", "flag").rows() == [
        ("A01", "GAPDH", "C1", "unknown", 18.717, None, None),
        ("A01", "ACAN", "C1", "unknown", None, None, "undetermined"),
        ("A02", "GAPDH", "C2", "unknown", 19.5, None, "omitted"),
        ("A03", "GAPDH", "NTC 1", "ntc", None, None, "undetermined"),
        ("A04", "GAPDH", "Std", "standard", 17.25, 1000.0, "highsd"),
        ("A06", "GAPDH", "no RT", "no_rt", 35.1, None, None),
        ("A07", "GAPDH", "IRC", "irc", 20.1, None, None),
    ]
    assert set(found["plate"]) == {"run 7"}
    assert not found["plate_is_explicit"].any()
    assert parsed.unread == ("Ct Mean",)
    declared = {c.name: c.dtype for c in columns(tables()["core.qpcr_wells"])}
    left = {"study_id", "object_id", "sample_id"}
    assert dict(found.schema) == {name: dtype for name, dtype in declared.items() if name not in left}


def test_a_target_repeated_in_a_well_is_numbered(tmp_path: Path) -> None:
    found = frame(raw_file(tmp_path, TEXT.replace("\tACAN\t", "\tGAPDH\t").encode()))
    assert found.filter(pl.col("well") == "A01")["reading"].to_list() == [1, 2]


def test_barcodes_and_files_csv_name_the_plate(tmp_path: Path) -> None:
    coded = frame(raw_file(tmp_path, TEXT.replace("Barcode = NA", "Barcode = BC9").encode()))
    assert set(coded["plate"]) == {"BC9"}
    assert coded["plate_is_explicit"].all()
    named = frame(raw_file(tmp_path, TEXT.encode()), plate="P3")
    assert (set(named["plate"]), named["plate_is_explicit"].all()) == ({"P3"}, True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(encoding: str, newline: str, tmp_path: Path) -> None:
    plain = frame(raw_file(tmp_path, TEXT.encode()))
    other = raw_file(tmp_path, TEXT.replace("\n", newline).encode(encoding), "b.txt")
    assert PARSER.claims(other, context())
    assert_frame_equal(frame(other), plain)


def test_decimal_commas_read_like_points(tmp_path: Path) -> None:
    head, results = TEXT.split("[Results]")
    swapped = results.translate(str.maketrans(",.", ".,"))
    comma = raw_file(tmp_path, (head + "[Results]" + swapped).encode(), "c.txt")
    assert_frame_equal(frame(comma), frame(raw_file(tmp_path, TEXT.encode())))


def test_a_csv_with_header_lines_reads_like_the_text(tmp_path: Path) -> None:
    results = TEXT.partition("[Results]\n")[2].replace("\t", ",")
    header = (
        "Block Type,96-Well Block,,\nExperiment Name,run 7,,\nExperiment Barcode,,,\nSignal Smoothing On,true,,\n,,,\n"
    )
    raw = raw_file(tmp_path, (header + results).encode(), "r.csv")
    assert PARSER.claims(raw, context())
    assert_frame_equal(frame(raw), frame(raw_file(tmp_path, TEXT.encode())))


@pytest.mark.parametrize(
    ("broken", "place", "words"),
    [
        (
            TEXT.partition("[Results]")[0],
            "line 16",
            'no section "[Results]"; the file has [Sample Setup], [Amplification',
        ),
        (TEXT.replace("\tCT\t", "\tSignal\t"), "line 17", "Well and CT (or Cq, Crt) was expected; found Well"),
        (TEXT.replace("19.500", "abc"), "line 20, well A02, target GAPDH", "'abc' is no quantification cycle"),
        (TEXT.replace("19.500", "195"), "line 20, well A02", "'195' is no quantification cycle"),
        (TEXT.replace("2\tA2\t", "2\tZZ9\t"), "line 20", "'ZZ9' is no well"),
        (TEXT.partition("\t19.500")[0], "line 20", "ends before its Cq"),
        (TEXT.partition("1\tA1\tfalse")[0], "", "no well with a target"),
        ("", "", "is empty"),
        ("FCS3.0" + "".join(map(chr, range(128))) * 4, "first bytes", "no text"),
    ],
)
def test_broken_files_say_where_and_what_to_do(broken: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        PARSER.parse(raw_file(tmp_path, broken.encode()), context())
    (problem,) = caught.value.problems
    assert place in problem.place
    assert words in problem.message
    assert problem.file == "landing/export.txt"
    assert problem.remedy


def test_a_workbook_without_results_lists_its_sheets(shared: Path, tmp_path: Path) -> None:
    whole = (shared / "data/qpcr/appbio_quantstudio/appbio_quantstudio_example08.xlsx").read_bytes()
    with pytest.raises(BadInputError, match="Excel workbook cannot be opened"):
        PARSER.parse(raw_file(tmp_path, whole[: len(whole) // 2], "x.xlsx"), context())
    other = shared / "data/plate_reader/thermo_skanit/multi-plate_example01.xlsx"
    with pytest.raises(BadInputError, match=r'no sheet "Results"; its sheets are Absorbance 1_01'):
        PARSER.parse(RawFile.read(other), context())


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_no_bytes_raise_anything_but_bad_input(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    raw = raw_file(tmp_path_factory.mktemp("raw"), content)
    assert not PARSER.claims(raw, context())
    with pytest.raises(BadInputError):
        PARSER.parse(raw, context())


@given(st.integers(0, len(TEXT)), st.text(max_size=8), st.integers(0, 30))
def test_any_edit_of_a_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, patch: str, cut: int
) -> None:
    raw = raw_file(tmp_path_factory.mktemp("raw"), (TEXT[:place] + patch + TEXT[place + cut :]).encode())
    PARSER.claims(raw, context())
    try:
        found = frame(raw)
    except BadInputError as error:
        refused = error.problems
    else:
        refused = ()
        assert found["cq"].drop_nulls().is_between(0, 60).all()
        assert not found.select(KEY).is_duplicated().any()
    assert all(p.remedy and p.message for p in refused)
