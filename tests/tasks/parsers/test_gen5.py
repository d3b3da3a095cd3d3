from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.base import columns, tables
from schemas.errors import BadInputError
from schemas.sheets import Layout, LayoutWell
from tasks.contracts import RawFile, parsers
from tasks.methods.grids import well_name
from tasks.parsers.gen5 import PARSER
from tests.tasks.parsers.bench_files import context, expectation, measurements, raw_file

ENDPOINTS = (
    "010307_114129_BNCH654563_stdcurve_singleplate01",
    "240411_172731_BNCH2345883_abs450_96well_non_numeric_values",
    "absorbance_error_document_example",
    "endpoint_singleplate_without_bandwidth",
    "endpoint_wavelength_measurement_labels",
)
ABSORBANCE = """
Software Version\t3.12.08

Experiment File Path:\tC:\\a.xpt
Protocol File Path:\tC:\\a.prt

Plate Number\tPlate 1
Date\t4/11/2024
Reader Type:\tSynergy H1

Procedure Details

Plate Type\t96 WELL PLATE
Read\tabs450
\tAbsorbance Endpoint
\tFull Plate
\tWavelengths:  450, 630

Results
\t1\t2\t3
A\t0.071\t1.234\tOVRFLW\tabs450:450
\t0.041\t0.052\t0.049\tabs450:630
\t0.001\t1.101\t?????\tBlank abs450:450
B\t0.069\t1.001\tMISSED\tabs450:450
\t0.040\t0.051\t*0.050*\tabs450:630
\t0.000\t0.930\t0.100\tBlank abs450:450
"""
KEY = ["plate", "well", "time_h", "measure", "wavelength_nm"]


def gen5(shared: Path, stem: str) -> Path:
    return shared / "data/plate_reader/agilent_gen5" / f"{stem}.txt"


def frame(raw: RawFile, **row: object) -> pl.DataFrame:
    return PARSER.parse(raw, context(**row)).frames["core.plate_wells"]


@pytest.mark.parametrize("stem", ENDPOINTS)
def test_endpoints_are_allotropys_numbers_with_its_two_errors_corrected(stem: str, shared: Path) -> None:
    path = gen5(shared, stem)
    expected: dict[tuple[str | None, float | None], float | None] = {}
    for m in measurements(expectation(path.parent, stem), "plate reader document"):
        kind = next(k for k in ("absorbance", "luminescence", "fluorescence") if k in m)
        control = m["device control aggregate document"]["device control document"][0]
        nm = control.get("detector wavelength setting", {}).get("value")
        # allotropy writes -0.0 with an error document for OVRFLW: no reading
        value = None if "error aggregate document" in m else m[kind]["value"]
        expected[well_name(m["sample document"]["location identifier"]), nm] = value
    found = frame(RawFile.read(path))
    assert set(found["unit"]) == ({"RLU"} if "without_bandwidth" in stem else {"OD"})
    assert {(w, nm): v for w, nm, v in found.select("well", "wavelength_nm", "value").iter_rows()} == expected
    assert found.filter(pl.col("value").is_null())["flag"].is_in(["overflow", "missed"]).all()


def test_a_growth_curve_is_allotropys_cube(shared: Path) -> None:
    path = gen5(shared, "kinetic_helper_gene_growth_curve")
    found = frame(RawFile.read(path)).sort("well", "time_h")
    for m in measurements(expectation(path.parent, path.stem), "plate reader document"):
        cube = m["absorption profile data cube"]["data"]
        well = found.filter(pl.col("well") == well_name(m["sample document"]["location identifier"]))
        assert well["value"].to_list() == cube["measures"][0]
        assert (well["time_h"] * 3600).to_list() == pytest.approx(cube["dimensions"][0])
    assert found.height == 24 * 20  # 979 of the 999 planned reads were never taken
    assert set(found["plate"]) == {"Plate 2"}


def test_kinetic_times_count_from_the_time_in_files_csv(shared: Path) -> None:
    raw = RawFile.read(gen5(shared, "kinetic_singleplate"))
    found = frame(raw, time_h=24)
    assert sorted(set(found["time_h"])) == pytest.approx([24 + m / 60 for m in range(6)])
    assert set(found["wavelength_nm"]) == {450.0}
    assert "Max V [Blank OD600:450]" in PARSER.parse(raw, context()).unread


