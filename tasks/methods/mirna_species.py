"""Species that names of miRNAs are of, by their prefix."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas.errors import bad_input
from schemas.study_yaml import StudyYaml
from tasks.contracts import RawFile
from tasks.methods.mirna_names import SPECIES
from tasks.methods.problem_lists import several
from tasks.methods.report_words import counted

_PREFIX = r"^([a-z][a-z0-9]{2,4})-(?:mir|let|lin|lsy|bantam|iab)"  # viruses have digits: hsv1, hhv6b
_NAMES = {prefix: organism.capitalize() for organism, (prefix, _) in SPECIES.items()}


@dataclass(frozen=True)
class SpeciesFound:
    """``species`` of names, sorted, e.g. ``Mus musculus``; ``named``: names that say one; ``others`` say none here."""

    species: tuple[str, ...]
    named: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def words(self) -> str:
        """The species as they stand in a sentence."""
        return " and ".join(self.species)


def species_of(mirnas: pl.Series) -> SpeciesFound | None:
    """Species that the names of a table say by their prefix; null where they do not tell of which the table is.

    Viruses (``ebv-``, ``hsv1-``), other prefixes that are of no species here and names without one (``miR-21``,
    accessions) are left aside, unless they are as many as those that say a species: a table of miRNAs of viruses, or of
    bare names, may be for any host.
    """
    table = pl.DataFrame({"name": mirnas.drop_nulls().unique(maintain_order=True)}, schema={"name": pl.String})
    prefix = pl.col("name").str.to_lowercase().str.extract(_PREFIX, 1)
    table = table.with_columns(prefix=prefix, species=prefix.replace_strict(_NAMES, default=None))
    named, others = table.drop_nulls("species"), table.filter(pl.col("species").is_null())["name"]
    if named.height <= len(others):
        return None
    return SpeciesFound(tuple(named["species"].unique().sort()), tuple(named["name"]), tuple(others))


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
    if found is None or organism.capitalize() in found.species:
        return
    message = f"all {counted(len(found.named), 'miRNA')} of the table whose prefix says a species "
    message += f"are of {found.words} ({several(found.named)}), but the study is of {organism.capitalize()}: no pair "
    message += "can be made"
    if found.others:
        message += f"; the others are of no species that this can tell ({several(found.others)})"
    remedy = f"Name a table of {organism.capitalize()} under cerna.targets, or correct organism in study.yaml."
    raise bad_input(raw.name, "", "other_species", message, remedy, found.named[0])
