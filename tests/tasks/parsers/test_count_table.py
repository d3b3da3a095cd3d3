from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.count_table import PARSER
from tests.tasks.parsers.bench_files import context, raw_file

TABLE = "Sample;Field;Positive;Negative;By\nC1;1;12;88;AB\nC1;2;20;130;AB\nT1;1;60;;AB\n"


def test_fields_with_positive_and_negative_or_all_cells(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, TABLE.encode())
    parsed = PARSER.parse(raw, context(assay="senescence", marker="SA-b-gal"))
    counts = parsed.frames["core.cell_counts"]
    rows = counts.select("field", "sample_name", "positive_count", "total_count", "percent_positive", "flag").rows()
    assert rows == [
        ("C1 1", "C1", 12, 100, 12.0, None),
        ("C1 2", "C1", 20, 150, pytest.approx(100 * 20 / 150), None),
        ("T1 1", "T1", 60, None, None, "unreadable"),
    ]
    assert set(counts["stain"]) == {"SA-b-gal"}
    assert parsed.unread == ("By",)
    total = raw_file(tmp_path, b"well,total,positive,time (h)\nA1,300,30,24\n", "w.csv")
    (row,) = PARSER.parse(total, context(assay="cell_counts")).frames["core.cell_counts"].to_dicts()
    assert (row["well"], row["percent_positive"], row["time_h"]) == ("A01", 10.0, 24.0)


def test_only_declared_tables_of_no_vendor_are_claimed(tmp_path: Path, shared: Path) -> None:
    raw = raw_file(tmp_path, TABLE.encode())
    assert PARSER.claims(raw, context(assay="senescence"))
    assert not PARSER.claims(raw, context())
    assert not PARSER.claims(raw_file(tmp_path, b"a,b\n1,2\n", "n.csv"), context(assay="senescence"))
    for path in sorted((shared / "data").rglob("*")):
        if path.is_file() and path.stat().st_size < 200_000 and "sequencing" not in path.parts:
            assert not PARSER.claims(RawFile.read(path), context(assay="senescence")), path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sample,positive,total\n,1,2\n", "line 2: the row names neither a sample nor a well"),
        ("sample,positive,total\nC1,12%,200\n", "line 2, column positive: '12%' is no number"),
        ("sample,positive,total\nC1,0.5,200\n", r"line 2: 0\.5 is no count"),
    ],
)
def test_rows_that_are_no_counts_are_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=words):
        PARSER.parse(raw_file(tmp_path, text.encode()), context(assay="senescence"))
