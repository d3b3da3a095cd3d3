from __future__ import annotations

import numpy as np
import pytest

from schemas.errors import BadInputError
from tasks.methods.flow_gates import Boolean, Dimension, Gate, Path, Ratio, Rectangle, Shape
from tasks.methods.gating import MOST_DEPTH, Acquisition, Gating, Matrix, Strategy, unmixed

EVENTS = Acquisition(
    {"A": np.array([10.0, 20.0, 30.0], np.float32), "B": np.array([5.0, 0.0, 15.0], np.float32)},
    {"FL1/A": "A", "FL2-A": "B"},
    {"CD34": "B"},
    Matrix(("A", "B"), ("A", "B"), ((1.0, 0.5), (0.0, 1.0))),
)


def strategy(*gates: tuple[Path, Path | None, Shape]) -> Strategy:
    return Strategy("gatingml", "gates.xml", {path: Gate(path, parent, shape) for path, parent, shape in gates})


def counts(found: Strategy, events: Acquisition = EVENTS) -> dict[Path, int]:
    return {gate.path: int(mask.sum()) for gate, mask in Gating(found, events).populations()}


@pytest.mark.parametrize("name", ["FL1/A", "FL1_A"])
def test_channels_are_found_as_the_file_or_flowjo_spells_them(name: str) -> None:
    assert counts(strategy((("g",), None, Rectangle((Dimension(name, low=15.0),))))) == {("g",): 2}


def test_a_channel_may_be_named_by_its_stain() -> None:
    assert counts(strategy((("g",), None, Rectangle((Dimension("CD34", low=4.0),))))) == {("g",): 2}


def test_a_population_lies_within_its_parents() -> None:
    upper = Rectangle((Dimension("FL2-A", low=4.0),))
    found = counts(strategy((("p", "c"), ("p",), upper), (("p",), None, Rectangle((Dimension("FL1/A", low=15.0),)))))
    assert found == {("p", "c"): 1, ("p",): 2}


def test_the_acquisitions_own_matrix_compensates_only_where_a_gate_asks() -> None:
    raw, own = Dimension("FL2-A", low=1.0), Dimension("FL2-A", "FCS", low=-0.5, high=0.5)
    assert counts(strategy((("r",), None, Rectangle((raw,))), (("c",), None, Rectangle((own,))))) == {
        ("r",): 2,
        ("c",): 2,
    }


def test_without_a_matrix_in_the_file_fcs_means_uncompensated() -> None:
    bare = Acquisition(EVENTS.columns, EVENTS.names)
    assert counts(strategy((("c",), None, Rectangle((Dimension("FL2-A", "FCS", low=1.0),)))), bare) == {("c",): 2}


def test_a_ratio_of_two_channels() -> None:
    ratio = Dimension("r", low=1.9, high=2.1, ratio=Ratio("FL1/A", "FL2-A", 1.0, 0.0, 0.0))
    assert counts(strategy((("r",), None, Rectangle((ratio,))))) == {("r",): 2}


def test_booleans_of_populations() -> None:
    low, high = Rectangle((Dimension("FL1/A", high=25.0),)), Rectangle((Dimension("FL1/A", low=15.0),))
    found = counts(
        strategy(
            (("both",), None, Boolean("and", ((("low",), False), (("high",), False)))),
            (("any",), None, Boolean("or", ((("low",), False), (("high",), True)))),
            (("none",), None, Boolean("not", ((("low",), False),))),
            (("low",), None, low),
            (("high",), None, high),
        )
    )
    assert found == {("both",): 1, ("any",): 2, ("none",): 1, ("low",): 2, ("high",): 2}


@pytest.mark.parametrize(
    ("gates", "message"),
    [
        ([(("g",), None, Rectangle((Dimension("APC-A", low=1.0),)))], "gate g: the gate is drawn on 'APC-A'"),
        ([(("g",), None, Boolean("not", ((("g",), False),)))], "depends on itself"),
        ([(("g",), None, Boolean("not", ((("h",), False),)))], "gate h: the gate is referred to"),
        ([(("g",), None, Rectangle((Dimension("FL1/A", "m", low=1.0),)))], "names the matrix 'm'"),
        (
            [((f"g{i}",), None, Boolean("not", (((f"g{i + 1}",), False),))) for i in range(MOST_DEPTH + 50)],
            f"more than {MOST_DEPTH} gates deep",
        ),
    ],
)
def test_gates_that_do_not_fit_are_refused_by_name(gates: list[tuple[Path, Path | None, Shape]], message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        counts(strategy(*gates))


def test_a_matrix_with_more_detectors_than_stains_is_unmixed_by_least_squares() -> None:
    spectra = np.array([[1.0, 0.5, 0.1], [0.0, 0.4, 1.0]])
    true = np.array([[100.0, 0.0, 40.0], [0.0, 50.0, 30.0]])
    measured = list((true.T @ spectra).T)
    found = unmixed(measured, Matrix(("a", "b"), ("x", "y", "z"), tuple(map(tuple, spectra.tolist()))))
    np.testing.assert_allclose(np.stack(found), true, atol=1e-9)
