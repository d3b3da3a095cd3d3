from __future__ import annotations

import polars as pl

from schemas.sheets import Layout, LayoutWell
from tasks.methods.layouts import apply_layout, named_wells


def wells(*names: str, times: tuple[float | None, ...] = (None,)) -> pl.DataFrame:
    return pl.DataFrame(
        [("P1", w, t, "absorbance", 450.0, "said by the file", "sample", None, 0.5) for t in times for w in names],
        schema={
            "plate": pl.String,
            "well": pl.String,
            "time_h": pl.Float64,
            "measure": pl.String,
            "wavelength_nm": pl.Float64,
            "sample_name": pl.String,
            "role": pl.String,
            "blank_for": pl.String,
            "value": pl.Float64,
        },
        orient="row",
    )


LAYOUT = Layout(
    name="p",
    wells=(
        LayoutWell(well="A01", role="blank", blank_for="C1"),
        LayoutWell(well="A02", sample="C1", time_h=48),
        LayoutWell(well="A03", role="empty"),
        LayoutWell(well="A04", sample="C2"),
    ),
)


def test_the_layout_says_what_the_wells_hold() -> None:
    applied, problems = apply_layout(wells("A02", "A01", "A04", times=(24,)), LAYOUT)
    assert applied.select("well", "sample_name", "role", "blank_for", "time_h").rows() == [
        ("A02", "C1", "sample", None, 48.0),
        ("A01", None, "blank", "C1", 24.0),
        ("A04", "C2", "sample", None, 24.0),
    ]
    assert problems == []


def test_wells_of_one_side_only_are_reported_and_kept() -> None:
    applied, problems = apply_layout(wells("A01", "A02", "B01", "B02"), LAYOUT, file="landing/x.txt")
    assert applied.filter(pl.col("well").is_in(["B01", "B02"]))["sample_name"].to_list() == [None, None]
    assert {p.rule: p.place for p in problems} == {
        "wells_not_in_layout": "plate P1, wells B01, B02",
        "wells_not_in_file": "plate P1, wells A04",
    }
    assert all(p.file == "landing/x.txt" and p.remedy for p in problems)


def test_the_layouts_time_is_the_start_of_a_time_course() -> None:
    applied, _ = apply_layout(wells("A01", "A02", "A04", times=(0.0, 0.5)), LAYOUT)
    assert applied.filter(pl.col("well") == "A02")["time_h"].to_list() == [48.0, 48.5]
    assert applied.filter(pl.col("well") == "A04")["time_h"].to_list() == [0.0, 0.5]


def test_long_lists_of_wells_are_counted() -> None:
    assert named_wells([f"A{c:02d}" for c in range(1, 13)]).endswith("A08, … (12 wells)")