def test_every_plate_of_a_file_is_read(shared: Path) -> None:
    raw = RawFile.read(gen5(shared, "endpoint_stdcurve_multiplate"))
    found = frame(raw)
    assert found["plate"].unique(maintain_order=True).to_list() == ["Plate 1", "Plate 2", "Plate 3"]
    assert found.filter(pl.col("well") == "A01")["value"].to_list()[:2] == [3.481, 3.496]
    assert not found["plate_is_explicit"].any()
    named = frame(raw, plate="P7")
    assert named["plate"].unique(maintain_order=True).to_list() == ["P7 Plate 1", "P7 Plate 2", "P7 Plate 3"]
    assert named["plate_is_explicit"].all()


def test_the_bench_days_blanks_are_not_blank(shared: Path) -> None:
    day = shared / "studies/bench_day"
    with (day / "layouts/plate96.csv").open() as stream:
        wells = tuple(
            LayoutWell(well=w["well"], sample=w["sample"] or None, role=w["role"]) for w in csv.DictReader(stream)
        )
    name = "landing/240411_172731_BNCH2345883_abs450_96well_non_numeric_values.txt"
    layout = Layout(name="plate96", wells=wells)
    parsed = PARSER.parse(RawFile.read(day / name, name), context(layout=layout, assay="cell_viability", time_h=24))
    found = parsed.frames["core.plate_wells"]
    flags = {(r, f): n for r, f, n in found.group_by("role", "flag").len().iter_rows()}
    assert flags["blank", "blank_not_blank"] == 7
    assert flags["blank", "overflow"] == 1
    places = {p.rule: p.place for p in parsed.problems}
    assert places["blank_not_blank"].startswith("plate Plate 1, wells A01, B01")
    assert places["empty_not_empty"].startswith("plate Plate 1, wells A12, B12")
    assert {p.file for p in parsed.problems} == {name}
    assert set(found["time_h"]) == {24.0}


def test_values_words_masks_and_computed_rows(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, ABSORBANCE.encode())
    parsed = PARSER.parse(raw, context(time_h=24))
    found = parsed.frames["core.plate_wells"]
    at = {(w, nm): (v, f) for w, nm, v, f in found.select("well", "wavelength_nm", "value", "flag").iter_rows()}
    assert at["A02", 450.0] == (1.234, None)
    assert at["A03", 450.0] == (None, "overflow")
    assert at["B03", 450.0] == (None, "missed")
    assert at["B03", 630.0] == (0.05, "masked")
    assert found.height == 12
    assert set(found["measure"]) == {"absorbance"}
    assert parsed.unread[0] == "Blank abs450:450"
    assert {"Software Version: 3.12.08", "Reader Type: Synergy H1", "Plate Type: 96 WELL PLATE"} < set(parsed.unread)
    assert [p.rule for p in parsed.problems] == ["no_layout"]


def test_the_frame_has_the_tables_columns(tmp_path: Path) -> None:
    found = frame(raw_file(tmp_path, ABSORBANCE.encode()))
    declared = {c.name: c.dtype for c in columns(tables()["core.plate_wells"])}
    left = {"study_id", "object_id", "sample_id"}
    assert dict(found.schema) == {name: dtype for name, dtype in declared.items() if name not in left}
    assert not found.select(KEY).is_duplicated().any()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(encoding: str, newline: str, tmp_path: Path) -> None:
    plain = frame(raw_file(tmp_path, ABSORBANCE.encode()))
    assert_frame_equal(frame(raw_file(tmp_path, ABSORBANCE.replace("\n", newline).encode(encoding), "b.txt")), plain)


def test_decimal_commas_are_decimals_even_in_a_plate_of_high_readings(tmp_path: Path) -> None:
    for text in (ABSORBANCE, ABSORBANCE.replace("\t0.", "\t1.").replace("*0.", "*1.")):
        head, results = text.split("Results")
        comma = head + "Results" + results.replace(".", ",")
        assert_frame_equal(
            frame(raw_file(tmp_path, comma.encode(), "c.txt")), frame(raw_file(tmp_path, text.encode(), "d.txt"))
        )


def test_a_semicolon_file_reads_like_a_tab_file(tmp_path: Path) -> None:
    found = frame(raw_file(tmp_path, ABSORBANCE.replace("\t", ";").encode(), "s.csv"))
    assert_frame_equal(found, frame(raw_file(tmp_path, ABSORBANCE.encode())))


