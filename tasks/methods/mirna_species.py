"""Species that names of miRNAs are of, by their prefix."""

from __future__ import annotations

import polars as pl

from schemas.errors import bad_input
from schemas.study import StudyYaml
from tasks.contracts import RawFile
from tasks.methods.mirna_names import SPECIES
from tasks.methods.problem_lists import several

_PREFIX = r"^([a-z]{3,4})-(?:mir|let|lin|lsy|bantam|iab)"
_NAMES = {prefix: organism.capitalize() for organism, (prefix, _) in SPECIES.items()}


def species_of(mirnas: pl.Series) -> list[str] | None:
    """Species of names, sorted, e.g. ``Mus musculus``; null where a name has no prefix or that of no species here.

    Viruses are no species here: their miRNAs stand beside those of their host.
    """
    prefixes = mirnas.str.to_lowercase().str.extract(_PREFIX, 1).unique().to_list()
    if not prefixes or any(prefix not in _NAMES for prefix in prefixes):
        return None
    return sorted(_NAMES[prefix] for prefix in prefixes)


def counted_species(features: pl.Series) -> list[str]:
    """Species of the counted miRNAs whose prefix says it; spike-ins, viruses and names without a prefix say nothing."""
    prefixes = features.str.to_lowercase().str.extract(_PREFIX, 1).unique().to_list()
    return sorted(_NAMES[prefix] for prefix in prefixes if prefix in _NAMES)


def refuse_other_species(raw: RawFile, mirnas: pl.Series, config: StudyYaml) -> None:
    """Raise ``BadInputError`` for targets of miRNAs of other species only: no pair of the study can come of them.

    A study whose study.yaml does not say its organism, or one without a prefix here, takes all.
    """
    organism = config.organism.strip().lower()
    if "organism" not in config.model_fields_set or organism not in SPECIES:
        return
    found = species_of(mirnas)
    if found is None or organism.capitalize() in found:
        return
    names = mirnas.unique(maintain_order=True)
    message = f"all {len(names):,} miRNAs of the table are of {' and '.join(found)} ({several(names.to_list())}), "
    message += f"but the study is of {organism.capitalize()}: no pair can be made"
    remedy = f"Name a table of {organism.capitalize()} under cerna.targets, or correct organism in study.yaml."
    raise bad_input(raw.name, "", "other_species", message, remedy, names[0])
