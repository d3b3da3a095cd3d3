from __future__ import annotations

from schemas.base import columns, declared
from tasks.methods.report_blocks import Picture, pictures, sections
from tests.report_study import figures


def test_sections_come_in_the_order_of_the_report() -> None:
    names = [s.name for s in sections()]
    assert names[0] == "summary"
    assert names[-1] == "provenance"
    assert len(set(names)) == len(names)


def test_what_sections_read_is_declared() -> None:
    for section in sections():
        for table, wanted in section.reads.items():
            assert set(wanted) <= {c.name for c in columns(declared()[table])}, (section.name, table)


def test_pictures_come_by_stem() -> None:
    rows = figures({"figure": "b", "stem": "b", "title": "B"}, {"figure": "a", "stem": "a", "title": "A"})
    assert [p.stem for p in pictures(rows) if isinstance(p, Picture)] == ["a", "b"]
