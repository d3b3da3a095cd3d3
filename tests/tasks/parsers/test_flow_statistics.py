from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings

from schemas.base import tables
from schemas.errors import BadInputError
from schemas.polars_schema import conform
from tasks.contracts import Parsed, parsers
from tasks.engine.reading import read_file
from tasks.parsers.flow_statistics import PARSER
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.damage import damaged, damages
from tests.tasks.parsers.test_fcs import Damages

BLOCKS = """Experiment Name:,bench
Specimen Name:,donor 1
Tube Name:,C1
Record Date:,Mar 5 2024
Population,#Events,%Parent,%Total,FITC-A Mean,PE-A Median
All Events,"10,000",####,100.0,55,44
   P1,"8,000",80.0,80.0,66,40
      Q2,400,5.0,4.0,"1,234.5",39
   P2,100,1.0,1.0,77,####

Tube Name:,T1
Population,#Events,%Parent,%Total,FITC-A Mean,PE-A Median
All Events,9000,####,100.0,55,44
   P1,4500,50.0,50.0,66,40
"""
LONG = """Specimen,Tube,Population,#Events,%Parent,FITC-A Mean
donor 1,C1,All Events,10000,####,55
donor 1,C1,All Events\\P1,8000,80.0,66
donor 1,C1,All Events\\P1\\Q2,400,5.0,1234.5
donor 1,T1,All Events,9000,####,55
donor 1,T1,All Events\\P1,4500,50.0,66
"""
WIDE = """Specimen Name,Tube Name,Record Date,All Events #Events,P1 #Events,P1 %Parent,Q2 %Parent,P1 FITC-A Mean
donor 1,C1,"Mar 5, 2024",10000,8000,80.0,5.0,66
donor 1,T1,"Mar 5, 2024",9000,4500,50.0,####,66.5
"""
EDITOR = """\
,Cells | Freq. of Parent,Cells/Live|Freq. of Parent (%),Cells/Live | Count,Cells/Live | Median (Comp-PE-A :: PI),Note
Specimen_C1.fcs,80.0 %,50.0 %,4000,"1,234.5",a
Specimen_T1.fcs,70.0 %,25.0 %,1750,99.5,
Mean,75,37.5,2875,667,
SD,7.07,17.7,1591,803,
"""
OLD_EDITOR = """Sample\t"Cells,Freq. of Parent"\t"Cells/Live,Freq. of Parent"\t"Cells/Live,Median,PE-A"
C1.fcs\t80,0\t50,0\t12,5
T1.fcs\t70,0\t25,0\t13,5
"""
DEPTHS = """Depth,Name,Statistic,#Cells
,C1.fcs,,10000
> ,C1.fcs/Cells,80.0 %,8000
> > ,C1.fcs/Cells/Live,50.0 %,4000
> ,C1.fcs/Debris,20.0 %,2000
,T1.fcs,,9000
> ,T1.fcs/Cells,50.0 %,4500
"""
ALL = {"blocks": BLOCKS, "long": LONG, "wide": WIDE, "editor": EDITOR, "old editor": OLD_EDITOR, "depths": DEPTHS}


def parsed(folder: Path, text: str) -> Parsed:
    found = PARSER.parse(raw_file(folder, text.encode(), "statistics.csv"), context(assay="flow_cytometry"))
    for name, frame in found.frames.items():
        whole = conform(frame, tables()[name], {"study_id": "s", "object_id": "a" * 64})
        assert not whole.select(tables()[name].key).is_duplicated().any()
    return found


def shares(found: Parsed, *more: str) -> list[tuple[object, ...]]:
    columns = ("sample_name", "gate_path", "event_count", "percent_of_parent", *more)
    return found.frames["core.flow_populations"].select(columns).rows()


def values(found: Parsed) -> list[tuple[object, ...]]:
    columns = ("sample_name", "gate_path", "channel", "statistic", "value")
    return found.frames["core.flow_intensities"].select(columns).rows()


def test_a_block_per_tube_tells_parents_by_indentation(tmp_path: Path) -> None:
    found = parsed(tmp_path, BLOCKS)
    assert shares(found, "parent", "percent_of_total") == [
        ("C1", "All Events", 10_000, None, None, 100),
        ("C1", "P1", 8_000, 80, None, 80),
        ("C1", "P2", 100, 1, None, 1),
        ("C1", "P1/Q2", 400, 5, "P1", 4),
        ("T1", "All Events", 9_000, None, None, 100),
        ("T1", "P1", 4_500, 50, None, 50),
    ]
    assert ("C1", "P1/Q2", "FITC-A", "mean", 1234.5) in values(found)
    assert ("C1", "P2", "PE-A", "median", None) in values(found)
    assert set(found.frames["core.flow_populations"]["gating"]) == {"facsdiva table"}


def test_a_row_per_tube_and_population_tells_parents_by_full_names(tmp_path: Path) -> None:
    assert shares(parsed(tmp_path, LONG), "parent", "parent_count") == [
        ("C1", "All Events", 10_000, None, None, None),
        ("C1", "P1", 8_000, 80, None, 10_000),
        ("C1", "P1/Q2", 400, 5, "P1", 8_000),
        ("T1", "All Events", 9_000, None, None, None),
        ("T1", "P1", 4_500, 50, None, 9_000),
    ]