def test_fluorescence_luminescence_and_several_reads(tmp_path: Path) -> None:
    text = ABSORBANCE.replace(
        "Results\n",
        "Read\tfluor\n\tFluorescence Endpoint\n\t    Excitation: 579/20,  Emission: 616/20\n"
        "\t    Excitation: 479/20,  Emission: 520/20\n"
        "Read\tLuminescence Endpoint\n\t    Emission: Full light\n\nResults\n",
    ).replace(
        "B\t0.069", "\t75\t60\t65\tfluor:579/20,616/20\n\t418\t405\t415\tfluor:479/20,520/20\n\t8\t9\t7\tLum\nB\t0.069"
    )
    found = frame(raw_file(tmp_path, text.encode()))
    reads = found.group_by("measure", "wavelength_nm", "unit").len().sort("measure", "wavelength_nm").rows()
    assert reads == [
        ("absorbance", 450.0, "OD", 6),
        ("absorbance", 630.0, "OD", 6),
        ("fluorescence", 520.0, "RFU", 3),
        ("fluorescence", 616.0, "RFU", 3),
        ("luminescence", None, "RLU", 3),
    ]


def test_two_reads_at_one_wavelength_keep_the_readers_labels(tmp_path: Path) -> None:
    text = ABSORBANCE.replace("Results\n", "Read\tlate\n\tAbsorbance Endpoint\n\tWavelengths:  450\n\nResults\n")
    text = text.replace("B\t0.069", "\t0.1\t0.2\t0.3\tlate:450\nB\t0.069")
    found = frame(raw_file(tmp_path, text.encode()))
    assert set(found.filter(pl.col("wavelength_nm") == 450)["measure"]) == {"abs450:450", "late:450"}
    assert set(found.filter(pl.col("wavelength_nm") == 630)["measure"]) == {"absorbance"}


def test_a_spectrum_has_a_row_per_wavelength(tmp_path: Path) -> None:
    head = ABSORBANCE.split("Read\t", maxsplit=1)[0]
    text = head + (
        "Read\tscan\n\tAbsorbance Spectrum\n\tStart: 300 nm,  Stop: 320 nm,  Step: 10 nm\n\nscan:Spectrum\n\n"
        "Wavelength\tA1\tA2\n300\t0.1\t0.2\n310\t0.3\t0.4\n320\tOVRFLW\t0.6\n"
        "\nResults\n\t1\t2\nA\t0.3\t0.6\tMean Max OD [scan]\n"
    )
    found = frame(raw_file(tmp_path, text.encode()))
    assert found.sort("well", "wavelength_nm").select("well", "wavelength_nm", "value", "flag").rows() == [
        ("A01", 300.0, 0.1, None),
        ("A01", 310.0, 0.3, None),
        ("A01", 320.0, None, "overflow"),
        ("A02", 300.0, 0.2, None),
        ("A02", 310.0, 0.4, None),
        ("A02", 320.0, 0.6, None),
    ]


def test_results_below_their_own_label_and_barcodes_are_read(tmp_path: Path) -> None:
    text = ABSORBANCE.replace("Results\n", "abs450:450\n").replace("Date\t", "Barcode:\tBC-7\nDate\t")
    found = frame(raw_file(tmp_path, text.encode()))
    assert set(found["plate"]) == {"BC-7"}
    assert found["plate_is_explicit"].all()


