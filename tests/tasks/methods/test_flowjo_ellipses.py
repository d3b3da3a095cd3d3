from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import numpy as np
import pytest

from schemas.errors import BadInputError
from tasks.methods.flowjo_ellipses import ellipse_polygon
from tasks.methods.gating_xml import GatesFile

BASE = "http://www.isac-net.org/std/Gating-ML/v2.0/"


def ellipse(foci: list[tuple[float, float]], edge: list[tuple[float, float]]) -> Element:
    def points(found: list[tuple[float, float]]) -> str:
        return "".join(
            f'<g:vertex><g:coordinate d:value="{x}"/><g:coordinate d:value="{y}"/></g:vertex>' for x, y in found
        )

    return fromstring(  # noqa: S314 -- written here
        f'<g:EllipsoidGate xmlns:g="{BASE}gating" xmlns:d="{BASE}datatypes"><g:foci>{points(foci)}</g:foci>'
        f"<g:edge>{points(edge)}</g:edge></g:EllipsoidGate>"
    )


@pytest.mark.parametrize("turn", [0.0, 0.5, np.pi / 2, 2.5])
def test_every_vertex_lies_on_the_ellipse(turn: float) -> None:
    way, side = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    centre, c, a, b = np.array([120.0, 90.0]), 30.0, 50.0, 40.0
    foci = [tuple(centre - c * way), tuple(centre + c * way)]
    edge = [tuple(centre + a * way), tuple(centre - a * way), tuple(centre + b * side), tuple(centre - b * side)]
    corners = np.array(ellipse_polygon(ellipse(foci, edge), [256.0, 256.0], GatesFile("g.wsp")))
    assert len(corners) == 128
    distances = sum(np.linalg.norm(corners - np.array(focus), axis=1) for focus in foci)
    np.testing.assert_allclose(distances, 2 * a, rtol=1e-9)


def test_axes_of_other_lengths_stretch_it() -> None:
    gate = ellipse([(98.0, 128.0), (158.0, 128.0)], [(178.0, 128.0), (78.0, 128.0), (128.0, 168.0), (128.0, 88.0)])
    corners = np.array(ellipse_polygon(gate, [1.0, 4_096.0], GatesFile("g.wsp")))
    np.testing.assert_allclose(corners.max(axis=0), [178 / 256, 168 / 256 * 4_096], rtol=1e-9)


@pytest.mark.parametrize(
    ("foci", "edge", "message"),
    [
        ([(1.0, 1.0)], [(1.0, 1.0)] * 4, "two foci and four edge points"),
        ([(1.0, 1.0), (2.0, 1.0)], [(1.0, 1.0)] * 3, "two foci and four edge points"),
        ([(1.0, 1.0), (3.0, 1.0)], [(4.0, 1.0), (0.0, 1.0), (5.0, 1.0), (6.0, 1.0)], "do not tell the major axis"),
    ],
)
def test_points_that_make_no_ellipse_are_refused(
    foci: list[tuple[float, float]], edge: list[tuple[float, float]], message: str
) -> None:
    with pytest.raises(BadInputError, match=message):
        ellipse_polygon(ellipse(foci, edge), [1.0, 1.0], GatesFile("g.wsp"))