def test_a_row_per_tube_leaves_parents_open(tmp_path: Path) -> None:
    found = parsed(tmp_path, WIDE)
    assert shares(found, "parent", "parent_count") == [
        ("C1", "All Events", 10_000, None, None, None),
        ("C1", "P1", 8_000, 80, None, None),
        ("C1", "Q2", None, 5, None, None),
        ("T1", "All Events", 9_000, None, None, None),
        ("T1", "P1", 4_500, 50, None, None),
        ("T1", "Q2", None, None, None, None),
    ]
    assert values(found) == [("C1", "P1", "FITC-A", "mean", 66), ("T1", "P1", "FITC-A", "mean", 66.5)]
    assert found.unread == ("Record Date",)


def test_flowjos_table_editor_names_population_and_statistic_in_titles(tmp_path: Path) -> None:
    found = parsed(tmp_path, EDITOR)
    assert shares(found, "parent") == [
        ("Specimen_C1.fcs", "Cells", None, 80, None),
        ("Specimen_C1.fcs", "Cells/Live", 4_000, 50, "Cells"),
        ("Specimen_T1.fcs", "Cells", None, 70, None),
        ("Specimen_T1.fcs", "Cells/Live", 1_750, 25, "Cells"),
    ]
    row = found.frames["core.flow_intensities"].row(0, named=True)
    assert (row["channel"], row["marker"], row["value"], row["is_compensated"]) == ("PE-A", "PI", 1234.5, True)
    assert found.unread == ("Note",)
    assert set(found.frames["core.flow_populations"]["gating"]) == {"flowjo table"}


def test_older_titles_and_decimal_commas_are_read(tmp_path: Path) -> None:
    found = parsed(tmp_path, OLD_EDITOR)
    assert shares(found)[:2] == [("C1.fcs", "Cells", None, 80), ("C1.fcs", "Cells/Live", None, 50)]
    assert values(found)[0] == ("C1.fcs", "Cells/Live", "PE-A", "median", 12.5)


def test_flowjos_indented_table_tells_parents_by_depth(tmp_path: Path) -> None:
    assert shares(parsed(tmp_path, DEPTHS), "parent") == [
        ("C1.fcs", "All Events", 10_000, None, None),
        ("C1.fcs", "Cells", 8_000, 80, None),
        ("C1.fcs", "Debris", 2_000, 20, None),
        ("C1.fcs", "Cells/Live", 4_000, 50, "Cells"),
        ("T1.fcs", "All Events", 9_000, None, None),
        ("T1.fcs", "Cells", 4_500, 50, None),
    ]


@pytest.mark.parametrize("name", ALL)
def test_text_and_workbook_hold_the_same_populations(name: str, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Table")
        book.add_worksheet("Notes")
        for i, line in enumerate(ALL[name].splitlines()):
            row = pl.read_csv(
                io.StringIO(line + "\n"), has_header=False, infer_schema=False, truncate_ragged_lines=True,
                separator="\t" if "\t" in line else ",", raise_if_empty=False,
            )  # fmt: skip
            for j, cell in enumerate(row.row(0) if row.height else ()):
                if cell is not None:
                    sheet.write_string(i, j, cell)
    about = context(assay="flow_cytometry")
    raw = raw_file(tmp_path, stream.getvalue(), "statistics.xlsx")
    assert [p.name for p in parsers().values() if p.claims(raw, about)] == ["flow_statistics"]
    found = PARSER.parse(raw, about)
    if name != "old editor":
        assert shares(found) == shares(parsed(tmp_path, ALL[name]))


@pytest.mark.parametrize("name", ALL)
def test_only_this_reader_claims_such_a_text(name: str, tmp_path: Path) -> None:
    raw = raw_file(tmp_path, ALL[name].encode("utf-16" if name == "long" else "utf-8"), "statistics.txt")
    assert [p.name for p in parsers().values() if p.claims(raw, context())] == ["flow_statistics"]
    assert not PARSER.claims(raw, context(assay="qpcr"))
    assert read_file(raw, context()).status == "loaded"


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        ("sample,value\nC1,3\n", "no_populations", ""),
        (LONG.replace("80.0", "eighty"), "not_a_number", "row 3, column 5"),
        (LONG.replace("80.0", "180.0"), "not_a_percentage", "row 3, column 5"),
        (LONG.replace("8000", "80.5"), "not_a_count", "row 3, column 4"),
        (LONG.replace("8000", "-8"), "not_a_count", "row 3, column 4"),
        (LONG.partition("\n")[0] + "\n", "no_populations", ""),
    ],
)
def test_what_is_no_table_of_populations_is_refused(text: str, rule: str, place: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        parsed(tmp_path, text)
    assert [(p.rule, p.place) for p in caught.value.problems] == [(rule, place)]


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=damages())
def test_a_damaged_table_is_never_a_bug(name: str, found: Damages, tmp_path: Path) -> None:
    survives(tmp_path, damaged(ALL[name].encode(), found))


@pytest.mark.soak
@pytest.mark.parametrize("name", ALL)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=damages(6))
def test_a_much_damaged_table_is_never_a_bug(name: str, found: Damages, tmp_path: Path) -> None:
    survives(tmp_path, damaged(ALL[name].encode(), found))


def survives(folder: Path, content: bytes) -> None:
    reading = read_file(raw_file(folder, content, "statistics.csv"), context(assay="flow_cytometry"))
    assert not reading.is_bug, reading.reason
    for name, frame in reading.frames.items():
        whole = conform(frame, tables()[name], {"study_id": "s", "object_id": reading.object_id})
        assert not whole.select(tables()[name].key).is_duplicated().any()
