"""What a folder of research data holds and how it came about, as RO-Crate 1.1 JSON-LD.

Soiland-Reyes et al. 2022, doi:10.3233/DS-210053; https://w3id.org/ro/crate/1.1
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://schema.org/sha256"}]
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
METADATA = "ro-crate-metadata.json"
Entity = dict[str, Any]


@dataclass(frozen=True)
class CrateFile:
    """A file of the crate: its path in it with forward slashes, and what there is to say of it."""

    path: str
    size_bytes: int
    sha256: str
    media_type: str
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The path as a relative URI."""
        return quote(self.path)


@dataclass(frozen=True)
class Action:
    """A computation: from files to files, by programs, with parameters as JSON; ``error`` where it failed."""

    id: str
    name: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    programs: Mapping[str, str]
    parameters: str = ""
    started_at: str = ""
    finished_at: str = ""
    error: str = ""


def metadata(
    name: str, description: str, published: str, organism: str, files: Sequence[CrateFile], actions: Sequence[Action]
) -> Entity:
    """The document to write as ``ro-crate-metadata.json``; ``published`` is an ISO time.

    ``inputs`` and ``outputs`` of actions are paths of files in the crate. No licence is chosen: the crate says that
    its authors have to.
    """
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": description,
        "datePublished": published,
        "license": {"@id": "#license"},
        "hasPart": [{"@id": file.id} for file in files],
        "mentions": [{"@id": f"#run-{action.id}"} for action in actions],
    }
    licence = "No licence is stated: the authors of the study decide who may use these data, and how."
    graph: list[Entity] = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": SPECIFICATION},
            "about": {"@id": "./"},
        },
        root,
        {"@id": "#license", "@type": "CreativeWork", "name": "No licence stated", "description": licence},
    ]
    if organism:
        root["about"] = {"@id": "#organism"}
        graph.append({"@id": "#organism", "@type": "Thing", "name": organism})
    programs = {(n, v) for action in actions for n, v in action.programs.items()}
    graph += [_program(*program) for program in sorted(programs)]
    graph += map(_file, files)
    for action in actions:
        graph += _action(action)
    return {"@context": CONTEXT, "@graph": graph}


def _program_id(name: str, version: str) -> str:
    return f"#{quote(name)}-{quote(version)}"


def _program(name: str, version: str) -> Entity:
    return {
        "@id": _program_id(name, version),
        "@type": "SoftwareApplication",
        "name": name,
        "softwareVersion": version,
    }


def _file(file: CrateFile) -> Entity:
    return {
        "@id": file.id,
        "@type": "File",
        "name": file.path.rpartition("/")[2],
        "contentSize": str(file.size_bytes),
        "sha256": file.sha256,
        "encodingFormat": file.media_type,
        **{key: text for key, text in file.said.items() if text},
    }


def _action(action: Action) -> Iterable[Entity]:
    found: Entity = {
        "@id": f"#run-{action.id}",
        "@type": "CreateAction",
        "name": action.name,
        "instrument": [{"@id": _program_id(n, v)} for n, v in sorted(action.programs.items())],
        "object": [{"@id": quote(path)} for path in action.inputs],
        "result": [{"@id": quote(path)} for path in action.outputs],
        "actionStatus": {"@id": f"http://schema.org/{'Failed' if action.error else 'Completed'}ActionStatus"},
    }
    times = (("startTime", action.started_at), ("endTime", action.finished_at), ("error", action.error))
    found |= {key: text for key, text in times if text}
    if action.parameters:
        parameters = f"#parameters-{action.id}"
        found["object"].append({"@id": parameters})
        yield {"@id": parameters, "@type": "PropertyValue", "name": "parameters (JSON)", "value": action.parameters}
    yield found
