from __future__ import annotations

import pytest
from rich.console import Console, RenderableType

from deployments.tables import details, overview
from schemas.base import columns, declared, tables
from schemas.errors import UserError
from schemas.views import documented_views


def text(shown: RenderableType) -> str:
    console = Console(width=900, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(shown)
    return capture.get()


def test_every_table_is_listed_with_what_a_row_is() -> None:
    shown = text(overview())
    for name, table in tables().items():
        assert name in shown
        assert table.description() in shown


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_column_of_every_table_is_explained(name: str) -> None:
    shown = text(details(name))
    for column in columns(tables()[name]):
        assert column.name in shown


def test_every_view_is_listed_and_every_column_of_it_explained() -> None:
    shown = text(overview())
    short = [name.split(".")[1] for name in (*declared(), *documented_views())]
    for name, view in documented_views().items():
        assert name in shown
        assert view.description in shown
        page = text(details(name if short.count(name.split(".")[1]) > 1 else name.removeprefix("mart.")))
        assert all(column.name in page and column.description in page for column in view.columns)
    assert "One row per experiment, condition and time." in text(details("mart.viability_by_time"))


def test_units_values_bounds_and_references_are_said() -> None:
    shown = text(details("qpcr_wells"))
    assert "In cycle. Always >= 0 and <= 60." in shown
    assert "One of unknown, ntc, no_rt, irc, standard, positive." in shown
    assert "Refers to core.raw_objects.object_id." in shown
    assert "number?" in shown


@pytest.mark.parametrize(("wrong", "suggested"), [("core.sample", "core.samples"), ("qpcr_well", "core.qpcr_wells")])
def test_a_wrong_name_suggests_the_right_one(wrong: str, suggested: str) -> None:
    with pytest.raises(UserError, match=suggested):
        details(wrong)


def test_a_name_like_no_other_points_to_the_list() -> None:
    with pytest.raises(UserError, match="`benchlake tables` lists all"):
        details("zzzzzz")