@pytest.mark.parametrize(
    ("broken", "place", "words"),
    [
        (ABSORBANCE.partition("Results")[0], "line 7, Plate 1", "no results were found"),
        (ABSORBANCE.partition("\tMISSED")[0], "line 24, row B", "2 of 3 readings"),
        (ABSORBANCE.replace("MISSED\tabs450:450", "MISSED"), "line 24, row B", "no label"),
        (ABSORBANCE.replace("1.001", "C1"), "line 24, well B02", "'C1' is no reading"),
        (ABSORBANCE.replace("abs450:630", "abs450:450"), "well A01", "two readings"),
        (ABSORBANCE.replace("\n\t1\t2\t3\n", "\n\tx\ty\tz\n"), "Plate 1", "no results"),
        (
            ABSORBANCE.replace("abs450:450", "Blank abs450:450").replace("abs450:630", "Mean"),
            "Plate 1",
            "computed values",
        ),
        ("Software Version\t3.12\n" + ABSORBANCE.partition("Date")[2], "line 1", "Plate Number"),
        (
            ABSORBANCE.partition("Results")[0] + "abs450:450\n\nX Read #\tY Read #\tA1\tA2\n1\t1\t0.1\t0.2\n",
            "Plate 1",
            "area scan",
        ),
        ("", "", "is empty"),
        (ABSORBANCE + "\0\1\2", "first bytes", "no text"),
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


def test_a_kinetic_table_cut_off_in_its_last_line_is_refused(tmp_path: Path) -> None:
    table = "\n450\n\nTime\tT° 450\tA1\tA2\n0:00:00\t37.0\t0.1\t0.2\n0:01:00\t37.0\t0.1"
    with pytest.raises(BadInputError, match=r"ends in the middle of the table '450'"):
        PARSER.parse(raw_file(tmp_path, (ABSORBANCE.partition("Results")[0] + table).encode()), context())


def test_rows_of_a_wavelength_that_was_not_read_are_reported(tmp_path: Path) -> None:
    text = ABSORBANCE.replace("0.050*\tabs450:630", "0.050*\tabs450:63")
    (problem,) = PARSER.parse(raw_file(tmp_path, text.encode()), context()).problems
    assert problem.rule == "unknown_read"
    assert "abs450:63" in problem.place


PARSER_OF_FOLDER = {
    "agilent_gen5": "gen5",
    "bmg_labtech_smart_control": "bmg_smart_control",
    "bmg_mars": "bmg_mars",
    "moldev_softmax_pro": "softmax_pro",
    "perkin_elmer_envision": "envision",
    "tecan_magellan": "magellan",
    "thermo_skanit": "skanit",
}


@pytest.mark.parametrize("assay", [None, "cell_viability"])
@pytest.mark.parametrize("folder", PARSER_OF_FOLDER)
def test_every_plate_export_is_claimed_by_its_products_parser_alone(
    folder: str, assay: str | None, shared: Path
) -> None:
    for path in (shared / "data/plate_reader" / folder).iterdir():
        if path.is_file():
            about = context(assay=assay) if assay else context()
            claimed = [p.name for p in parsers().values() if p.claims(RawFile.read(path), about)]
            assert claimed == [PARSER_OF_FOLDER[folder]], path.name


def test_imaging_exports_and_files_of_other_assays_are_not_claimed(shared: Path) -> None:
    image = shared / "data/cell_imaging_counts/agilent_gen5_image/Cell_Count_DAPI_GFP.txt"
    assert not PARSER.claims(RawFile.read(image), context())
    plate = RawFile.read(gen5(shared, ENDPOINTS[0]))
    assert PARSER.claims(plate, context(assay="cell_viability"))
    assert not PARSER.claims(plate, context(assay="qpcr"))


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_no_bytes_raise_anything_but_bad_input(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    raw = raw_file(tmp_path_factory.mktemp("raw"), content)
    PARSER.claims(raw, context())
    with pytest.raises(BadInputError):
        PARSER.parse(raw, context())


@given(st.integers(0, len(ABSORBANCE)), st.text(max_size=8), st.integers(0, 30))
def test_any_edit_of_a_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, patch: str, cut: int
) -> None:
    text = ABSORBANCE[:place] + patch + ABSORBANCE[place + cut :]
    raw = raw_file(tmp_path_factory.mktemp("raw"), text.encode())
    PARSER.claims(raw, context())
    try:
        found = frame(raw)
    except BadInputError as error:
        refused = error.problems
    else:
        refused = ()
        assert not found.select(KEY).is_duplicated().any()
    assert all(p.remedy and p.message for p in refused)


@pytest.mark.parametrize(
    ("details", "label"),
    [
        ("Excitation Start: 300/20 nm,  Stop: 320 nm,  Step: 10 nm\n\tFixed Emission: 528/20 nm", "EX Spectrum"),
        ("Fixed Excitation: 250/20 nm\n\tEmission Start: 300/20 nm,  Stop: 320 nm,  Step: 10 nm", "EM Spectrum"),
    ],
)
def test_both_spectra_of_fluorescence_are_read_beside_one_of_absorbance(
    details: str, label: str, tmp_path: Path
) -> None:
    head = ABSORBANCE.split("Read\t", maxsplit=1)[0]
    reads = f"Read\tAbsorbance Spectrum\n\tFull Plate\nRead\tFluorescence Spectrum\n\t{details}\n\n"
    tables = "Read 1:Spectrum\n\nWavelength\tA1\n300\t0.1\n310\t0.2\n\n"
    tables += f"Read 2:{label}\n\nWavelength\tA1\n300\t11\n310\tOVRFLW\n"
    found = frame(raw_file(tmp_path, (head + reads + tables).encode()))
    assert found.select("measure", "wavelength_nm", "value", "unit", "flag").rows() == [
        ("absorbance", 300.0, 0.1, "OD", None),
        ("absorbance", 310.0, 0.2, "OD", None),
        ("fluorescence", 300.0, 11.0, "RFU", None),
        ("fluorescence", 310.0, None, "RFU", "overflow"),
    ]
