from __future__ import annotations

import numpy as np

from tasks.simulation.cytometer import EVENTS, Cells, counts, record

SPILLOVER = np.array([[1.0, 0.2], [0.05, 1.0]])


def cells(count: int) -> Cells:
    light = np.tile([5_000.0, 300.0], (count, 1))
    return Cells(np.ones(count), np.ones(count), light)


def events() -> np.ndarray:
    singles, doublets, debris = counts()
    found = record(cells(singles), cells(max(2 * doublets, debris)), SPILLOVER, np.random.default_rng(3))
    return np.asarray(found)


def test_every_event_is_a_cell_a_doublet_or_debris() -> None:
    assert sum(counts()) == EVENTS
    found = events()
    area, height = found[:, 0], found[:, 1]
    is_debris = area < 40_000
    is_doublet = (height / area < 0.62) & ~is_debris
    _, doublets, debris = counts()
    assert abs(int(is_debris.sum()) - debris) < 0.05 * debris
    assert abs(int(is_doublet.sum()) - doublets) < 0.05 * doublets


def test_compensation_gives_the_light_of_each_stain_again() -> None:
    found = events()
    singles = found[(found[:, 0] > 60_000) & (found[:, 1] / found[:, 0] > 0.68)]
    stains = singles[:, 3:5] @ np.linalg.inv(SPILLOVER)
    assert np.allclose(np.median(stains, axis=0), [5_000, 300], rtol=0.02)
    assert np.median(singles[:, 4]) > 1_200


def test_events_come_one_after_the_other() -> None:
    clock = events()[:, -1]
    assert (np.diff(clock) >= 0).all()
    assert clock[0] >= 0
