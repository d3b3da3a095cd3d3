from __future__ import annotations

from pathlib import Path

from schemas.sheets import Layout, LayoutWell
from tasks.methods.counted_cells import at_least_zero, count_frame, count_problems, percent
from tests.tasks.parsers.bench_files import context, raw_file


def test_percentages_stains_and_names_are_filled_in(tmp_path: Path) -> None:
    rows = [
        {"field": "f", "sample_name": "C1", "positive_count": 20, "total_count": 80},
        {"field": "f", "sample_name": "C1", "positive_count": 90, "total_count": 80},
        {"field": "g", "sample_name": "C1", "total_count": 0, "positive_count": 0, "stain": "GFP"},
    ]
    about = context(assay="senescence", marker="SA-β-gal", time_h=72)
    counts = count_frame(rows, about)
    assert counts["field"].to_list() == ["f", "f (2)", "g"]
    assert counts["percent_positive"].to_list() == [25.0, None, None]
    assert counts["flag"].to_list() == [None, "positive_exceeds_total", None]
    assert counts["stain"].to_list() == ["SA-β-gal", "SA-β-gal", "GFP"]
    assert set(counts["time_h"]) == {72.0}
    assert set(counts["assay"]) == {"senescence"}
    (problem,) = count_problems(counts, raw_file(tmp_path, b"1"), about)
    assert (problem.rule, problem.place) == ("positive_exceeds_total", "field f (2)")


def test_a_layout_says_which_sample_is_in_a_well() -> None:
    wells = (LayoutWell(well="A01", sample="C1", time_h=24), LayoutWell(well="A02", role="blank"))
    rows = [{"field": w, "well": w, "total_count": 9, "sample_name": "file's own"} for w in ("A01", "A02", "A03")]
    counts = count_frame(rows, context(layout=Layout(name="l", wells=wells), time_h=48))
    assert counts["sample_name"].to_list() == ["C1", None, None]
    assert counts["time_h"].to_list() == [24.0, 48.0, 48.0]


def test_the_sample_of_files_csv_serves_where_nothing_else_names_one() -> None:
    rows = [{"field": "A01", "total_count": 9}, {"field": "A02", "total_count": 9, "sample_name": "own"}]
    assert count_frame(rows, context(sample="C1"))["sample_name"].to_list() == ["C1", "own"]


def test_numbers_outside_their_range_are_none() -> None:
    assert [percent(x) for x in (None, -1.0, 0.0, 100.0, 101.0)] == [None, None, 0.0, 100.0, None]
    assert [at_least_zero(x) for x in (None, -1.0, 0.0)] == [None, None, 0.0]
