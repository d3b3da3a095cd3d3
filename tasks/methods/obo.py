"""The Gene Ontology as OBO text (go-basic.obo)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from schemas.errors import bad_input
from tasks.methods.go_ontology import GoOntology, ontology_of
from tasks.methods.packed_text import text_lines

_ONTOLOGIES = {"biological_process": "BP", "molecular_function": "MF", "cellular_component": "CC"}
_REMEDY = "Name go-basic.obo of https://geneontology.org/docs/download-ontology/."
Tags = dict[str, list[str]]


def read_obo(path: Path) -> GoOntology:
    """Read terms, relations, alternative ids and obsolete terms of an OBO file, plain or gzipped.

    An obsolete term's annotations go to its ``replaced_by`` where it names one; ``consider`` only advises and is not
    followed. The version is that of the header. Raises ``BadInputError`` for a file without a term of the ontology.
    """
    terms: list[tuple[str, str, str]] = []
    parents: list[tuple[str, str, str]] = []
    replaced: dict[str, str] = {}
    obsolete: set[str] = set()
    header: Tags = {}
    for stanza, tags in _stanzas(path):
        if not stanza:
            header = tags
        if stanza != "Term" or "id" not in tags:
            continue
        term = tags["id"][0]
        if tags.get("is_obsolete", [""])[0] == "true":
            successors = tags.get("replaced_by", [])
            if len(successors) == 1:
                replaced[term] = successors[0]
            else:
                obsolete.add(term)
            continue
        ontology = _ONTOLOGIES.get((tags.get("namespace") or header.get("default-namespace") or [""])[0])
        if ontology is None:
            continue
        terms.append((term, tags.get("name", [term])[0], ontology))
        replaced.update(dict.fromkeys(tags.get("alt_id", []), term))
        parents.extend((term, above.split()[0], "is_a") for above in tags.get("is_a", []))
        parents.extend((term, *_related(value)) for value in tags.get("relationship", []))
    if not terms:
        message = "no term is a biological process, molecular function or cellular component"
        raise bad_input(path.name, "", "no_ontology", message, _REMEDY)
    version = header.get("data-version", header.get("date", [None]))[0]
    return ontology_of(terms, parents, replaced=replaced, obsolete=obsolete, version=version)


def _related(value: str) -> tuple[str, str]:
    """Term and relation of e.g. ``part_of GO:0008150 ! biological_process``."""
    relation, _, above = value.partition(" ")
    return (above.split() or [""])[0], relation


def _stanzas(path: Path) -> Iterator[tuple[str, Tags]]:
    """Each stanza's kind (empty for the header) and its values by tag, comments and modifiers taken off."""
    kind, tags = "", Tags()
    for line in text_lines(path):
        if line.startswith("[") and line.endswith("]"):
            yield kind, tags
            kind, tags = line[1:-1], {}
        elif ": " in line and not line.startswith("!"):
            tag, _, value = line.partition(": ")
            tags.setdefault(tag, []).append(value if tag == "name" else value.split(" ! ")[0].split(" {")[0].strip())
    yield kind, tags
