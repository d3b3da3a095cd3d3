from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

import pytest

from schemas.errors import BadInputError
from tasks.methods.gating_xml import D, G, GatesFile, attribute, needed, number, optional, vertices

FILE = GatesFile("gates.xml").at("gate R")


def test_attributes_count_with_and_without_their_namespace() -> None:
    assert attribute(Element("a", {f"{G}min": "1"}), G, "min") == "1"
    assert attribute(Element("a", {"min": "1"}), G, "min") == "1"
    assert optional(Element("a"), G, "min", FILE) is None


@pytest.mark.parametrize("text", [None, "", "one", "nan", "inf", "1,5"])
def test_what_is_no_number_is_refused_with_its_place(text: str | None) -> None:
    with pytest.raises(BadInputError, match=r"gates.xml, gate R: min is .*; a number was expected"):
        number(text, "min", FILE)


def test_a_lacking_attribute_is_named() -> None:
    with pytest.raises(BadInputError, match="RectangleGate has no attribute 'id'"):
        needed(Element(f"{G}RectangleGate"), G, "id", FILE)


def test_a_vertex_has_two_coordinates() -> None:
    gate = Element(f"{G}PolygonGate")
    vertex = SubElement(gate, f"{G}vertex")
    SubElement(vertex, f"{G}coordinate", {f"{D}value": "1"})
    with pytest.raises(BadInputError, match="a vertex has 1 coordinates; 2 were expected"):
        vertices(gate, FILE)
    SubElement(vertex, f"{G}coordinate", {f"{D}value": "2.5"})
    assert vertices(gate, FILE) == ((1.0, 2.5),)


def test_what_a_scale_refuses_is_told_with_its_place() -> None:
    def make() -> None:
        raise ValueError("T > 0 is required")

    with pytest.raises(BadInputError, match="gate R: T > 0 is required"):
        FILE.made(make)
