from __future__ import annotations

import pytest

from tasks.methods.population_tables import COUNT, OF_PARENT, OF_TOTAL, Cell, find_cells, has_population_titles


def cells(text: str) -> list[Cell]:
    found = find_cells([line.split(",") for line in text.splitlines()])
    assert found is not None
    return found.cells


@pytest.mark.parametrize(
    ("title", "path", "what", "channel"),
    [
        ("Cells | Freq. of Parent", ("Cells",), OF_PARENT, ""),
        ("Cells | Freq. of Total (%)", ("Cells",), OF_TOTAL, ""),
        ("Cells/CD3+ | Count", ("Cells", "CD3+"), COUNT, ""),
        ("Cells/CD3+ | Geometric Mean (Comp-PE-A)", ("Cells", "CD3+"), "geometric_mean", "Comp-PE-A"),
        ("Cells | Robust CV (FITC-A)", ("Cells",), "robust_cv", "FITC-A"),
        ("| Count", (), COUNT, ""),
    ],
)
def test_a_title_of_flowjo_names_population_and_number(
    title: str, path: tuple[str, ...], what: str, channel: str
) -> None:
    (cell,) = cells(f",{title}\nC1,5")
    assert (cell.tube[0], cell.path, cell.what, cell.channel, cell.text) == ("C1", path, what, channel, "5")


@pytest.mark.parametrize(
    ("title", "path", "what", "channel"),
    [
        ("P1 %Parent", ("P1",), OF_PARENT, ""),
        ("Live cells #Events", ("Live cells",), COUNT, ""),
        ("All Events #Events", (), COUNT, ""),
        ("P1 PE-Cy7-A Mean", ("P1",), "mean", "PE-Cy7-A"),
    ],
)
def test_a_title_of_facsdiva_names_population_and_number(
    title: str, path: tuple[str, ...], what: str, channel: str
) -> None:
    found = cells(f"Tube Name,{title},P9 %Parent\nC1,5,6")[0]
    assert (found.tube[0], found.path, found.what, found.channel, found.text) == ("C1", path, what, channel, "5")
    assert found.is_flat == bool(path)


@pytest.mark.parametrize("text", ["a,b\n1,2", "sample,count\nC1,3", "", "Depth,Name\n,C1", "Population,#Events\nP1,3"])
def test_other_tables_hold_no_populations(text: str) -> None:
    found = find_cells([line.split(",") for line in text.splitlines()])
    assert found is None or not found.cells


@pytest.mark.parametrize(
    ("title", "is_one"),
    [("%Parent", True), ("#Events", True), ("Freq. of Parent", True), ("count", False), ("x", False)],
)
def test_titles_of_populations_are_known(title: str, is_one: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    assert has_population_titles([["Tube", title]]) is is_one
