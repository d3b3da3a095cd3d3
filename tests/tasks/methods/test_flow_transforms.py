from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.flow_transforms import Arcsinh, Biex, Bounded, FlowJoLog, Hyperlog, Linear, Log, Logicle, Transform

transforms = pytest.importorskip("flowkit").transforms

EVENTS = np.concatenate([np.linspace(-5_000, 300_000, 20_001), np.geomspace(1e-3, 1e6, 500), [0.0, -1e5, 1e7]])
PAIRS: list[tuple[Transform, Callable[[], Any]]] = [
    (Logicle(262_144, 0.5, 4.5), lambda: transforms.LogicleTransform(262_144, 0.5, 4.5, 0)),
    (Logicle(10_000, 1, 4, 1), lambda: transforms.LogicleTransform(10_000, 1, 4, 1)),
    (Logicle(1_000, 0.01, 4, 0), lambda: transforms.LogicleTransform(1_000, 0.01, 4, 0)),
    (Logicle(262_144, 0, 4.5), lambda: transforms.LogicleTransform(262_144, 0, 4.5, 0)),
    (Hyperlog(10_000, 1, 4, 1), lambda: transforms.HyperlogTransform(10_000, 1, 4, 1)),
    (Hyperlog(262_144, 0.5, 4.5), lambda: transforms.HyperlogTransform(262_144, 0.5, 4.5, 0)),
    (Arcsinh(10_000, 4, 1), lambda: transforms.AsinhTransform(10_000, 4, 1)),
    (Linear(262_144, 100), lambda: transforms.LinearTransform(262_144, 100)),
    (FlowJoLog(3, 4.5), lambda: transforms.WSPLogTransform(3, 4.5)),
    (Biex(), transforms.WSPBiexTransform),
    (Biex(0, -10, 4.418539922, 262_144), lambda: transforms.WSPBiexTransform(0, -10, 4.418539922, 262_144)),
    (Biex(0.5, -100, 4.9, 4_194_304), lambda: transforms.WSPBiexTransform(0.5, -100, 4.9, 4_194_304)),
    (Biex(1, -1_000, 5.2, 262_144), lambda: transforms.WSPBiexTransform(1, -1_000, 5.2, 262_144)),
]


@pytest.mark.parametrize(("own", "theirs"), PAIRS, ids=[repr(own) for own, _ in PAIRS])
def test_positions_are_those_of_flowkit(own: Transform, theirs: Callable[[], Any]) -> None:
    expected = theirs().apply(EVENTS.reshape(-1, 1))[:, 0]
    np.testing.assert_allclose(own.apply(EVENTS), expected, rtol=1e-9, atol=1e-11)


def test_the_logarithm_is_that_of_flowkit() -> None:
    positive = EVENTS[EVENTS > 0]
    expected = transforms.LogTransform(10_000, 5).apply(positive.reshape(-1, 1))[:, 0]
    np.testing.assert_allclose(Log(10_000, 5).apply(positive), expected, rtol=1e-12)
    assert Log(10_000, 5).apply(np.array([0.0]))[0] == -np.inf
    assert np.isnan(Log(10_000, 5).apply(np.array([-1.0]))[0])


SCALES: list[Transform] = [
    Logicle(262_144, 0.5, 4.5),
    Logicle(1_000, 1, 4, -0.5),
    Hyperlog(10_000, 1, 4, 1),
    Arcsinh(10_000, 4, 1),
    Linear(1_000, 10),
    Log(10_000, 5),
    FlowJoLog(1, 5),
    Biex(),
]


@pytest.mark.parametrize("scale", SCALES, ids=repr)
@settings(max_examples=25)
@given(positions=st.lists(st.floats(0.05, 0.95), min_size=2, max_size=20))
def test_back_and_forth_gives_the_same_and_keeps_the_order(scale: Transform, positions: list[float]) -> None:
    size = 4_096 if isinstance(scale, Biex) else 1
    wanted = np.sort(np.array(positions)) * size
    values = scale.inverse(wanted)
    assert (np.diff(values) >= 0).all()
    np.testing.assert_allclose(scale.apply(values), wanted, atol=1e-6 * size)


def test_the_top_of_the_scale_is_one_and_zero_lies_where_the_paper_says() -> None:
    scale = Logicle(262_144, 0.5, 4.5, 0.25)
    found = scale.apply(np.array([262_144.0, 0.0]))
    np.testing.assert_allclose(found, [1.0, (0.25 + 0.5) / 4.75], atol=1e-12)


@pytest.mark.parametrize("scale", [Logicle(262_144, 0.5, 4.5), Hyperlog(262_144, 0.5, 4.5)], ids=repr)
def test_what_is_no_number_stays_none_and_nothing_is_computed_of_nothing(scale: Transform) -> None:
    found = scale.apply(np.array([np.nan, 1.0, np.inf, -np.inf]))
    assert np.isnan(found[0])
    assert np.isfinite(found[1])
    assert (found[2], found[3]) == (np.inf, -np.inf)
    assert scale.apply(np.array([])).size == 0


def test_bounds_clip_positions() -> None:
    scale = Bounded(Linear(100), 0.2, 0.8)
    assert scale.apply(np.array([0.0, 50.0, 100.0])).tolist() == [0.2, 0.5, 0.8]
    assert scale.inverse(np.array([0.0, 0.5])).tolist() == [20.0, 50.0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Logicle(0, 0.5, 4.5), "T > 0"),
        (lambda: Logicle(100, 3, 4.5), "W <= M/2"),
        (lambda: Logicle(float("nan"), 0.5, 4.5), "must be numbers"),
        (lambda: Logicle(100, 1, 400), "up to 50 decades"),
        (lambda: Arcsinh(100, 1e308), "M <= 50"),
        (lambda: Biex(negative=1e308), "up to 50 decades"),
        (lambda: Hyperlog(100, 0, 4.5), "W > 0"),
        (lambda: Linear(-5, 1), r"T \+ A > 0"),
        (lambda: Log(0, 1), "T > 0"),
        (lambda: FlowJoLog(0, 1), "offset"),
        (lambda: Arcsinh(0, 1), "T > 0"),
        (lambda: Biex(width=10), "width < -1"),
        (lambda: Biex(positive=0.1), "more positive decades"),
    ],
)
def test_parameters_that_define_no_scale_are_refused(make: Callable[[], Transform], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
