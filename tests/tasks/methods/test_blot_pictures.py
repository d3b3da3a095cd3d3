from __future__ import annotations

import io
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from tasks.methods.blot_pictures import laid_over

SIGNALS = {"ACAN": (100.0, 25.0, 50.0, 75.0), "GAPDH": (80.0, 100.0, 90.0, 60.0)}
ROWS = [("ACAN", "target"), ("GAPDH", "loading")]
FOUND = pl.DataFrame(
    [
        {"target": target, "target_role": role, "lane": lane, "signal": signal}
        for target, role in ROWS
        for lane, signal in enumerate(SIGNALS[target], start=1)
    ]
)


def picture(stain: str | None, *targets: str, ink: float = 2.0) -> dict[str, Any]:
    """Bands of the targets from the top in four lanes, 20 rows of pixels each."""
    grey = np.full((20 * len(targets), 160), 250.0)
    for place, target in enumerate(targets):
        for lane, signal in enumerate(SIGNALS[target]):
            grey[place * 20 + 8 : place * 20 + 12, lane * 40 + 10 : lane * 40 + 30] -= ink * signal
    stream = io.BytesIO()
    Image.fromarray(grey.astype(np.uint8)).save(stream, "PNG")
    return {"stain": stain, "thumbnail": stream.getvalue()}


@pytest.mark.parametrize("targets", [("ACAN", "GAPDH"), ("GAPDH", "ACAN")])
def test_a_strip_holds_the_darkest_band_of_its_protein(targets: tuple[str, ...]) -> None:
    given = laid_over([picture(None, *targets)], FOUND, ROWS, 4)
    assert not given.untold
    assert not given.repeated
    for row in ROWS:
        for lane, signal in enumerate(SIGNALS[row[0]]):
            assert 250 - int(given.cut[row][:, lane * 40 + 20].min()) == 2 * signal


def test_a_picture_named_for_a_target_gives_its_strip_alone_and_the_next_one_gives_the_rest() -> None:
    first, second = picture("acan", "ACAN", ink=1), picture(None, "ACAN", "GAPDH")
    alone = laid_over([first], FOUND, ROWS, 4)
    assert list(alone.cut) == [("ACAN", "target")]
    both = laid_over([first, second], FOUND, ROWS, 4)
    assert set(both.cut) == set(ROWS)
    assert 250 - int(both.cut[ROWS[0]].min()) == 100
    assert 250 - int(both.cut[ROWS[1]].min()) == 200
    assert not both.repeated


def test_a_picture_that_tells_nothing_is_not_one_of_proteins_already_cut() -> None:
    first, again, blank = picture(None, "ACAN", "GAPDH"), picture(None, "GAPDH", "ACAN"), picture(None, "ACAN", ink=0)
    given = laid_over([first, blank, again], FOUND, ROWS, 4)
    assert given.untold == [blank]
    assert given.repeated == [again]
