from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.softmax_pro import PARSER
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.plate_files import allotropy, parsed, plates_folder, readings, wells

FILES = ("MD_SMP_absorbance_endpoint_example01", "abs_endpoint_plates", "no_measurements", "partial_plate")
NUMBERS = "\t".join(map(str, range(1, 13)))
KINETIC = (
    "##BLOCKS= 2\nNote:\nour protocol\n~End\n"
    "Plate:\tP1\t1.3\tPlateFormat\tKinetic\tFluorescence\tFALSE\tRaw\tFALSE\t2\t90\t90\t\t\t\t2\t525 600 \t1\t3\t6"
    "\t485 485 \tAutomatic\t515 515 \t\t\t6\tMedium\t\t\t1\t2\n"
    "\tTemperature(¡C)\t1\t2\t3\t\t1\t2\t3\n"
    "00:00:00\t37\t10\t11\t12\t\t20\t21\t22\n\t\t13\t14\t#Sat\t\t23\t24\t25\n\n"
    "00:01:30\t37\t30\t31\t32\t\t40\t41\t42\n\t\t33\t34\t35\t\t43\t44\t45\n\n"
    "\t\t1\t2\t3\n\t\t0.1\t0.2\t0.3\n\t\t0.4\t0.5\t0.6\n~End\n"
)
LISTED = (
    "##BLOCKS= 1\n"
    "Plate:\tP1\t1.3\tTimeFormat\tEndpoint\tAbsorbance\tRaw\tFALSE\t1\t\t\t\t\t\t2\t450 630 \t1\t3\t6\t1\t2\n"
    "\tTemperature(¡C)\tA1\tA2\tA3\tB1\tB2\tB3\n\t25\t0,1\t0,2\t0,3\t0,4\t0,5\t0,6\n\n"
    "\t25\t0,01\t0,02\t0,03\t0,04\tError\t0,06\n\n~End\n"
)


@pytest.mark.parametrize("stem", FILES)
def test_exports_are_allotropys_numbers_in_od(stem: str, shared: Path) -> None:
    path = plates_folder(shared, "moldev_softmax_pro") / f"{stem}.txt"
    found = wells(PARSER, RawFile.read(path))
    assert readings(found) == set(allotropy(path))
    assert set(found["unit"]) == ({"RFU"} if stem == "no_measurements" else {"OD"})
    assert found.filter(pl.col("value").is_null())["flag"].eq("missed").all()


def test_three_reads_at_one_wavelength_are_told_apart(shared: Path) -> None:
    path = plates_folder(shared, "moldev_softmax_pro") / "abs_endpoint_plates.txt"
    found = wells(PARSER, RawFile.read(path)).filter(pl.col("well") == "A02")
    assert dict(found.select("measure", "value").iter_rows()) == {
        "absorbance 1": 0.02,  # printed 0,02 in a file of points
        "absorbance 2": 0.04,
        "absorbance 3": 0.06,
    }


def test_groups_name_samples_and_roles(shared: Path) -> None:
    path = plates_folder(shared, "moldev_softmax_pro") / "MD_SMP_absorbance_endpoint_example01.txt"
    result = parsed(PARSER, RawFile.read(path), time_h=24)
    found = result.frames["core.plate_wells"]
    assert set(found["time_h"]) == {24.0}
    first = found.filter((pl.col("plate") == "Plate02") & (pl.col("well") == "A01")).row(0, named=True)
    assert (first["role"], first["sample_name"]) == ("control", "Standards 01")
    assert found.filter(pl.col("role") == "sample").height > 0
    assert "reduced data of Plate01" in result.unread
    assert any("BackCalcConc" in u for u in result.unread)


def test_kinetic_reads_of_two_wavelengths_count_from_files_csv(tmp_path: Path) -> None:
    result = parsed(PARSER, raw_file(tmp_path, KINETIC.encode()), time_h=2)
    found = result.frames["core.plate_wells"].sort("wavelength_nm", "time_h", "well")
    assert found.height == 24
    assert sorted(set(found["time_h"])) == pytest.approx([2, 2 + 1.5 / 60])
    at = {(w, nm, round(t, 3)): v for w, nm, t, v in found.select("well", "wavelength_nm", "time_h", "value").rows()}
    assert at["A02", 600.0, 2.025] == 41
    assert at["B03", 525.0, 2.0] is None
    assert found.filter(pl.col("value").is_null())["flag"].to_list() == ["overflow"]
    assert set(found["unit"]) == {"RFU"}
    assert result.unread[:2] == ("reduced data of P1", "temperature of P1")
    assert {"Note:", "Note: our protocol"} <= set(result.unread)


def test_a_column_per_well_and_decimal_commas(tmp_path: Path) -> None:
    found = wells(PARSER, raw_file(tmp_path, LISTED.encode("utf-16")))
    at = {(w, nm): (v, f) for w, nm, v, f in found.select("well", "wavelength_nm", "value", "flag").rows()}
    assert at["B02", 450.0] == (0.5, None)
    assert at["B03", 630.0] == (0.06, None)
    assert at["B02", 630.0] == (None, "missed")


def test_fewer_sections_than_announced_are_a_warning(tmp_path: Path) -> None:
    result = parsed(PARSER, raw_file(tmp_path, LISTED.replace("BLOCKS= 1", "BLOCKS= 4").encode()))
    assert [p.rule for p in result.problems] == ["fewer_blocks"]
    assert "announces 4 sections and has 1" in result.problems[0].message


@pytest.mark.parametrize(
    ("broken", "place", "words"),
    [
        (LISTED.replace("\t0,05", "").replace("\tError\t0,06", ""), "line 6, plate P1", "4 readings for 6 wells"),
        (KINETIC.replace("\n\t\t33\t34\t35\t\t43\t44\t45", ""), "plate P1", "1 of 2 rows"),
        (KINETIC.partition("\t34\t35")[0], "plate P1", "middle of a row"),
        (LISTED.replace("Absorbance\tRaw", "Absorbance\tReduced"), "line 2", "reduced data only"),
        (LISTED.replace("Endpoint", "Well Scan"), "line 2", "Well Scan"),
        (LISTED.replace("Plate:", "Note:"), "line 1", 'no block "Plate:"'),
        (LISTED.replace("0,4", "4 x"), "line 4, well B01", "'4 x' is no reading"),
        (KINETIC.replace("00:01:30", "later"), "well A01", "time or wavelength"),
        (LISTED + LISTED.partition("\n")[2], "well A01", "two readings"),
    ],
)
def test_broken_files_say_where_and_what_to_do(broken: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        parsed(PARSER, raw_file(tmp_path, broken.encode()))
    (problem,) = caught.value.problems
    assert place in problem.place
    assert words in problem.message
    assert "SoftMax Pro" in problem.remedy


def test_the_malformed_export_is_refused_for_its_missing_readings(shared: Path) -> None:
    raw = RawFile.read(plates_folder(shared, "moldev_softmax_pro") / "header_size_mismatch.txt")
    assert PARSER.claims(raw, context())
    with pytest.raises(BadInputError, match="line 4, plate BNCH_69983542_96w: the row has 10 readings for 96 wells"):
        parsed(PARSER, raw)
