from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tasks.methods.blot_strips import darkness, strips

SIGNALS = np.array([[90.0, 20.0, 50.0, 70.0], [30.0, 80.0, 60.0, 20.0], [60.0, 55.0, 70.0, 50.0]])
LANES, COUNT, LANE_PX, ROW_PX = (2, 3, 4, 5), 6, 20, 16


def membrane(rows: tuple[int, ...], *, shift_px: int = 0, is_light: bool = False) -> npt.NDArray[np.uint8]:
    """Bands of the proteins in ``rows`` from the top, in lanes 2 to 5 of six; a ladder as dark as can be in lane 1."""
    random = np.random.default_rng(1)
    ink = np.abs(random.normal(0, 1, (ROW_PX * len(rows), LANE_PX * COUNT)))
    for place, protein in enumerate(rows):
        for lane, signal in zip((1, *LANES), (200.0, *(2 * SIGNALS[protein])), strict=True):
            left = (lane - 1) * LANE_PX + 5 + shift_px
            ink[place * ROW_PX + 6 : place * ROW_PX + 10, left : left + 10] += signal
    grey = np.clip(ink if is_light else 240 - ink, 0, 255)
    return grey.astype(np.uint8)


@pytest.mark.parametrize(
    ("rows", "is_light"), [((0, 1, 2), False), ((2, 0, 1), False), ((1, 2, 0), True)], ids=["dark", "turned", "light"]
)
def test_each_protein_has_the_strip_that_follows_its_densities(rows: tuple[int, ...], *, is_light: bool) -> None:
    found = strips(darkness(membrane(rows, is_light=is_light)), COUNT, LANES, SIGNALS)
    assert found is not None
    middles = [(top + bottom) / 2 for top, bottom in found]
    wanted = [rows.index(protein) * ROW_PX + ROW_PX / 2 for protein in range(3)]
    assert middles == pytest.approx(wanted, abs=2)


def test_lanes_that_do_not_share_the_width_evenly_are_not_told() -> None:
    dark = darkness(membrane((0, 1, 2), shift_px=LANE_PX))
    assert strips(dark, COUNT, LANES, SIGNALS) is None
    assert strips(darkness(membrane((0, 1, 2))), COUNT + 3, LANES, SIGNALS) is None


def test_rows_that_are_more_or_fewer_than_the_proteins_are_not_told() -> None:
    dark = darkness(membrane((0, 1)))
    assert strips(dark, COUNT, LANES, SIGNALS) is None
    assert strips(dark, COUNT, LANES, SIGNALS[:1]) is None
    assert strips(dark, COUNT, LANES, SIGNALS[:2]) is not None


def test_a_lane_without_a_density_and_an_empty_picture() -> None:
    signals = np.vstack([[np.nan, *SIGNALS[0][1:]], SIGNALS[1:]])
    assert strips(darkness(membrane((0, 1, 2))), COUNT, LANES, signals) is not None
    assert strips(darkness(np.full((40, 100), 7, np.uint8)), COUNT, LANES, SIGNALS) is None
    assert strips(darkness(membrane((0, 1, 2))), COUNT, LANES[:2], SIGNALS[:, :2]) is None
    two = np.vstack([[np.nan, np.nan, *SIGNALS[0][2:]], SIGNALS[1:]])
    assert strips(darkness(membrane((0, 1, 2))), COUNT, LANES, two) is not None, "the other two tell enough"
    assert strips(darkness(membrane((0,))), COUNT, LANES, two[:1]) is None


@pytest.mark.parametrize("known", [3, 4, 8])
def test_random_pictures_are_taken_for_a_protein_s_strip_as_seldom_as_said(known: int) -> None:
    """One protein, twelve lanes, densities of some: a strip is accepted by chance in one of a hundred pictures."""
    random = np.random.default_rng(known)
    lanes, accepted, runs = tuple(range(1, 13)), 0, 600
    for _ in range(runs):
        signals = np.full((1, 12), np.nan)
        signals[0, random.choice(12, known, replace=False)] = random.uniform(10, 100, known)
        ink = np.zeros((ROW_PX, 12 * LANE_PX))
        for lane, signal in enumerate(random.uniform(10, 100, 12)):
            ink[6:10, lane * LANE_PX + 5 : lane * LANE_PX + 15] = signal
        accepted += strips(darkness((240 - ink).astype(np.uint8)), 12, lanes, signals) is not None
    assert accepted <= 15  # 6 are expected; beyond 15 with a probability below 0.001


def test_a_true_strip_of_one_protein_is_taken() -> None:
    assert strips(darkness(membrane((0,))), COUNT, LANES, SIGNALS[:1]) is not None
