"""A gating strategy applied to an acquisition: every gate's population, each channel compensated and scaled once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from schemas.errors import BadInputError, bad_input
from tasks.methods.flow_gates import (
    Array,
    Boolean,
    Dimension,
    Ellipsoid,
    Gate,
    Mask,
    Path,
    Polygon,
    Ratio,
    in_ellipsoid,
    in_polygon,
    in_rectangle,
)
from tasks.methods.flow_transforms import Transform

OWN_MATRIX = "FCS"
MOST_DEPTH = 200
_REMEDY = "Draw the gates on acquisitions with the same channels, or name another file as flow.gating in study.yaml."


@dataclass(frozen=True)
class Matrix:
    """A spectrum matrix: rows are fluorochromes, columns detectors; ``is_inverse`` when it already maps back."""

    fluorochromes: tuple[str, ...]
    detectors: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    is_inverse: bool = False


@dataclass(frozen=True)
class Strategy:
    """Gates of a file by path, and the matrices that they name."""

    source: Literal["gatingml", "flowjo"]
    file: str
    gates: Mapping[Path, Gate]
    matrices: Mapping[str, Matrix] = field(default_factory=dict)


@dataclass(frozen=True)
class Acquisition:
    """Events of one tube: linear values by column; columns by ``$PnN`` and ``$PnS``; its own matrix by column."""

    columns: Mapping[str, npt.NDArray[np.floating]]
    names: Mapping[str, str]
    stains: Mapping[str, str] = field(default_factory=dict)
    matrix: Matrix | None = None

    @property
    def event_count(self) -> int:
        """Events recorded."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def column(self, channel: str) -> str | None:
        """The column that a gate means by a name: ``$PnN``, ``$PnS``, or ``$PnN`` as FlowJo spells it."""
        spelt = {name.replace("/", "_"): column for name, column in self.names.items()}
        return self.names.get(channel) or self.stains.get(channel) or spelt.get(channel)


