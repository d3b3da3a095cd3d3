from __future__ import annotations

from tasks.methods.expression_pictures import (
    EXPRESSION,
    donor_colours,
    donor_markers,
    group_counts,
    group_legend,
    library_parts,
    sample_parameters,
    strip_legend,
    strips,
)
from tasks.methods.figure_style import GROUPS, MARKERS, house_style, panel
from tests.tasks.figures.pictures import expression, study

ALL = sorted(study().sample_ids)


def test_samples_bring_their_condition_and_donor_and_conditions_keep_the_studys_colours() -> None:
    given = sample_parameters(study(), ["usc_1", "il1b_2", "stranger"])
    assert given["samples"] == {
        "il1b_2": {"condition": "il1b", "donor": "D2"},
        "usc_1": {"condition": "usc", "donor": "D1"},
    }
    assert given["conditions"] == [["il1b", "IL-1β", GROUPS[1]], ["usc", "usc", GROUPS[2]]]
    assert group_counts(given) == "IL-1β n = 1, usc n = 1"


def test_another_table_is_cut_to_the_same_library() -> None:
    (part,) = library_parts(study(), expression(study()), {"result.x": {"method": ("deseq2",)}})
    assert part.where["result.x"] == {"method": ("deseq2",), "library": ("gene",)}
    assert part.where[EXPRESSION]["fit"] == ("~ donor + condition",)


def test_donors_are_told_apart_while_there_are_markers_and_greys() -> None:
    for donors in (2, 3, 8):
        given = sample_parameters(study(donors), sorted(study(donors).sample_ids))
        assert len(set(donor_markers(given).values())) == len(set(donor_colours(given).values())) == donors
    for donors in (1, len(MARKERS) + 1):
        given = sample_parameters(study(donors), sorted(study(donors).sample_ids))
        assert set(donor_markers(given).values()) == {MARKERS[0]}
        assert not donor_colours(given)


def test_a_donor_that_nobody_knows_is_no_donor() -> None:
    given = sample_parameters(study(), ALL)
    given["samples"]["usc_1"]["donor"] = ""
    assert not donor_colours(given)
    assert set(donor_markers(given).values()) == {MARKERS[0]}
    assert list(strips(given, ALL)) == ["Condition"]


def test_strips_follow_the_samples_asked_for() -> None:
    given = sample_parameters(study(), ALL)
    found = strips(given, ["usc_1", "control_1"])
    assert found["Condition"] == [GROUPS[2], GROUPS[0]]
    assert found["Donor"][0] == found["Donor"][1] == donor_colours(given)["D1"]


def test_legends_keep_conditions_and_donors_in_columns_of_their_own() -> None:
    given = sample_parameters(study(5), sorted(study(5).sample_ids))
    for legend in (group_legend, strip_legend):
        with house_style():
            figure, _ = panel()
            legend(figure, given)
            texts = [t.get_text().strip() for t in figure.legends[0].get_texts()]
        assert [t for t in texts if t] == ["Control", "IL-1β", "usc", "D1", "D2", "D3", "D4", "D5"]
        rows = texts.index("D1")
        assert rows % -(-len(texts) // figure.legends[0]._ncols) == 0  # noqa: SLF001 (there is no public name)
