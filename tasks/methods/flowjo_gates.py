"""Gates of FlowJo 10 workspaces (.wsp) as gating strategies, one for each sample of the workspace.

FlowJo stores rectangles and polygons as linear values and gates them on the sample's own scales; ellipses as foci and
edge points on an axis of 256 channels, which it gates as polygons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PureWindowsPath
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import numpy as np

from schemas.errors import Problem, warning
from tasks.methods.biexponential import Logicle
from tasks.methods.flow_gates import Boolean, Dimension, Gate, Path, Polygon, Rectangle, Shape
from tasks.methods.flow_transforms import BIEX_CHANNELS, Arcsinh, Biex, FlowJoLog, Linear, Transform
from tasks.methods.flowjo_ellipses import ellipse_polygon
from tasks.methods.gating import Matrix, Strategy
from tasks.methods.gating_xml import D, G, GatesFile, Scales, T, attribute, local, needed, number, numbers, vertices

_BOOLEANS = {"AndNode": "and", "OrNode": "or", "NotNode": "not"}
_LEAST_VERTICES = 3
_OLDEST = 10


@dataclass(frozen=True)
class WorkspaceSample:
    """One sample of a workspace: the names its file may have, its gates, and what of it could not be read."""

    names: frozenset[str]
    strategy: Strategy
    problems: tuple[Problem, ...]


def is_workspace(root: Element) -> bool:
    """Whether the document is a FlowJo workspace."""
    return local(root) == "Workspace" and ("flowJoVersion" in root.attrib or root.find("SampleList") is not None)


def read_workspace(root: Element, name: str) -> list[WorkspaceSample]:
    """The gates of every sample.

    Gates that FlowJo computes in undocumented ways are left out with all below them, with a warning. Raises
    ``BadInputError`` for workspaces before FlowJo 10 and for damaged ones.
    """
    file = GatesFile(name)
    version = root.get("flowJoVersion", "")
    if version.partition(".")[0].isdigit() and int(version.partition(".")[0]) < _OLDEST:
        raise file.wrong("old_workspace", f"the workspace is of FlowJo {version}; 10 or newer was expected", version)
    return [_Sample(element, file).read() for element in root.findall("SampleList/Sample")]


def file_names(text: str) -> set[str]:
    """A path or address's file name, as it is and without its ending, in lower case."""
    bare = PureWindowsPath(unquote(text)).name.casefold()
    return {bare, bare.rsplit(".", 1)[0]} - {""}


