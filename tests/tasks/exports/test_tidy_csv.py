from __future__ import annotations

import csv
from pathlib import Path

from tasks.exports.tidy_csv import EXPORT
from tests.published import published

ROW = {"measure": "expression", "target": "=SEPT2", "value": 0.1 + 0.2, "scale": "raw", "sample_id": "a,b\n-1"}


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_values_are_exact_and_null_is_an_empty_cell(tmp_path: Path) -> None:
    EXPORT.write(published({"result.measurements": [ROW]}), tmp_path)
    header, values = rows(tmp_path / "measurements.csv")
    found = dict(zip(header, values, strict=True))
    assert float(found["value"]) == 0.1 + 0.2
    assert (found["target"], found["sample_id"], found["time_h"]) == ("=SEPT2", "a,b\n-1", "")
    assert (tmp_path / "measurements.csv").read_text().count(',""') > 0  # empty text is not null


def test_every_result_table_is_there_and_every_column_explained(tmp_path: Path) -> None:
    EXPORT.write(published({}), tmp_path)
    header, *explained = rows(tmp_path / "dictionary.csv")
    assert header[:4] == ["table", "column", "type", "unit"]
    for path in sorted(tmp_path.glob("*.csv")):
        if path.stem != "dictionary":
            known = [r[1] for r in explained if r[0] in (f"result.{path.stem}", f"core.{path.stem}")]
            assert rows(path) == [known]
    assert len(explained) > 300
