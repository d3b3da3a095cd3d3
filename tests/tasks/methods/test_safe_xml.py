from __future__ import annotations

import pytest

from schemas.errors import BadInputError
from tasks.methods.safe_xml import MOST_DEPTH, read_xml, text_of

BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>"""
FETCH = b"""<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>"""
FILE = b"""<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]><a>&f;</a>"""


def test_elements_texts_attributes_and_namespaces_are_read() -> None:
    root = read_xml('<a xmlns="urn:n" k="1"><b> µ </b><b/></a>'.encode(), "f.xml", "Export it again.")
    assert (root.tag, root.attrib) == ("{urn:n}a", {"k": "1"})
    assert text_of(root, "{urn:n}b") == "µ"
    assert text_of(root, "{urn:n}c") == ""


@pytest.mark.parametrize("content", [BOMB, FETCH, FILE, b"<a>" * (MOST_DEPTH + 1)])
def test_entities_document_types_and_bottomless_nesting_are_refused(content: bytes) -> None:
    with pytest.raises(BadInputError, match="refused for safety") as caught:
        read_xml(content, "f.xml", "Export it again.")
    assert caught.value.problems[0].rule == "unsafe_xml"


@pytest.mark.parametrize(
    "content", [b"", b"<a>", b"<a></b>", b"text", b"<a>&undefined;</a>", b"<?xml encoding='x'?><a/>"]
)
def test_what_is_no_xml_is_refused(content: bytes) -> None:
    with pytest.raises(BadInputError, match="no intact XML"):
        read_xml(content, "f.xml", "Export it again.")
