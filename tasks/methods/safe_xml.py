"""XML from instruments, read without entities, document types, networks or bombs."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from schemas.errors import bad_input

MOST_ELEMENTS = 5_000_000
MOST_DEPTH = 200


class _RefusedError(Exception):
    """What no instrument writes: a document type, an entity, absurd nesting or size."""


def read_xml(content: bytes, file: str, remedy: str) -> Element:
    """Give the root element; attributes and texts as they stand, namespaces as ``{uri}name``.

    Raises ``BadInputError`` for text that is no XML, and for document types and entities, which can make a small file
    huge or fetch other files.
    """
    builder, depth, count = TreeBuilder(), 0, 0
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MOST_DEPTH or count > MOST_ELEMENTS:
            raise _RefusedError(f"more than {MOST_DEPTH} levels or {MOST_ELEMENTS:,} elements")
        builder.start(_qualified(name), {_qualified(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_qualified(name))

    def refuse(*_: object) -> int:
        raise _RefusedError("a document type or entity (DOCTYPE, ENTITY)")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(content, True)
        return builder.close()
    except _RefusedError as error:
        place = f"line {parser.CurrentLineNumber}"
        message = f"the file has {error}, which is refused for safety; no instrument writes that"
        raise bad_input(file, place, "unsafe_xml", message, remedy) from error
    except (expat.ExpatError, ValueError, LookupError, AssertionError) as error:
        place = f"line {parser.CurrentLineNumber}"
        raise bad_input(file, place, "damaged_xml", f"the file is no intact XML ({error})", remedy) from error


def _qualified(name: str) -> str:
    return "{" + name if "}" in name else name


def text_of(parent: Element, path: str) -> str:
    """Stripped text of the first element at a path; empty where there is none."""
    return (parent.findtext(path) or "").strip()
