"""Every real file of plate readers, NTA, blots, counted cells and nucleic acids: one reader, the published values."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tasks.contracts import RawFile
from tasks.engine.reading import read_file
from tasks.methods.grids import well_name
from tasks.methods.lines import read_lines
from tests.tasks.parsers.bench_files import context
from tests.tasks.parsers.plate_files import allotropy
from tests.tasks.parsers.shared_files import (
    ASSAYS,
    chosen,
    expected,
    files,
    kind_of,
    measured,
    name_of,
    numbers,
    parsed,
    vanished,
)

REFUSED = {
    "plate_reader/bmg_mars/file_with_no_delimiter_malformed.csv": ("changed_after_export", "line 1", "User: …"),
    "plate_reader/moldev_softmax_pro/header_size_mismatch.txt": ("cut_off", "line 4, plate BNCH", "for 96 wells"),
    "plate_reader/perkin_elmer_envision/example01_missing_header_error.csv": (
        "section_without_heading",
        "line 21",
        "Plate information",
    ),
}
# files without a published value: each is compared with the numbers that it prints itself
OWN_NUMBERS = {
    "plate_reader/agilent_gen5/endpoint_stdcurve_multiplate.txt",
    "plate_reader/agilent_gen5/kinetic_singleplate.txt",
    "nta/nanosight_nta32_beads.csv",  # in test_nanosight.py: D10, D50, D90, mean, mode, SD of every capture
    "western/imagej_Results.csv",
    "western/imagej_Results.xls",
    "western/gel-example.png",
    "western/aggregate_data_example.png",
}


def test_every_file_is_compared_with_something(shared: Path) -> None:
    names = {name_of(p, shared) for p in files(shared)}
    published = {name_of(p, shared) for p in files(shared) if expected(p) is not None}
    assert len(names) == 33
    assert published | REFUSED.keys() | OWN_NUMBERS == names
    assert not published & (REFUSED.keys() | OWN_NUMBERS)


def test_every_file_has_exactly_one_reader_whether_declared_or_not(shared: Path) -> None:
    for path in files(shared):
        raw = RawFile.read(path, name_of(path, shared))
        (undeclared,) = chosen(raw, context())
        assert not undeclared.is_generic, path
        assay = next(a for a in (ASSAYS[kind_of(path, shared)], *undeclared.assays) if a in undeclared.assays)
        assert chosen(raw, context(assay=assay)) == [undeclared], path


def test_no_file_of_any_kind_has_two_readers(shared: Path) -> None:
    twice = {}
    for path in sorted(p for p in (shared / "data").rglob("*") if p.is_file()):
        readers = chosen(RawFile.read(path, name_of(path, shared)), context())
        if len(readers) > 1:
            twice[name_of(path, shared)] = [p.name for p in readers]
    assert twice == {}


def test_every_malformed_file_is_quarantined_with_file_place_expectation_and_remedy(shared: Path) -> None:
    for path in files(shared):
        name = name_of(path, shared)
        reading = read_file(RawFile.read(path, name), context(assay=ASSAYS[kind_of(path, shared)]))
        if name not in REFUSED:
            continue
        rule, place, words = REFUSED[name]
        (problem,) = reading.problems
        assert (reading.status, reading.is_bug, problem.rule) == ("quarantined", False, rule)
        assert problem.file == name
        assert problem.place.startswith(place)
        assert words in problem.message
        assert "Export" in problem.remedy
        assert "\n" not in str(problem)


def test_plates_hold_the_published_values(shared: Path) -> None:
    for path in (p for p in files(shared) if kind_of(p, shared) == "plate_reader" and expected(p) is not None):
        _, found = parsed(path, shared)
        wells = found.frames["core.plate_wells"]
        if cubes := [m for m in _measurements(path) if "absorption profile data cube" in m]:
            published = Counter(
                (well_name(m["sample document"]["location identifier"]), value)
                for m in cubes
                for value in m["absorption profile data cube"]["data"]["measures"][0]
            )
        else:
            published = Counter((well, value) for _, well, _, value in allotropy(path))
        assert Counter(wells.select("well", "value").iter_rows()) == published, path
        assert wells.filter(pl.col("value").is_null())["flag"].is_not_null().all()
        assert set(wells["unit"]) <= {"OD", "RFU", "RLU"}


def _measurements(path: Path) -> list[dict[str, object]]:
    from tests.tasks.parsers.bench_files import expectation, measurements  # noqa: PLC0415

    return measurements(expectation(path.parent, path.stem), "plate reader document")


def test_counts_and_nucleic_acids_hold_published_values_only(shared: Path) -> None:
    kinds = ("cell_imaging_counts", "nucleic_acid_qc")
    for path in (p for p in files(shared) if kind_of(p, shared) in kinds):
        parser, found = parsed(path, shared)
        published = set(numbers(expected(path)))
        published |= {round(n * 1e6, 3) for n in published}  # allotropy counts in million cells
        (frame,) = found.frames.values()
        strange = {(c, v) for c, v in measured(frame) if v not in published and round(v, 3) not in published}
        # the instrument prints the one, allotropy keeps it as text or not at all; the others are ours
        strange = {(c, v) for c, v in strange if c not in ("dilution", "percent_positive", "reading")}
        assert not strange, (path, parser.name)


def test_gen5_files_without_published_values_hold_their_own(shared: Path) -> None:
    folder = shared / "data/plate_reader/agilent_gen5"
    several = folder / "endpoint_stdcurve_multiplate.txt"
    _, found = parsed(several, shared)
    printed = [
        float(text)
        for cells in read_lines(RawFile.read(several), "Gen5")
        if cells[-1].strip() == "630nmAbsRead:630"
        for text in cells[1:-1]
    ]
    assert found.frames["core.plate_wells"]["value"].to_list() == printed
    assert len(printed) == 3 * 96
    kinetic = folder / "kinetic_singleplate.txt"
    _, found = parsed(kinetic, shared)
    lines = read_lines(RawFile.read(kinetic), "Gen5")
    start = next(i for i, cells in enumerate(lines) if cells[0].strip() == "OD600:450")
    rows = [[float(t) for t in cells[2:98]] for cells in lines[start + 3 : start + 9]]
    assert found.frames["core.plate_wells"]["value"].to_list() == [value for row in rows for value in row]


@pytest.mark.parametrize("name", ["imagej_Results.csv", "imagej_Results.xls"])
def test_blots_hold_their_own_numbers(name: str, shared: Path) -> None:
    path = shared / "data/western" / name
    _, found = parsed(path, shared)
    rows = list(csv.DictReader(path.read_text().splitlines(), delimiter="\t" if name.endswith("xls") else ","))
    bands = found.frames["core.blot_bands"].select("signal", "area", "max_intensity").rows()
    assert bands == [(float(r["IntDen"]), float(r["Area"]), float(r["Max"])) for r in rows]


def test_nothing_in_a_file_vanishes(shared: Path) -> None:
    lost = {}
    for path in files(shared):
        name = name_of(path, shared)
        if name in REFUSED or path.suffix in (".png", ".xml"):
            continue
        parser, found = parsed(path, shared)
        raw = RawFile.read(path, name)
        if left := vanished(raw, parser, found):
            lost[name] = sorted(left)
    assert lost == {}


def test_what_a_parser_would_keep_to_itself_is_found(shared: Path) -> None:
    path = shared / "data/plate_reader/agilent_gen5/endpoint_singleplate_without_bandwidth.txt"
    parser, found = parsed(path, shared)
    silent = replace(found, unread=tuple(text for text in found.unread if not text.startswith("Read Height")))
    assert vanished(RawFile.read(path), parser, silent) == {"Read Height: 4.5 mm"}
