from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.clustered_heatmap import NAMED_COLUMNS, Heatmap, heatmap
from tasks.methods.clustering import tree
from tasks.methods.figure_style import DOWN, SINGLE_MM, UP, house_style


def wanted(rows: int = 6, columns: int = 4, *, is_diverging: bool = True) -> Heatmap:
    values = np.random.default_rng(3).normal(0, 1, (rows, columns))
    return Heatmap(
        values,
        [f"row {i}" for i in range(rows)],
        [f"sample {i}" for i in range(columns)],
        tree(values),
        tree(values.T),
        {"Condition": [UP if i % 2 else DOWN for i in range(columns)]},
        ("z-score", -2.0, 2.0),
        is_diverging=is_diverging,
        is_italic=True,
    )


def test_values_names_and_strips_stand_in_the_order_of_the_trees() -> None:
    asked = wanted()
    with house_style():
        figure = heatmap(asked, SINGLE_MM, 4.0)
        figure.draw_without_rendering()
    top, strip, left, matrix, bar = figure.axes
    rows, columns = asked.row_tree.order, asked.column_tree.order
    shown = np.asarray(matrix.get_images()[0].get_array())
    assert shown == pytest.approx(asked.values[np.ix_(rows, columns)])
    assert [t.get_text() for t in matrix.get_yticklabels()] == [asked.rows[i] for i in rows]
    assert [t.get_text() for t in matrix.get_xticklabels()] == [asked.columns[i] for i in columns]
    assert {t.get_fontstyle() for t in matrix.get_yticklabels()} == {"italic"}
    red = np.asarray(strip.get_images()[0].get_array())[0, :, 0]
    assert [r > 0.5 for r in red] == [i % 2 == 1 for i in columns]
    assert len(top.collections[0].get_segments()) == 3
    assert len(left.collections[0].get_segments()) == 5
    assert bar.get_xlabel() == "z-score"
    assert matrix.get_images()[0].get_clim() == (-2.0, 2.0)
    for axes in (top, strip, matrix):  # leaves stand over their columns
        assert axes.get_position().x0 == pytest.approx(matrix.get_position().x0, abs=1e-3)
        assert axes.get_position().x1 == pytest.approx(matrix.get_position().x1, abs=1e-3)
        assert axes.get_xlim() == (-0.5, 3.5)
    assert left.get_ylim() == matrix.get_ylim() == (5.5, -0.5)


def test_many_columns_are_not_named_and_rows_make_the_height() -> None:
    with house_style():
        many = heatmap(wanted(6, NAMED_COLUMNS + 1), SINGLE_MM, 4.0)
        low, high = (heatmap(wanted(n), SINGLE_MM, 4.0).get_size_inches()[1] * 25.4 for n in (6, 16))
    assert not many.axes[-2].get_xticklabels()
    assert high - low == pytest.approx(40)


def test_scales_have_two_ends_or_one() -> None:
    with house_style():
        for is_diverging, middle in ((True, "white"), (False, "blue")):
            image = heatmap(wanted(is_diverging=is_diverging), SINGLE_MM, 4.0).axes[-2].get_images()[0]
            red, _, blue, _ = image.cmap(0.5)
            assert (red > 0.95) == (middle == "white")
            assert blue > 0.8
