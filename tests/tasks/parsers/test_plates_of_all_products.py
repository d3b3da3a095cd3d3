"""The same plate in every product's format gives the same rows, and the same planted errors are found in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.bench_options import Condition
from schemas.sheets import Layout, LayoutWell, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import Context, Parsed, RawFile, parsers
from tasks.methods.grids import well_at
from tasks.methods.viability import viability
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.plate_writers import WRITERS

SAMPLES = [f"{'ctrl' if i < 2 else 'treated'}_{i}" for i in range(10)]
STUDY = Study(
    config=StudyYaml(study_id="s", conditions=[Condition(id="ctrl"), Condition(id="treated")]),
    samples=tuple(SampleRow(sample=s, condition=s.split("_")[0]) for s in SAMPLES),
)


def role_of(column: int) -> tuple[str | None, str]:
    if column in (0, 11):
        return None, "blank" if column == 0 else "empty"
    return SAMPLES[column - 1], "sample"


LAYOUT = Layout(
    name="plate",
    wells=tuple(
        LayoutWell(well=well_at(r, c), sample=role_of(c)[0], role=role_of(c)[1])  # type: ignore[arg-type]
        for r in range(8)
        for c in range(12)
    ),
)


def readings(*, blank: float = 0.08, empty: float = 0.05, turned: bool = False) -> list[list[str]]:
    rng = np.random.default_rng(4)
    true = np.array([blank, *(1.2 - 0.08 * i for i in range(10)), empty])
    plate = np.round(true * rng.normal(1, 0.03, (8, 12)), 3)
    if turned:
        plate = plate[::-1, ::-1]
    return [[f"{v:.3f}" for v in row] for row in plate]


def read(product: str, plate: list[list[str]], folder: Path, layout: Layout | None = LAYOUT) -> Parsed:
    is_book = WRITERS[product](plate).startswith(b"PK")
    raw = raw_file(folder, WRITERS[product](plate), f"{product}.{'xlsx' if is_book else 'txt'}")
    about = Context(STUDY, context(assay="cell_viability", time_h=24).row, layout)
    claimants = [p for p in parsers().values() if p.claims(raw, about)]
    assert [p.name for p in claimants] == [product]
    return claimants[0].parse(raw, about)


def rules(parsed: Parsed) -> list[str]:
    return [p.rule for p in parsed.problems]


@pytest.mark.parametrize("product", WRITERS)
def test_every_product_gives_the_same_rows(product: str, tmp_path: Path) -> None:
    plate = readings()
    parsed = read(product, plate, tmp_path)
    found = parsed.frames["core.plate_wells"]
    assert rules(parsed) == []
    assert found.height == 96
    assert dict(found.select("well", "value").rows()) == {
        well_at(r, c): float(plate[r][c]) for r in range(8) for c in range(12)
    }
    for column, value in (("unit", "OD"), ("wavelength_nm", 450.0), ("measure", "absorbance"), ("time_h", 24.0)):
        assert set(found[column]) == {value}
    assert dict(found["role"].value_counts().rows()) == {"sample": 80, "blank": 8, "empty": 8}


@pytest.mark.parametrize("product", WRITERS)
def test_overflow_and_missed_wells_are_flags_and_no_numbers(product: str, tmp_path: Path) -> None:
    plate = readings()
    plate[2][3], plate[4][5], plate[5][5] = "OVRFLW", "?????", "3.500"
    found = read(product, plate, tmp_path).frames["core.plate_wells"]
    flags = {w: (v, f) for w, v, f in found.select("well", "value", "flag").rows() if f}
    assert flags == {"C04": (None, "overflow"), "E06": (None, "missed"), "F06": (3.5, "over_range")}


@pytest.mark.parametrize("product", WRITERS)
def test_blanks_with_cells_are_said(product: str, tmp_path: Path) -> None:
    parsed = read(product, readings(blank=0.9), tmp_path)
    assert rules(parsed) == ["blank_not_blank"]
    assert parsed.frames["core.plate_wells"].filter(pl.col("flag") == "blank_not_blank").height == 8


@pytest.mark.parametrize("product", WRITERS)
def test_empty_wells_with_cells_are_said(product: str, tmp_path: Path) -> None:
    assert rules(read(product, readings(empty=0.9), tmp_path)) == ["empty_not_empty"]


@pytest.mark.parametrize("product", WRITERS)
def test_a_plate_put_in_the_wrong_way_round_is_said(product: str, tmp_path: Path) -> None:
    # column 12 holds a sample here, so that the turned plate has blanks where the layout has cells
    filled = Layout(
        name="plate",
        wells=tuple(
            w.model_copy(update={"sample": "treated_9", "role": "sample"}) if w.role == "empty" else w
            for w in LAYOUT.wells
        ),
    )
    parsed = read(product, readings(empty=0.9, turned=True), tmp_path, filled)
    assert rules(parsed) == ["layout_rotated", "blank_not_blank"]
    assert "the layout fits rotated 180°" in parsed.problems[0].message
    assert read(product, readings(empty=0.9), tmp_path, filled).problems == ()


@pytest.mark.parametrize("product", WRITERS)
def test_a_layout_of_another_plate_is_said(product: str, tmp_path: Path) -> None:
    half = Layout(name="half", wells=LAYOUT.wells[:48])
    assert "wells_not_in_layout" in rules(read(product, readings(), tmp_path, half))


@pytest.mark.parametrize("product", WRITERS)
def test_a_blank_for_one_sample_is_that_samples_blank(product: str, tmp_path: Path) -> None:
    wells = tuple(
        w.model_copy(update={"blank_for": "treated_9" if w.well < "E" else None}) if w.role == "blank" else w
        for w in LAYOUT.wells
    )
    plate = readings()
    for r in range(4):
        plate[r][0] = "0.180"
    found = read(product, plate, tmp_path, Layout(name="own", wells=wells)).frames["core.plate_wells"]
    assert set(found.filter(pl.col("blank_for").is_not_null())["well"]) == {"A01", "B01", "C01", "D01"}
    known = found.with_columns(
        object_id=pl.lit("o"),
        sample_id="sample_name",
        condition=pl.col("sample_name").str.split("_").list.first(),
        is_excluded=pl.lit(value=False),
        is_sample_excluded=pl.lit(value=False),
    )
    blanks = dict(viability(known, reference="ctrl").select("sample_id", "blank_od").rows())
    assert blanks["treated_9"] == pytest.approx(0.18)
    assert blanks["ctrl_0"] == pytest.approx(np.mean([float(plate[r][0]) for r in range(4, 8)]))


@pytest.mark.parametrize("product", WRITERS)
def test_a_plate_without_a_layout_says_so(product: str, tmp_path: Path) -> None:
    assert rules(read(product, readings(), tmp_path, None)) == ["no_layout"]


def test_a_gzipped_export_is_read_too(tmp_path: Path) -> None:
    import gzip  # noqa: PLC0415

    for product, write in WRITERS.items():
        if write(readings()).startswith(b"PK"):
            continue
        path = tmp_path / f"{product}.txt.gz"
        path.write_bytes(gzip.compress(write(readings())))
        raw = RawFile.read(path, f"landing/{path.name}")
        about = Context(STUDY, context(assay="cell_viability", time_h=24).row, LAYOUT)
        (claimant,) = [p for p in parsers().values() if p.claims(raw, about)]
        assert claimant.parse(raw, about).frames["core.plate_wells"].height == 96
