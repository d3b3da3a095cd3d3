"""What a raw file's load fingerprint would be today: its bytes, its reader, and what the study says of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

from schemas.sheets import FileRow
from schemas.study import Study
from tasks.contracts import BESIDE, parsers, twins
from tasks.methods.sample_names import match_materials, match_samples
from warehouse import ledger
from warehouse.ledger import Arrival
from warehouse.plan import digest


def fingerprint_of(study: Study, references: Mapping[str, str]) -> Callable[[Arrival, Mapping[str, Any]], str]:
    """What a known file's load fingerprint would be today; files that nobody read are tried by every new parser.

    ``references``: hash of each reference file by its key in study.yaml's annotation.
    """
    sample_ids = sorted(study.sample_ids)
    everyone = digest(sorted((p.name, p.version) for p in parsers().values()))
    every_option = _options(study, {key for p in parsers().values() for key in p.options})

    def fingerprint(arrival: Arrival, row: Mapping[str, Any]) -> str:
        parser = parsers().get(str(row["parser"])) if row["status"] == "loaded" else None
        if parser is None:
            return ledger.load_fingerprint(arrival, "", everyone, sample_ids, {**references, **every_option})
        names: dict[str, str | None] = match_samples(json.loads(row["sample_names"]), sample_ids)
        names |= {name: f"material {found}" for name, found in match_materials(names, study.material_ids).items()}
        used = _used(references, parser.references, study.file_row(arrival.file.name))
        beside = [f"{BESIDE}/{name}" for name in twins(arrival.file.name, parser.beside).values()]
        used |= {key: references[key] for key in beside if key in references}
        used |= _options(study, parser.options, study.file_row(arrival.file.name))
        return ledger.load_fingerprint(arrival, parser.name, parser.version, names, used)

    return fingerprint


def _used(references: Mapping[str, str], read: Sequence[str], row: FileRow | None) -> dict[str, str]:
    """Reference files that one file is read with: those of its parser; of those in files.csv the one its row names."""
    found = {}
    for key, value in references.items():
        kind, _, name = key.partition("/")  # a name: files.csv gives it, and it goes before that of study.yaml
        section, _, column = kind.rpartition(".")
        own = (row.attributes.get(column) or "").strip() if row and section else ""
        if kind in read and name == own:
            found[key] = value
    return found


def _options(study: Study, keys: Iterable[str], row: FileRow | None = None) -> dict[str, str]:
    """Values of keys of study.yaml, as JSON; without those that the file's row of files.csv says for itself.

    A key that names a file has an entry of its own beside that of the file's bytes.
    """
    config = study.config.model_dump(mode="json")
    said = {column for column, value in (row.attributes.items() if row else ()) if value.strip()}
    return {
        f"{key} =": json.dumps(reduce(lambda section, part: section[part], key.split("."), config))
        for key in sorted(keys)
        if key.rpartition(".")[2] not in said
    }
