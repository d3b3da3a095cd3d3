"""FlowJo's ellipses as the polygons that FlowJo gates them as."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element

import numpy as np

from tasks.methods.gating_xml import G, GatesFile, vertices

DISPLAY_CHANNELS = 256.0
VERTICES = 128
_EDGE_POINTS = 4


def ellipse_polygon(gate: Element, spans: Sequence[float], here: GatesFile) -> tuple[tuple[float, float], ...]:
    """The polygon of 128 vertices, on axes of the given ``spans``.

    The file has two foci and four edge points on an axis of 256 channels. The first two edge points end the major
    axis; the minor one follows from foci and major axis. Raises ``BadInputError`` for what makes no ellipse.
    """
    parts = [gate.find(f"{G}{name}") for name in ("foci", "edge")]
    foci, edge = (np.array(vertices(p, here)) / DISPLAY_CHANNELS if p is not None else np.empty((0, 2)) for p in parts)
    if len(foci) != 2 or len(edge) < _EDGE_POINTS:  # noqa: PLR2004 -- an ellipse has two foci
        raise here.wrong("bad_ellipsoid", "two foci and four edge points were expected")
    centre = foci.mean(axis=0)
    half = (foci[1] - foci[0]) / 2
    angle = math.atan(half[1] / half[0]) if half[0] else math.pi / 2
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    major, other = (np.abs((point - centre) @ turn) for point in (edge[0], edge[2]))
    if major.argmax() == other.argmax():
        raise here.wrong("bad_ellipsoid", "the edge points do not tell the major axis")
    a = max(float(major.max()), float(other.max()))
    b = math.sqrt(abs(float(half @ half) - a**2))
    angles = 2 * np.pi * np.arange(VERTICES) / VERTICES
    # the foci lie on the first axis once they are turned, and so does the major axis
    points = np.stack([a * np.cos(angles), b * np.sin(angles)], axis=1) @ turn.T + centre
    return tuple((float(x) * spans[0], float(y) * spans[1]) for x, y in points)
