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


def test_a_lane_without_a_density_is_left_out_of_its_protein() -> None:
    picture = darkness(membrane((2, 0, 1)))
    lost = SIGNALS.copy()
    lost[0, 0] = np.nan
    whole = strips(picture, COUNT, LANES, SIGNALS)
    assert whole is not None
    assert strips(picture, COUNT, LANES, lost) == whole
    lost[0, 1] = np.nan  # two points always lie on a line: they show nothing
    assert strips(picture, COUNT, LANES, lost) is not None
    lost[1, :2] = np.nan
    assert strips(picture, COUNT, LANES, lost) is None


@pytest.mark.parametrize("proteins", [1, 2, 3])
def test_pictures_that_know_nothing_of_the_densities_are_hardly_ever_taken(proteins: int) -> None:
    """Twelve lanes, drawn at random; three have a density. Stated: 1 %; 300 draws may err up to 3 %."""
    random, draws, lane_count = np.random.default_rng(5), 300, 12
    taken = 0
    for _ in range(draws):
        ink = np.zeros((proteins, ROW_PX, lane_count, 10))
        ink[:, 6:10, :, 2:8] = random.uniform(10, 200, (proteins, 1, lane_count, 1))
        picture = (240 - ink.reshape(proteins * ROW_PX, lane_count * 10)).astype(np.uint8)
        signals = random.uniform(10, 200, (proteins, lane_count))
        for protein in signals:
            protein[random.permutation(lane_count)[3:]] = np.nan
        taken += strips(darkness(picture), lane_count, range(1, lane_count + 1), signals) is not None
    assert taken <= 0.03 * draws


def test_an_empty_picture_and_two_lanes_tell_nothing() -> None:
    assert strips(darkness(np.full((40, 100), 7, np.uint8)), COUNT, LANES, SIGNALS) is None
    assert strips(darkness(membrane((0, 1, 2))), COUNT, LANES[:2], SIGNALS[:, :2]) is None


def test_a_true_strip_of_one_protein_is_taken() -> None:
    assert strips(darkness(membrane((0,))), COUNT, LANES, SIGNALS[:1]) is not None
