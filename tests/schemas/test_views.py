from __future__ import annotations

from typing import get_args

import polars as pl
import pytest

from schemas.errors import DeclarationError
from schemas.views import described, documented_views
from schemas.vocabulary import EvidenceTier
from tests.memory_warehouse import memory_warehouse

HEADER = "-- What it shows.\n-- One row per sample; reads core.samples.\n"
BODY = "SELECT\n    samples.sample_id,\n    count(samples.donor_id, 1) AS n\nFROM core.samples AS samples\n"


def test_every_view_is_described_with_the_columns_and_types_that_it_has() -> None:
    with memory_warehouse() as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'mart' ORDER BY ALL"
            ).fetchall()
        ]
        assert [view.name.removeprefix("mart.") for view in documented_views().values()] == names
        for view in documented_views().values():
            found = connection.execute(f"FROM {view.name} LIMIT 0").pl()
            assert found.columns == [column.name for column in view.columns], view.name
            for column in view.columns:
                dtype = found.schema[column.name]
                assert (pl.Datetime("us", "UTC") if isinstance(dtype, pl.Datetime) else dtype) == column.dtype
            assert all(column.description for column in view.columns)


def test_a_column_is_described_by_the_view_or_by_the_table_that_it_reads() -> None:
    view = described("mart.a", f"{HEADER}-- n, integer in cells: Cells that were counted.\n{BODY}", {})
    assert (view.description, view.grain) == ("What it shows.", "One row per sample.")
    assert [(c.name, c.unit, c.dtype) for c in view.columns] == [
        ("sample_id", None, pl.String),
        ("n", "cells", pl.Int64),
    ]
    reader = "-- Two.\n-- One row; reads mart.a.\nSELECT\n    a.n\nFROM mart.a AS a\n"
    assert described("mart.b", reader, {"mart.a": view}).columns[0].description == view.columns[1].description


def test_a_text_has_the_values_of_the_vocabulary_that_is_named() -> None:
    (_, n) = described("mart.a", f"{HEADER}-- n, text of EvidenceTier: Evidence of the cells.\n{BODY}", {}).columns
    assert (n.values, n.description) == (get_args(EvidenceTier), "Evidence of the cells.")
    (tier,) = (c for c in documented_views()["mart.cerna_hubs"].columns if c.name == "tier")
    assert tier.values == get_args(EvidenceTier)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (f"{HEADER}-- n, text of Evidence: Cells.\n{BODY}", "no list of values Evidence"),
        (HEADER + BODY, "nobody says what n is"),
        (f"{HEADER}-- n, integer: Cells.\n-- m, text: Gone.\n{BODY}", "m is described but is no column"),
        (f"{HEADER}FROM core.samples", "the last SELECT begins its line"),
    ],
    ids=["unknown values", "undescribed", "described in vain", "no list"],
)
def test_a_view_that_does_not_say_what_it_shows_is_a_declaration_error(sql: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        described("mart.a", sql, {})
