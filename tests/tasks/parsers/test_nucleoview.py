from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.nucleoview import PARSER
from tests.tasks.parsers.bench_files import context, expectation, measurements, raw_file

REAL = "data/cell_imaging_counts/chemometec_nucleoview/chemometec_nucleoview_example01.csv"
COLUMNS = {
    "percent_viable": ("viability (cell counter)", 1),
    "concentration_per_ml": ("total cell density (cell counter)", 1e6),
    "viable_concentration_per_ml": ("viable cell density (cell counter)", 1e6),
    "diameter_um": ("average total cell diameter", 1),
}


def test_the_cassette_is_that_of_allotropys_published_reading(shared: Path) -> None:
    path = shared / REAL
    parsed = PARSER.parse(RawFile.read(path), context())
    (row,) = parsed.frames["core.cell_counts"].to_dicts()
    (m,) = measurements(expectation(path.parent, path.stem), "cell counting document")
    values = m["processed data aggregate document"]["processed data document"][0]
    for column, (name, factor) in COLUMNS.items():
        assert row[column] == pytest.approx(values[name]["value"] * factor)
    assert row["sample_name"] == m["sample document"]["sample identifier"]
    assert row["measured_on"] == m["measurement time"][:19]
    assert (row["dilution"], row["total_count"]) == (1.0, None)
    assert "dead (cells/ml)" in parsed.unread


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [("Total (cells/ml);3.58E6", "Total;3.58E6", "no line Total"), ("3.58E6", "lots", "'lots' is no number")],
)
def test_files_without_a_density_are_refused(old: str, new: str, words: str, shared: Path, tmp_path: Path) -> None:
    text = (shared / REAL).read_text("utf-8").replace(old, new)
    with pytest.raises(BadInputError, match=words):
        PARSER.parse(raw_file(tmp_path, text.encode()), context())
