from __future__ import annotations

import json

import polars as pl
import pytest

from tasks.methods.flow_controls import lost_controls, lost_problem

PANEL = [
    {"name": "FSC-A", "column": "FSC-A", "marker": None, "kind": "scatter"},
    {"name": "FITC-A", "column": "FITC-A", "marker": "Annexin V", "kind": "fluorescence"},
    {"name": "PI-A", "column": "PI-A", "marker": "PI", "kind": "fluorescence"},
]
BARE = [c | {"marker": None} for c in PANEL]


def rows(control: str, marker: str | None) -> pl.DataFrame:
    tubes = {"object_id": ["s", "c"], "control": [None, control], "marker": [None, marker]}
    return pl.DataFrame(tubes).with_columns(channels=pl.Series([json.dumps(PANEL), json.dumps(BARE)]))


@pytest.mark.parametrize(
    ("control", "marker"),
    [
        ("single_stain", "Annexin V"),  # a stain that only the samples' channels are named for
        ("single_stain", "pi-a"),
        ("fmo", "FITC"),
        ("fmo", None),
        ("isotype", ""),
        ("unstained", "whatever"),
    ],
)
def test_controls_that_name_a_channel_of_their_run_or_need_none_are_not_lost(control: str, marker: str | None) -> None:
    assert lost_controls(rows(control, marker)) == {}


@pytest.mark.parametrize(
    ("control", "marker", "said", "remedy"),
    [
        (
            "single_stain",
            "Anexin V",
            "its marker 'Anexin V' names none of its run's channels",
            "Did you mean Annexin V?",
        ),
        ("isotype", "PE-A", "its marker 'PE-A' names none of its run's channels", "Did you mean PI-A?"),
        ("fmo", "CD105", "its marker 'CD105' names none of its run's channels", "Write the stain or the channel"),
        ("single_stain", None, "its marker is empty; it may name one of", "Write the stain or the channel"),
    ],
)
def test_a_lost_control_is_told_with_its_row_and_the_channels(
    control: str, marker: str | None, said: str, remedy: str
) -> None:
    (item,) = lost_controls(rows(control, marker)).values()
    problem = lost_problem("landing/c.fcs", 12, **item)
    assert str(problem).startswith(
        f"files.csv, line 12, column marker: landing/c.fcs is declared {control} and {said} FITC-A (Annexin V), "
        f"PI-A (PI), so it counts for no stain. {remedy}"
    )
