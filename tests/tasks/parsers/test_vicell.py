from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.vicell import PARSER
from tests.tasks.parsers.bench_files import context, expectation, measurements, raw_file

FOLDER = "data/cell_imaging_counts/beckman_vi_cell_blu"
COLUMNS = {
    "total_count": "total cell count",
    "viable_count": "viable cell count",
    "percent_viable": "viability (cell counter)",
    "concentration_per_ml": "total cell density (cell counter)",
    "viable_concentration_per_ml": "viable cell density (cell counter)",
    "diameter_um": "average total cell diameter",
}


@pytest.mark.parametrize("stem", ["Beckman_Vi-Cell-BLU_example01", "Beckman_Vi-Cell-BLU_example01_utf16"])
def test_rows_are_those_of_allotropys_published_reading(stem: str, shared: Path) -> None:
    path = shared / FOLDER / f"{stem}.csv"
    parsed = PARSER.parse(RawFile.read(path), context())
    found = {r["sample_name"]: r for r in parsed.frames["core.cell_counts"].to_dicts()}
    expected = measurements(expectation(path.parent, stem), "cell counting document")
    assert len(found) == len(expected) == 10
    for m in expected:
        row = found[m["sample document"]["sample identifier"]]
        values = m["processed data aggregate document"]["processed data document"][0]
        for column, name in COLUMNS.items():
            if column.endswith("_count") and not isinstance(values.get(name, {}).get("value"), int):
                assert (row[column], row["flag"]) == (None, "unreadable")  # the counter printed ERROR
                continue
            factor = 1e6 if column.endswith("per_ml") else 1
            assert row[column] == pytest.approx(values[name]["value"] * factor)
        assert row["measured_on"] == m["measurement time"][:19]
        assert row["dilution"] == 1
    assert "Bubble count" in parsed.unread
    assert [p.rule for p in parsed.problems] == ([] if stem.endswith("utf16") else ["no_count"])


def test_a_fraction_for_a_count_is_refused(tmp_path: Path) -> None:
    text = "Sample ID,Cell count,Viable cells,Viability (%)\nC1,100.5,90,90\n"
    with pytest.raises(BadInputError, match=r"line 2: 100\.5 is no count"):
        PARSER.parse(raw_file(tmp_path, text.encode()), context())


DETAILS = """"Sample ID","Images for analysis","Cell type","Analysis date/time","Dilution"
"CULTURE7","2","CHO","1/31/2024 1:42:31 PM","2"
"Part number","Lot number"
"C01234","100200"
"Image#","Cell count","Viable cells","Total (x10^6) cells/mL","Viable (x10^6) cells/mL","Viability (%)"
"1","10","9","2.0","1.8","90.0"
"2","10","9","2.0","1.8","90.0"
"","","","","",""
"Total","20","18","2.0","1.8","90.0"
"""  # made up


def test_of_a_detailed_export_every_cuvettes_total_is_read(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, (DETAILS + DETAILS.replace("CULTURE7", "CULTURE8")).encode())
    assert PARSER.claims(raw, context())
    parsed = PARSER.parse(raw, context())
    columns = ("sample_name", "total_count", "viable_count", "percent_viable", "concentration_per_ml", "dilution")
    assert parsed.frames["core.cell_counts"].select(columns).rows() == [
        ("CULTURE7", 20, 18, 90.0, 2e6, 2.0),
        ("CULTURE8", 20, 18, 90.0, 2e6, 2.0),
    ]
    assert set(parsed.frames["core.cell_counts"]["measured_on"]) == {"2024-01-31T13:42:31"}
    assert parsed.unread == ("Images for analysis", "Cell type", "counts of every picture", "Part number")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (DETAILS.partition('"Total"')[0], "line 5: .* no line Total"),
        (DETAILS.partition('"Total"')[0] + DETAILS, "line 5: .* no line Total"),
        (DETAILS + DETAILS.replace("Cell type", "Type"), "line 14: .* other columns"),
    ],
)
def test_detailed_exports_without_a_total_are_refused(broken: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=words):
        PARSER.parse(raw_file(tmp_path, broken.encode()), context())
