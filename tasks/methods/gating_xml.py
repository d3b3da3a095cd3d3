"""What the XML of Gating-ML 2.0 and of FlowJo's workspaces have in common: namespaces, numbers, vertices."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from xml.etree.ElementTree import Element

from schemas.errors import BadInputError, bad_input
from tasks.methods.flow_transforms import Transform

_BASE = "http://www.isac-net.org/std/Gating-ML/v2.0/"
G, T, D = (f"{{{_BASE}{name}}}" for name in ("gating", "transformations", "datatypes"))
Made = TypeVar("Made")
_REMEDY = "Export the gates again from the program that drew them (Gating-ML 2.0, or a FlowJo 10 workspace)."


@dataclass(frozen=True)
class GatesFile:
    """The file's name and where in it an element lies, for messages."""

    name: str
    place: str = ""

    def at(self, place: str) -> GatesFile:
        """The same file at another place."""
        return GatesFile(self.name, place)

    def wrong(self, rule: str, message: str, value: str = "") -> BadInputError:
        """The error for what is wrong here."""
        return bad_input(self.name, self.place, rule, message, _REMEDY, value)

    def made(self, make: Callable[[], Made]) -> Made:
        """What ``make`` gives; its ``ValueError`` becomes the error of this place."""
        try:
            return make()
        except ValueError as error:
            raise self.wrong("bad_gate", str(error)) from error


def attribute(element: Element, space: str, name: str) -> str | None:
    """An attribute with its namespace, or without where a program left that out."""
    found = element.get(space + name)
    return element.get(name) if found is None else found


def needed(element: Element, space: str, name: str, file: GatesFile) -> str:
    """An attribute that must be there."""
    found = attribute(element, space, name)
    if found is None:
        raise file.wrong("missing_attribute", f"{local(element)} has no attribute {name!r}")
    return found


def number(text: str | None, what: str, file: GatesFile) -> float:
    """A finite number."""
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise file.wrong("not_a_number", f"{what} is {text!r}; a number was expected", str(text))
    return value


def numbers(element: Element, space: str, names: tuple[str, ...], file: GatesFile) -> list[float]:
    """Several attributes as numbers."""
    return [number(needed(element, space, name, file), f"{name} of {local(element)}", file) for name in names]


def optional(element: Element, space: str, name: str, file: GatesFile) -> float | None:
    """An attribute as a number; null where it is not there."""
    text = attribute(element, space, name)
    return None if text is None else number(text, f"{name} of {local(element)}", file)


def local(element: Element) -> str:
    """The element's name without namespace."""
    return element.tag.rpartition("}")[2]


def coordinates(parent: Element, file: GatesFile) -> tuple[float, ...]:
    """Coordinates below a vertex or mean."""
    return tuple(number(attribute(c, D, "value"), "a coordinate", file) for c in parent.findall(f"{G}coordinate"))


def vertices(parent: Element, file: GatesFile) -> tuple[tuple[float, float], ...]:
    """Vertices with two coordinates each."""
    found = []
    for vertex in parent.findall(f"{G}vertex"):
        point = coordinates(vertex, file)
        if len(point) != 2:  # noqa: PLR2004 -- a plane
            raise file.wrong("bad_vertex", f"a vertex has {len(point)} coordinates; 2 were expected")
        found.append((point[0], point[1]))
    return tuple(found)


Scales = dict[str, Transform]
