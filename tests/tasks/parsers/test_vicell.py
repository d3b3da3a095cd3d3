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