class _Sample:
    def __init__(self, element: Element, file: GatesFile) -> None:
        self.element = element
        node = element.find("SampleNode")
        name = node.get("name", "") if node is not None else ""
        self.node, self.name, self.file = node, name, file.at(f"sample {name}")
        self.problems: list[Problem] = []
        self.scales: Scales = {}
        self.prefix, self.suffix, self.matrix_name = "", "", ""
        self.matrix: Matrix | None = None

    def read(self) -> WorkspaceSample:
        """Scales, matrix and gates of the sample."""
        unknown = dict(self._transformations())
        self._matrix()
        gates: dict[Path, Gate] = {}
        root = self.node.find("Subpopulations") if self.node is not None else None
        if root is not None:
            self._below(root, (), gates, unknown)
        kept = {path: gate for path, gate in gates.items() if self._is_whole(gate, gates)}
        matrices = {self.matrix_name: self.matrix} if self.matrix else {}
        strategy = Strategy("flowjo", self.file.name, kept, matrices)
        return WorkspaceSample(frozenset(self._names()), strategy, tuple(dict.fromkeys(self.problems)))

    def _names(self) -> set[str]:
        address = self.element.find("DataSet")
        found = file_names(self.name) | file_names(address.get("uri", "") if address is not None else "")
        for keyword in self.element.findall("Keywords/Keyword"):
            if keyword.get("name") == "$FIL":
                found |= file_names(keyword.get("value", ""))
        return found

    def _transformations(self) -> Iterator[tuple[str, str]]:
        """Keep the scales by channel; give the channels with a kind of scale that nobody documents."""
        for element in self.element.findall("Transformations/*"):
            parameter = element.find(f"{D}parameter")
            if parameter is None:
                continue
            channel = needed(parameter, D, "name", self.file)
            here = self.file.at(f"{self.file.place}, scale of {channel}")
            kind = local(element)
            scale = _scale(element, kind, here)
            if scale is None:
                yield channel, kind
            else:
                self.scales[channel] = scale

    def _matrix(self) -> None:
        element = self.element.find(f"{T}spilloverMatrix")
        if element is None:
            return
        here = self.file.at(f"{self.file.place}, spillover matrix")
        self.prefix, self.suffix = element.get("prefix", ""), element.get("suffix", "")
        self.matrix_name = element.get("name", "matrix")
        stains = tuple(needed(p, D, "name", here) for p in element.findall(f"{D}parameters/{D}parameter"))
        rows, detectors = [], stains
        for row in element.findall(f"{T}spillover"):
            found = row.findall(f"{T}coefficient")
            detectors = tuple(attribute(c, D, "parameter") or "" for c in found)
            rows.append(tuple(number(attribute(c, T, "value"), "a coefficient", here) for c in found))
        if not all(detectors) or len(rows) != len(stains) or any(len(r) != len(detectors) for r in rows):
            raise here.wrong("bad_matrix", "a row per stain and a coefficient per detector were expected")
        if len(detectors) < len(stains) or np.linalg.matrix_rank(np.array(rows)) < len(stains):
            raise here.wrong("bad_matrix", "the matrix cannot be inverted")
        if element.get("spectral") == "1" and element.get("weightOptAlgorithmType", "OLS") != "OLS":
            message = "the spectral matrix is unmixed by ordinary least squares, not with FlowJo's weights"
            remedy = "Compare the populations with FlowJo's, or choose OLS in FlowJo."
            self.problems.append(warning(self.file.name, self.file.place, "spectral_matrix", message, remedy))
        self.matrix = Matrix(stains, detectors, tuple(rows))

    def _below(self, parent: Element, path: Path, gates: dict[Path, Gate], unknown: dict[str, str]) -> None:
        for element in parent:
            kind = local(element)
            if kind != "Population" and kind not in _BOOLEANS:
                continue
            own = self._unused((*path, element.get("name", "")), gates)
            place = f"{self.file.place}, gate {'/'.join(own)}"
            try:
                shape: Shape = (
                    self._boolean(element, kind) if kind in _BOOLEANS else self._population(element, place, unknown)
                )
            except _UnsupportedError as error:
                self._warn("unsupported_gate", place, str(error))
                continue
            gates[own] = Gate(own, path or None, shape)
            for child in element.findall("Subpopulations"):
                self._below(child, own, gates, unknown)

    @staticmethod
    def _unused(path: Path, gates: dict[Path, Gate]) -> Path:
        """The path, its last name numbered where a sibling has it already."""
        number_, found = 1, path
        while found in gates:
            number_ += 1
            found = (*path[:-1], f"{path[-1]} ({number_})")
        return found

    def _boolean(self, element: Element, kind: str) -> Boolean:
        names = [d.get("name", "") for d in element.findall("Dependents/Dependent")]
        if not names or (kind == "NotNode" and len(names) > 1):
            raise _UnsupportedError(f"is {local(element)} of {len(names)} gates")
        references = tuple((tuple(name.split("/")), False) for name in names)
        return Boolean(_BOOLEANS[kind], references)  # type: ignore[arg-type]  # one of and, or, not

    def _is_whole(self, gate: Gate, gates: dict[Path, Gate]) -> bool:
        """Whether all gates that it refers to are there."""
        shape = gate.shape
        lacking = [p for p, _ in shape.references if p not in gates] if isinstance(shape, Boolean) else []
        if lacking:
            place = f"{self.file.place}, gate {'/'.join(gate.path)}"
            self._warn("unsupported_gate", place, f"refers to {'/'.join(lacking[0])}, which is not there")
        return not lacking and (gate.parent is None or self._is_whole(gates[gate.parent], gates))

    def _population(self, element: Element, place: str, unknown: dict[str, str]) -> Shape:
        here = self.file.at(place)
        found = [child for child in element.findall("Gate/*") if child.tag.startswith(G)]
        if len(found) != 1:
            raise _UnsupportedError(f"has {len(found)} shapes; one was expected")
        gate, kind = found[0], local(found[0])
        is_complement = gate.get("eventsInside", "1") == "0"
        dimensions = tuple(self._dimension(e, here, unknown) for e in gate.findall(f"{G}dimension"))
        if kind == "RectangleGate" and dimensions:
            return Rectangle(tuple(_scaled(d) for d in dimensions), is_complement)
        if kind == "PolygonGate" and len(dimensions) == 2:  # noqa: PLR2004 -- a plane
            corners = vertices(gate, here)
            if len(corners) < _LEAST_VERTICES:
                raise here.wrong("bad_polygon", f"at least 3 vertices were expected, not {len(corners)}")
            return Polygon(dimensions, _positions(corners, dimensions), is_complement)
        if kind == "EllipsoidGate" and len(dimensions) == 2:  # noqa: PLR2004 -- a plane
            spans = [float(BIEX_CHANNELS) if isinstance(d.transform, Biex) else 1.0 for d in dimensions]
            return Polygon(dimensions, ellipse_polygon(gate, spans, here), is_complement)
        raise _UnsupportedError(f"is a {kind} in {len(dimensions)} dimensions, which FlowJo does not document")

    def _dimension(self, element: Element, here: GatesFile, unknown: dict[str, str]) -> Dimension:
        channel = element.find(f"{D}fcs-dimension")
        if channel is None:
            raise _UnsupportedError("is drawn on a derived parameter")
        name = needed(channel, D, "name", here)
        low, high = attribute(element, G, "min"), attribute(element, G, "max")
        bounds = [None if b is None else number(b, "a bound", here) for b in (low, high)]
        compensation = None
        if self.matrix:
            bare = name.removeprefix(self.prefix) if self.prefix else name
            bare = bare.removesuffix(self.suffix) if self.suffix else bare
            name = bare if bare in self.matrix.fluorochromes or bare in self.scales else name
            compensation = self.matrix_name if name in self.matrix.fluorochromes else None
        if name in unknown:
            raise _UnsupportedError(f"is drawn on a {unknown[name]!r} scale, which FlowJo does not document")
        return Dimension(name, compensation, self.scales.get(name), bounds[0], bounds[1])

    def _warn(self, rule: str, place: str, message: str) -> None:
        remedy = "Draw the gate anew as rectangle, polygon, ellipse or quadrants on a biex, logicle, arcsinh, log or "
        self.problems.append(
            warning(self.file.name, place, rule, f"it is left out: it {message}", f"{remedy}linear axis.")
        )


