from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

from schemas.study import Study
from tasks.methods.figure_style import (
    DOWN,
    GROUPS,
    SINGLE_MM,
    UP,
    group_colours,
    group_labels,
    house_style,
    legend_columns,
    lightened,
    panel,
    plain,
)

# Brettel-free linear approximation of a red-green blind eye: Vienot 1999, doi:10.1002/(SICI)1520-6378(199908)24:4
DEUTERANOPIA = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]])


def study(count: int) -> Study:
    conditions = [{"id": f"c{i}"} | ({"label": f"Condition {i}"} if i else {}) for i in range(count)]
    return Study.model_validate({"config": {"study_id": "s", "conditions": conditions}, "samples": ()})


def seen(colour: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    linear = np.array([(int(colour[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5)])
    return np.asarray(np.clip(DEUTERANOPIA @ linear, 0, 1) ** (1 / 2.2))


def test_a_condition_has_its_colour_by_its_place_whatever_else_is_drawn() -> None:
    assert list(group_colours(study(3)).values()) == list(GROUPS[:3])
    assert group_colours(study(5))["c1"] == group_colours(study(2))["c1"]
    assert len(set(group_colours(study(24)).values())) == 24


def test_a_condition_without_a_label_is_called_by_its_id() -> None:
    assert group_labels(study(2)) == {"c0": "c0", "c1": "Condition 1"}


def test_colours_differ_for_a_red_green_blind_eye() -> None:
    for palette in (GROUPS, (UP, DOWN)):
        apart = [np.abs(seen(a) - seen(b)).max() for i, a in enumerate(palette) for b in palette[:i]]
        assert min(apart) > 0.1


def test_lighter_means_nearer_to_white() -> None:
    assert lightened("#000000", 0.5) == "#808080"
    assert lightened("#0072B2", 0) == "#0072B2"
    assert lightened("#0072B2", 1) == "#FFFFFF"


def test_the_machines_own_settings_change_no_figure_and_are_given_back() -> None:
    with mpl.rc_context({"font.size": 33.0, "axes.facecolor": "red"}):
        with house_style():
            assert mpl.rcParams["font.size"] == 7
            assert mpl.rcParams["axes.facecolor"] == "white"
            figure, _ = panel(SINGLE_MM, 50)
        assert mpl.rcParams["font.size"] == 33.0
    assert figure.get_size_inches() * 25.4 == pytest.approx([85, 50])


def test_a_dollar_sign_of_people_begins_no_formula() -> None:
    with house_style():
        figure, axes = panel()
        axes.set_title(plain("costs $5 and $6_x"))
        figure.draw_without_rendering()
        assert axes.title.get_text() == r"costs \$5 and \$6_x"


def test_a_legend_has_as_many_columns_as_its_longest_label_leaves_room_for() -> None:
    assert legend_columns(["Control", "IL-1β"], SINGLE_MM) == 4
    assert legend_columns(["x" * 25], SINGLE_MM) == 2
    assert legend_columns(["x" * 100], SINGLE_MM) == 1
    assert legend_columns([], SINGLE_MM) == 4
