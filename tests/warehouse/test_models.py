from __future__ import annotations

import pytest

from schemas.errors import DeclarationError
from warehouse.models import reference_order, views

HEADER = "-- What it shows.\n-- One row per study.\n"


def test_a_view_comes_after_those_it_reads() -> None:
    order = reference_order(
        {
            "mart.a": f"{HEADER}FROM mart.b\n",
            "mart.b": f"{HEADER}FROM core.t -- not mart.a\n",
            "mart.c": f"{HEADER}FROM mart.a\n",
        }
    )
    assert [name for name, _ in order] == ["mart.b", "mart.a", "mart.c"]
    assert order[0][1] == f"{HEADER}FROM core.t -- not mart.a"


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ({"mart.a": "SELECT 1"}, "two comment lines"),
        ({"mart.a": f"{HEADER}FROM mart.gone"}, "which no file defines"),
        ({"mart.a": f"{HEADER}FROM mart.b", "mart.b": f"{HEADER}FROM mart.a"}, "circle"),
    ],
    ids=["no header", "unknown view", "circle"],
)
def test_a_wrong_model_is_a_declaration_error(models: dict[str, str], message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        reference_order(models)


def test_the_house_has_the_views_that_people_are_promised() -> None:
    names = [name for name, _ in views()]
    assert {"mart.freshness", "mart.top_genes", "mart.qpcr_by_group", "mart.viability_by_time", "mart.quarantine"} <= {
        *names
    }
    assert names.index("mart.conditions") < names.index("mart.viability_by_time")
    assert not any("SELECT *" in sql.upper() for _, sql in views())
