from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tasks.methods.blot_words import caption_of, span

FOUND = pl.DataFrame(
    {
        "lane": [1, 2, 3],
        "name": ["control_1", "il1b_1", "usc_1"],
        "sample_id": ["control_1", "il1b_1", "usc_1"],
        "signal": [40.0, None, 90.0],
        "is_excluded": [False, False, False],
    }
)
IMAGES = pl.DataFrame(
    {"object_id": ["b", "a"], "thumbnail": [b"x", None], "width_px": [400, 1], "height_px": [100, 1]},
    schema_overrides={"thumbnail": pl.Binary},
)
GIVEN: dict[str, Any] = {"membrane": "M1", "conditions": {"control_1": "control"}, "labels": {"control": "Control"}}


def test_a_lane_without_density_is_neither_densest_nor_faintest() -> None:
    assert span(FOUND, "ACAN") == "ACAN is densest in lane 3 (usc_1), faintest in 1 (control_1)"
    assert span(FOUND.filter(lane=2), "ACAN") == "ACAN has no density"


@pytest.mark.parametrize(
    ("counts", "said", "unsaid"),
    [
        ((2, 0, 0), "each protein's strip", "Above"),
        ((0, 1, 0), "Above, the membrane as pictured; its lanes could not be told", "another picture"),
        ((2, 0, 1), "Above, another picture of proteins whose strips stand over the bars", "could not be told"),
        ((2, 1, 2), "Above too, 2 other pictures of proteins whose strips", "another picture"),
    ],
)
def test_the_caption_tells_strips_untold_and_further_pictures(
    counts: tuple[int, int, int], said: str, unsaid: str
) -> None:
    caption = caption_of(FOUND, IMAGES, GIVEN, counts)
    assert said in caption
    assert unsaid not in caption
    assert "400 x 100 pixels). 1 pictures have no preview." in caption
    assert "Colours: conditions (Control)." in caption
