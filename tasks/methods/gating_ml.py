"""Gating-ML 2.0 documents as gating strategies.

Spidlen et al. 2015, doi:10.1002/cyto.a.22690
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

import numpy as np

from tasks.methods.biexponential import Hyperlog, Logicle
from tasks.methods.flow_gates import Boolean, Dimension, Ellipsoid, Gate, Path, Polygon, Ratio, Rectangle, Shape
from tasks.methods.flow_transforms import Arcsinh, Bounded, Linear, Log, Transform
from tasks.methods.gating import MOST_DEPTH, OWN_MATRIX, Matrix, Strategy
from tasks.methods.gating_xml import (
    D,
    G,
    GatesFile,
    Scales,
    T,
    attribute,
    coordinates,
    local,
    needed,
    number,
    numbers,
    optional,
    vertices,
)

_GATES = ("RectangleGate", "PolygonGate", "EllipsoidGate", "QuadrantGate", "BooleanGate")
_LEAST_VERTICES = 3
_OPERATIONS = ("and", "or", "not")


def is_gating_ml(root: Element) -> bool:
    """Whether the document is Gating-ML 2.0."""
    return root.tag == f"{G}Gating-ML"


def read_gating_ml(root: Element, name: str) -> Strategy:
    """The gates of a document with their scales and matrices.

    Each quadrant is a rectangle below its quadrant gate. Raises ``BadInputError`` for what the standard does not allow.
    """
    return _Reader(root, GatesFile(name)).strategy()


class _Reader:
    def __init__(self, root: Element, file: GatesFile) -> None:
        self.file, self.root = file, root
        self.scales: Scales = {}
        self.ratios: dict[str, Ratio] = {}
        for element in root.findall(f"{T}transformation"):
            self._transformation(element)
        self.matrices = dict(self._matrix(e) for e in root.findall(f"{T}spectrumMatrix"))
        self.elements: dict[str, Element] = {}
        self.quadrants: dict[str, str] = {}  # quadrant -> its gate
        for element in root:
            if element.tag.startswith(G) and local(element) in _GATES:
                self._register(element)
        self.paths: dict[str, Path] = {}
        self.taken: set[Path] = set()

    def _register(self, element: Element) -> None:
        gate = needed(element, G, "id", self.file)
        here = self.file.at(f"gate {gate}")
        if gate in self.elements or gate in self.quadrants:
            raise here.wrong("duplicate_gate", "two gates have this id")
        self.elements[gate] = element
        for quadrant in element.findall(f"{G}Quadrant"):
            own = needed(quadrant, G, "id", here)
            if own in self.elements or own in self.quadrants:
                raise here.wrong("duplicate_gate", f"two gates have the id {own!r}")
            self.quadrants[own] = gate

    def strategy(self) -> Strategy:
        gates: dict[Path, Gate] = {}
        for gate, element in self.elements.items():
            here = self.file.at(f"gate {gate}")
            path, parent = self._path(gate, ()), self._parent(element)
            if local(element) == "QuadrantGate":
                for own, shape in self._quadrants(element, here):
                    gates[(*path, own)] = Gate((*path, own), parent, shape)
            else:
                gates[path] = Gate(path, parent, self._shape(element, here))
        if not gates:
            raise self.file.wrong("no_gates", "the file has no gates")
        return Strategy("gatingml", self.file.name, gates, self.matrices)

    def _parent(self, element: Element) -> Path | None:
        parent = attribute(element, G, "parent_id")
        return self._path(parent, ()) if parent else None

    def _path(self, gate: str, below: tuple[str, ...]) -> Path:
        if gate in self.paths:
            return self.paths[gate]
        here = self.file.at(f"gate {gate}")
        if gate in below:
            raise here.wrong("circular_gates", "the gate is its own ancestor")
        if len(below) > MOST_DEPTH:
            raise here.wrong("deep_gates", f"the gate lies more than {MOST_DEPTH} gates deep")
        if gate in self.quadrants:
            found: Path = (*self._path(self.quadrants[gate], below), gate)
        elif gate in self.elements:
            parent = attribute(self.elements[gate], G, "parent_id")
            above: Path = self._path(parent, (*below, gate)) if parent else ()
            found = (*above, _title(self.elements[gate]) or gate)
            if found in self.taken:  # siblings with one title keep their ids
                found = (*above, gate)
            self.taken.add(found)
        else:
            raise here.wrong("unknown_gate", "the gate is referred to, but not in the file")
        self.paths[gate] = found
        return found

    def _shape(self, element: Element, here: GatesFile) -> Shape:
        kind = local(element)
        if kind == "BooleanGate":
            return self._boolean(element, here)
        dimensions = tuple(self._dimension(e, here) for e in element.findall(f"{G}dimension"))
        if not dimensions:
            raise here.wrong("no_dimension", "the gate has no dimension")
        if kind == "RectangleGate":
            return Rectangle(dimensions)
        if kind == "PolygonGate":
            corners = vertices(element, here)
            if len(dimensions) != 2 or len(corners) < _LEAST_VERTICES:  # noqa: PLR2004 -- a plane
                found = f"{len(dimensions)} dimensions and {len(corners)} vertices"
                raise here.wrong("bad_polygon", f"2 dimensions and at least 3 vertices were expected, not {found}")
            return Polygon(dimensions, corners)
        return self._ellipsoid(element, dimensions, here)

    def _ellipsoid(self, element: Element, dimensions: tuple[Dimension, ...], here: GatesFile) -> Ellipsoid:
        n = len(dimensions)
        middle, spread = element.find(f"{G}mean"), element.find(f"{G}covarianceMatrix")
        size = element.find(f"{G}distanceSquare")
        if middle is None or spread is None or size is None:
            raise here.wrong("bad_ellipsoid", "mean, covarianceMatrix and distanceSquare were expected")
        mean = coordinates(middle, here)
        rows = tuple(
            tuple(number(attribute(e, D, "value"), "an entry of the covariance matrix", here) for e in row)
            for row in spread.findall(f"{G}row")
        )
        if n < 2 or len(mean) != n or len(rows) != n or any(len(row) != n for row in rows):  # noqa: PLR2004 -- a plane
            raise here.wrong("bad_ellipsoid", f"{n} dimensions need a mean of {n} and a covariance matrix of {n} x {n}")
        if np.linalg.matrix_rank(np.array(rows)) < n:
            raise here.wrong("bad_ellipsoid", "the covariance matrix cannot be inverted")
        return Ellipsoid(dimensions, mean, rows, number(attribute(size, D, "value"), "distanceSquare", here))

    def _boolean(self, element: Element, here: GatesFile) -> Boolean:
        for operation in _OPERATIONS:
            part = element.find(f"{G}{operation}")
            if part is None:
                continue
            references = tuple(
                (
                    self._path(needed(e, G, "ref", here), ()),
                    (attribute(e, G, "use-as-complement") or "").strip().lower() in {"true", "1"},
                )
                for e in part.findall(f"{G}gateReference")
            )
            if not references or (operation == "not" and len(references) > 1):
                raise here.wrong("bad_boolean", f"{operation} of {len(references)} gates")
            return Boolean(operation, references)  # type: ignore[arg-type]  # one of _OPERATIONS
        raise here.wrong("bad_boolean", "and, or, or not was expected")

    def _quadrants(self, element: Element, here: GatesFile) -> list[tuple[str, Rectangle]]:
        dividers: dict[str, tuple[Dimension, list[float]]] = {}
        for divider in element.findall(f"{G}divider"):
            values = sorted(number(v.text, "a divider's value", here) for v in divider.findall(f"{G}value"))
            dividers[needed(divider, G, "id", here)] = (self._dimension(divider, here), values)
        found = []
        for quadrant in element.findall(f"{G}Quadrant"):
            sides = []
            for position in quadrant.findall(f"{G}position"):
                divider_id = needed(position, G, "divider_ref", here)
                if divider_id not in dividers:
                    raise here.wrong("unknown_divider", f"the divider {divider_id!r} is not in the gate")
                dimension, values = dividers[divider_id]
                (location,) = numbers(position, G, ("location",), here)
                low = max((v for v in values if v <= location), default=None)
                high = min((v for v in values if v > location), default=None)
                channel, scale = dimension.channel, dimension.transform
                sides.append(Dimension(channel, dimension.compensation, scale, low, high, dimension.ratio))
            if not sides:
                raise here.wrong("bad_quadrant", "a quadrant has no position")
            found.append((needed(quadrant, G, "id", here), Rectangle(tuple(sides))))
        return found

    def _dimension(self, element: Element, here: GatesFile) -> Dimension:
        compensation = attribute(element, G, "compensation-ref")
        if compensation == "uncompensated":
            compensation = None
        elif compensation is not None and compensation.upper() == OWN_MATRIX:
            compensation = OWN_MATRIX
        elif compensation is not None and compensation not in self.matrices:
            raise here.wrong("unknown_matrix", f"the matrix {compensation!r} is not in the file")
        scale_id = attribute(element, G, "transformation-ref")
        if scale_id is not None and scale_id not in self.scales:
            raise here.wrong("unknown_scale", f"the transformation {scale_id!r} is not in the file")
        scale = self.scales[scale_id] if scale_id is not None else None
        low, high = optional(element, G, "min", here), optional(element, G, "max", here)
        channel, new = element.find(f"{D}fcs-dimension"), element.find(f"{D}new-dimension")
        if channel is not None:
            return Dimension(needed(channel, D, "name", here), compensation, scale, low, high)
        ratio_id = attribute(new, D, "transformation-ref") if new is not None else None
        if ratio_id is None or ratio_id not in self.ratios:
            raise here.wrong("bad_dimension", "a channel (fcs-dimension) or a ratio (new-dimension) was expected")
        return Dimension(ratio_id, compensation, scale, low, high, self.ratios[ratio_id])

    def _transformation(self, element: Element) -> None:
        own = needed(element, T, "id", self.file)
        here = self.file.at(f"transformation {own}")
        for child in element:
            kind = local(child)
            if kind == "fratio":
                names = [needed(e, D, "name", here) for e in child.findall(f"{D}fcs-dimension")]
                if len(names) != 2:  # noqa: PLR2004 -- above and below
                    raise here.wrong("bad_ratio", f"a ratio of {len(names)} channels")
                a, b, c = numbers(child, T, ("A", "B", "C"), here)
                self.ratios[own] = Ratio(names[0], names[1], a, b, c)
            elif (scale := _scale(child, kind, here)) is not None:
                low, high = optional(element, T, "boundMin", here), optional(element, T, "boundMax", here)
                if low is not None or high is not None:
                    scale = Bounded(scale, -np.inf if low is None else low, np.inf if high is None else high)
                self.scales[own] = scale

    def _matrix(self, element: Element) -> tuple[str, Matrix]:
        own = needed(element, T, "id", self.file)
        here = self.file.at(f"matrix {own}")
        fluorochromes, detectors = (
            tuple(needed(e, D, "name", here) for e in element.findall(f"{T}{part}/{D}fcs-dimension"))
            for part in ("fluorochromes", "detectors")
        )
        rows = tuple(
            tuple(number(attribute(e, T, "value"), "a coefficient", here) for e in row.findall(f"{T}coefficient"))
            for row in element.findall(f"{T}spectrum")
        )
        inverse = (attribute(element, T, "matrix-inverted-already") or "").strip().lower() in {"true", "1"}
        shape = (len(detectors), len(fluorochromes)) if inverse else (len(fluorochromes), len(detectors))
        if not rows or len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
            raise here.wrong("bad_matrix", f"{shape[0]} rows of {shape[1]} coefficients were expected")
        if len(fluorochromes) > len(detectors) or np.linalg.matrix_rank(np.array(rows)) < len(fluorochromes):
            raise here.wrong("bad_matrix", "the matrix cannot be inverted")
        return own, Matrix(fluorochromes, detectors, rows, inverse)


def _title(element: Element) -> str:
    """What people call the gate, where Cytobank wrote it beside the id; empty where it did not."""
    return (element.findtext(f"{D}custom_info/cytobank/name") or "").strip()


def _scale(element: Element, kind: str, here: GatesFile) -> Transform | None:
    makers: Mapping[str, tuple[type, tuple[str, ...]]] = {
        "flin": (Linear, ("T", "A")),
        "flog": (Log, ("T", "M")),
        "fasinh": (Arcsinh, ("T", "M", "A")),
        "logicle": (Logicle, ("T", "W", "M", "A")),
        "hyperlog": (Hyperlog, ("T", "W", "M", "A")),
    }
    if kind not in makers:
        return None
    make, names = makers[kind]
    values = numbers(element, T, names, here)
    found: Transform = here.made(lambda: make(*values))
    return found