class _UnsupportedError(Exception):
    """A gate that cannot be computed as FlowJo does."""


def _scale(element: Element, kind: str, here: GatesFile) -> Transform | None:
    if kind == "linear":  # an axis from minRange to maxRange
        low, high = numbers(element, T, ("minRange", "maxRange"), here)
        return here.made(lambda: Linear(high, -low))
    if kind == "log":
        offset, decades = numbers(element, T, ("offset", "decades"), here)
        return here.made(lambda: FlowJoLog(offset, decades))
    if kind == "logicle":
        t, w, m, a = numbers(element, T, ("T", "W", "M", "A"), here)
        return here.made(lambda: Logicle(t, w, m, a))
    if kind == "fasinh":
        t, m, a = numbers(element, T, ("T", "M", "A"), here)
        return here.made(lambda: Arcsinh(t, m, a))
    if kind == "biex" and attribute(element, T, "length") in {None, "256"}:
        neg, width, pos, top = numbers(element, T, ("neg", "width", "pos", "maxRange"), here)
        return here.made(lambda: Biex(neg, width, pos, top))
    return None


def _scaled(dimension: Dimension) -> Dimension:
    """Bounds on the axis; on a scale that clips nothing they are kept linear, which is the same and exact."""
    scale = dimension.transform
    if not isinstance(scale, Biex | FlowJoLog):
        return replace(dimension, transform=None, drawn_on=scale)
    bounds = [
        None if b is None else float(scale.apply(np.array([b]))[0]) for b in (dimension.low, dimension.high)
    ]  # fmt: skip
    return replace(dimension, low=bounds[0], high=bounds[1])


def _positions(
    corners: tuple[tuple[float, float], ...], dimensions: tuple[Dimension, ...]
) -> tuple[tuple[float, float], ...]:
    columns = [np.array(column, np.float64) for column in zip(*corners, strict=True)]
    x, y = (d.transform.apply(c) if d.transform else c for d, c in zip(dimensions, columns, strict=True))
    return tuple(zip(x.tolist(), y.tolist(), strict=True))


def strategies_for(samples: list[WorkspaceSample], names: set[str]) -> list[WorkspaceSample]:
    """Samples of the workspace that may be the acquisition, by its file's names; of those with the same gates one.

    Where none may be, and all samples with gates have the same ones, these are the template for any other acquisition.
    """
    gated = [s for s in samples if s.strategy.gates]
    found = [s for s in gated if s.names & names] or gated
    is_one = all(s.strategy == found[0].strategy for s in found)
    return found[:1] if is_one else [s for s in found if s.names & names]
