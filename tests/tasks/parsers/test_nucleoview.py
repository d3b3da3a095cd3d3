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


REMARKED = """Viability and Cell Count Assay - made up; ;
Image;20240102-0003-c-CULTURE7;
Viability (%);81.5;
Live (cells/ml);1.63E6;
Total (cells/ml);2.00E6 (Out of optimal range);
 ; ;
Estimated cell diameter [um];12.5 (Uncertain
determination);
Multiplication factor;2.000;
;
Date time;20240102 090807
"""  # made up
NC202 = (
    "Source ID:\t1-2\nTime (UTC):\t2024-01-02 09:08:07\nSample ID:\tCULTURE7\nSample Media:\tVia2-Cassette\n"
    "Total (cells/ml):\t2.00E+06\nLive (cells/ml):\t1.63E+06\nViability (%):\t81.5\nDiameter (um):\t12.5\n"
    "Dilution Factor:\t2\nStatus:\tOK\n"
)  # made up


@pytest.mark.parametrize("text", [REMARKED, NC202])
def test_both_counters_lines_give_the_same_row(text: str, tmp_path: Path) -> None:
    raw = raw_file(tmp_path, text.encode())
    assert PARSER.claims(raw, context())
    (row,) = PARSER.parse(raw, context()).frames["core.cell_counts"].to_dicts()
    assert (row["sample_name"], row["measured_on"]) == ("CULTURE7", "2024-01-02T09:08:07")
    assert [row[c] for c in (*COLUMNS, "dilution")] == [81.5, 2e6, 1.63e6, 12.5, 2.0]


def test_what_the_counter_remarks_of_a_number_is_its_flag(tmp_path: Path) -> None:
    def flag(text: str) -> str | None:
        (row,) = PARSER.parse(raw_file(tmp_path, text.encode()), context()).frames["core.cell_counts"].to_dicts()
        return row["flag"]

    assert flag(REMARKED) == (
        "total (cells/ml): out of optimal range;estimated cell diameter (um): uncertain determination"
    )
    assert flag(NC202) is None
    assert flag(NC202.replace("OK", "Too many aggregates")) == "status: too many aggregates"
    assert flag(NC202.replace("12.5", "<8")) == "diameter (um): <8"
    assert flag(NC202.replace("12.5", "Not determined")) is None
