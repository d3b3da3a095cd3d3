from __future__ import annotations

from schemas.base import columns, tables
from schemas.dictionary import PATH, dictionary
from schemas.views import documented_views


def test_the_committed_dictionary_is_current() -> None:
    assert PATH.read_text(encoding="utf-8") == dictionary(), "run: python -m schemas.dictionary"


def test_every_table_and_column_is_in_it_once() -> None:
    text = dictionary()
    for name, table in tables().items():
        assert text.count(f"\n## {name}\n") == 1
        section = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
        assert [row.split(" | ")[0].strip("| *") for row in rows] == [column.name for column in columns(table)]
        assert all(row.replace("\\|", "").count("|") == 7 for row in rows)


def test_every_view_and_its_columns_are_in_it_once() -> None:
    text = dictionary()
    for name, view in documented_views().items():
        assert text.count(f"\n## {name}\n") == 1
        section = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
        assert [row.split(" | ")[0].strip("| ") for row in rows] == [column.name for column in view.columns]
        assert all(row.replace("\\|", "").count("|") == 6 for row in rows)


def test_units_bounds_values_and_references_are_said() -> None:
    text = dictionary()
    assert "| cq | number | cycle | yes | ≥ 0, ≤ 60 | Quantification cycle; null when nothing amplified. |" in text
    assert "`unknown`, `ntc`, `no_rt`, `irc`, `standard`, `positive`" in text
    assert "(sha256 of its bytes). References `core.raw_objects.object_id`. |" in text
