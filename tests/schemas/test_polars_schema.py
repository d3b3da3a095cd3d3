from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any, Literal

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pydantic import Field

from schemas.base import StudyId, Table, tables
from schemas.errors import DeclarationError
from schemas.polars_schema import conform, schema


class Dish(Table, name="core.dishes", key=("study_id", "dish")):
    """One dish."""

    study_id: StudyId
    dish: Annotated[str, Field(description="Dish.")]
    cells: Annotated[int | None, Field(description="Cells.")]
    area: Annotated[float | None, Field(description="Area.")]
    kind: Annotated[Literal["glass", "plastic"] | None, Field(description="Material.")]
    is_open: Annotated[bool | None, Field(description="Open.")]
    seen_at: Annotated[datetime | None, Field(description="When, UTC.")]


def test_schema_has_the_declared_columns_in_order() -> None:
    assert list(schema(Dish).items()) == [
        ("study_id", pl.String),
        ("dish", pl.String),
        ("cells", pl.Int64),
        ("area", pl.Float64),
        ("kind", pl.String),
        ("is_open", pl.Boolean),
        ("seen_at", pl.Datetime("us", "UTC")),
    ]


@pytest.mark.parametrize("table", tables().values(), ids=tables().keys())
def test_an_empty_frame_of_every_table_conforms(table: type[Table]) -> None:
    assert conform(pl.DataFrame(schema=schema(table)), table).schema == schema(table)


def test_conform_adds_orders_and_widens_without_changing_a_value() -> None:
    seen = datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=8)))
    frame = pl.DataFrame(
        {
            "area": pl.Series([1.5, float("nan")], dtype=pl.Float32),
            "cells": [3.0, None],
            "dish": pl.Series(["a", "b"], dtype=pl.Categorical),
            "kind": [None, None],
            "seen_at": pl.Series([seen, None], dtype=pl.Datetime("ms", "Asia/Shanghai")),
        }
    )
    expected = pl.DataFrame(
        {
            "study_id": ["s", "s"],
            "dish": ["a", "b"],
            "cells": [3, None],
            "area": [1.5, None],
            "kind": [None, None],
            "is_open": [None, None],
            "seen_at": [seen.astimezone(UTC), None],
        },
        schema=schema(Dish),
    )
    assert_frame_equal(conform(frame, Dish, {"study_id": "s"}), expected)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("area", ["1.5"]),
        ("cells", [1.5]),
        ("cells", [float("inf")]),
        ("cells", [True]),
        ("dish", [1]),
        ("is_open", [1]),
        ("seen_at", [datetime(2024, 5, 1)]),  # noqa: DTZ001  # a time without a zone is the point
    ],
)
def test_a_type_that_would_lose_something_is_refused_with_its_column(column: str, values: list[Any]) -> None:
    frame = pl.DataFrame({"dish": ["a"]}).with_columns(pl.Series(column, values))
    with pytest.raises(DeclarationError, match=rf"core\.dishes\.{column} holds"):
        conform(frame, Dish, {"study_id": "s"})


def test_unknown_and_missing_columns_are_named() -> None:
    with pytest.raises(DeclarationError, match="no column lid, which the frame brings"):
        conform(pl.DataFrame({"dish": ["a"], "lid": [1]}), Dish, {"study_id": "s"})
    with pytest.raises(DeclarationError, match="no column lid, which fill brings"):
        conform(pl.DataFrame({"dish": ["a"]}), Dish, {"study_id": "s", "lid": 1})
    with pytest.raises(DeclarationError, match=r"core\.dishes\.dish must not be null"):
        conform(pl.DataFrame({"cells": [1]}), Dish, {"study_id": "s"})