class Gating:
    """One strategy on one acquisition; compensated columns, scaled columns and populations are computed once."""

    def __init__(self, strategy: Strategy, acquisition: Acquisition) -> None:
        """Take both; nothing is computed yet."""
        self.strategy, self.acquisition = strategy, acquisition
        self._compensated: dict[str, dict[str, Array]] = {}
        self._raw: dict[str, Array] = {}
        self._scaled: dict[tuple[str, str | None, Ratio | None, Transform | None], Array] = {}
        self._masks: dict[Path, Mask] = {}
        self._open: set[Path] = set()

    def populations(self) -> Iterator[tuple[Gate, Mask]]:
        """Every gate with the events in it and in all gates above it, in the file's order.

        Raises ``BadInputError`` for a gate on a channel that the acquisition lacks, and for gates in a circle.
        """
        for path, gate in self.strategy.gates.items():
            yield gate, self.mask(path)

    @staticmethod
    def compensations(gate: Gate) -> tuple[str, ...]:
        """Matrices that the gate itself asks for."""
        dimensions = () if isinstance(gate.shape, Boolean) else gate.shape.dimensions
        return tuple(dict.fromkeys(d.compensation for d in dimensions if d.compensation))

    def mask(self, path: Path) -> Mask:
        """Events of one population. Raises ``BadInputError`` as ``populations``."""
        if path in self._masks:
            return self._masks[path]
        gate = self.strategy.gates.get(path)
        if gate is None:
            raise self._wrong("unknown_gate", path, "is referred to, but not in the file")
        if path in self._open:
            raise self._wrong("circular_gates", path, "depends on itself")
        if len(self._open) > MOST_DEPTH:
            raise self._wrong("deep_gates", path, f"lies more than {MOST_DEPTH} gates deep")
        self._open.add(path)
        try:
            with np.errstate(all="ignore"):  # values beyond numbers are in no gate
                found = self._inside(gate)
            if gate.parent is not None:
                found = found & self.mask(gate.parent)
        finally:
            self._open.discard(path)
        self._masks[path] = found
        return found

    def positions(self, gate: Gate) -> list[Array]:
        """All events on the scales of the gate's dimensions; none for a boolean gate.

        Raises ``BadInputError`` as ``populations``.
        """
        if isinstance(gate.shape, Boolean):
            return []
        with np.errstate(all="ignore"):
            return [self._values(dimension, gate) for dimension in gate.shape.dimensions]

    def _inside(self, gate: Gate) -> Mask:
        shape = gate.shape
        if isinstance(shape, Boolean):
            masks = [~self.mask(path) if flipped else self.mask(path) for path, flipped in shape.references]
            if shape.operation == "not":
                return ~masks[0]
            return np.asarray((np.logical_and if shape.operation == "and" else np.logical_or).reduce(masks))
        columns = [self._values(dimension, gate) for dimension in shape.dimensions]
        if isinstance(shape, Polygon):
            found = in_polygon(columns[0], columns[1], shape.vertices)
        elif isinstance(shape, Ellipsoid):
            found = in_ellipsoid(columns, shape)
        else:
            found = in_rectangle(columns, shape.dimensions)
        return ~found if shape.is_complement else found

    def _values(self, dimension: Dimension, gate: Gate) -> Array:
        key = (dimension.channel, dimension.compensation, dimension.ratio, dimension.transform)
        if key not in self._scaled:
            if dimension.ratio is not None:
                values = self._ratio(dimension.ratio, dimension.compensation, gate)
            else:
                values = self._channel(dimension.channel, dimension.compensation, gate)
            self._scaled[key] = dimension.transform.apply(values) if dimension.transform else values
        return self._scaled[key]

    def _ratio(self, ratio: Ratio, compensation: str | None, gate: Gate) -> Array:
        above = self._channel(ratio.numerator, compensation, gate) - ratio.b
        below = self._channel(ratio.denominator, compensation, gate) - ratio.c
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(ratio.a * (above / below))

    def _channel(self, channel: str, compensation: str | None, gate: Gate) -> Array:
        if compensation is not None:
            compensated = self._compensate(compensation, gate)
            column = self.acquisition.column(channel)
            for name in (channel, column):
                if name is not None and name in compensated:
                    return compensated[name]
        column = self.acquisition.column(channel)
        if column is None:
            raise self._wrong("unknown_channel", gate.path, f"is drawn on {channel!r}, which the acquisition lacks")
        return self._column(column)

    def _column(self, column: str) -> Array:
        if column not in self._raw:
            self._raw[column] = np.asarray(self.acquisition.columns[column], np.float64)
        return self._raw[column]

    def _compensate(self, reference: str, gate: Gate) -> dict[str, Array]:
        """True intensities by detector's column and by fluorochrome; empty where the acquisition has no own matrix."""
        if reference in self._compensated:
            return self._compensated[reference]
        matrix = self.acquisition.matrix if reference == OWN_MATRIX else self.strategy.matrices.get(reference)
        if matrix is None and reference != OWN_MATRIX:
            raise self._wrong("unknown_matrix", gate.path, f"names the matrix {reference!r}, which is not in the file")
        found: dict[str, Array] = {}
        if matrix is not None:
            columns = [self.acquisition.column(d) or d for d in matrix.detectors]
            lacking = [d for d, c in zip(matrix.detectors, columns, strict=True) if c not in self.acquisition.columns]
            if lacking:
                raise self._wrong(
                    "unknown_channel", gate.path, f"is compensated by {lacking[0]!r}, which the acquisition lacks"
                )
            true = unmixed([self._column(c) for c in columns], matrix)
            found = dict(zip(matrix.fluorochromes, true, strict=True))
            if len(matrix.detectors) == len(matrix.fluorochromes):
                found |= dict(zip(columns, true, strict=True))
        self._compensated[reference] = found
        return found

    def _wrong(self, rule: str, path: Path, message: str) -> BadInputError:
        return bad_input(self.strategy.file, f"gate {'/'.join(path)}", rule, f"the gate {message}", _REMEDY)


def unmixed(measured: list[Array], matrix: Matrix) -> list[Array]:
    """Intensities by fluorochrome from those by detector: by the inverse, or least squares where it is not square.

    Raises ``ValueError`` for a matrix that cannot be inverted.
    """
    values = np.array(matrix.values, np.float64)
    if matrix.is_inverse:
        back: Array = values
    elif values.shape[0] == values.shape[1]:
        try:
            back = np.linalg.inv(values).astype(np.float64)
        except np.linalg.LinAlgError as error:
            raise ValueError("the spillover matrix cannot be inverted") from error
    else:
        back = np.linalg.pinv(values).astype(np.float64)
    found = []
    for column in back.T:
        weights = np.flatnonzero(column)
        total = measured[weights[0]] * column[weights[0]] if len(weights) else np.zeros_like(measured[0])
        for i in weights[1:]:
            total += measured[i] * column[i]
        found.append(total)
    return found
