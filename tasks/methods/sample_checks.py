"""samples.csv, donors.csv and materials.csv against study.yaml and each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from schemas.errors import Problem, Severity
from schemas.sheets import DonorRow, MaterialRow, SampleRow
from schemas.study_yaml import StudyYaml
from tasks.methods.id_matching import KnownIds, look_alikes
from tasks.methods.personal_data import is_identity
from tasks.methods.problem_lists import shown

NAME = "samples.csv"


def _at(severity: Severity, row: SampleRow, column: str, value: str, rule: str, message: str, remedy: str) -> Problem:
    return Problem(severity, NAME, f"line {row.line}, column {column}", shown(value), rule, message, remedy)


def sample_problems(samples: Sequence[SampleRow], config: StudyYaml | None) -> Iterable[Problem]:
    """What is wrong with the cultures themselves and with their conditions."""
    if config is not None:
        yield from _conditions(samples, config)
    by_id = {s.sample: s for s in samples}
    for first, later in look_alikes(by_id):
        message = f"'{shown(later)}' and '{shown(first)}' differ only by case, hyphen, underscore, dot or space"
        remedy = "If they are one culture, keep one row; if not, give them names that cannot be mixed up."
        yield _at(Severity.WARNING, by_id[later], "sample", later, "similar_ids", message, remedy)
    for row in samples:
        if row.culture_date and not _is_date(row.culture_date):
            message = f"'{shown(row.culture_date)}' is no date"
            yield _at(
                Severity.FATAL, row, "culture_date", row.culture_date, "wrong_type", message, "Write it as 2026-03-31."
            )
    yield from _replicates(samples)
    without = [s for s in samples if not s.donor]
    if without and len(without) < len(samples):
        message = f"{len(without)} of {len(samples)} samples have no donor, the first is '{shown(without[0].sample)}'"
        remedy = "Fill in the donor of every sample, a cell line's name for a cell line."
        yield _at(Severity.WARNING, without[0], "donor", "", "missing_donor", message, remedy)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return len(text) == len("2026-03-31") or text[10:11] in ("T", " ")


def _conditions(samples: Sequence[SampleRow], config: StudyYaml) -> Iterable[Problem]:
    known = KnownIds(config.condition_ids, are_treatments=True)
    ids = set(config.condition_ids)
    for row in samples:
        if row.condition not in ids:
            message = f"'{shown(row.condition)}' is no condition of study.yaml"
            remedy = known.suggestion(row.condition, f"Use one of {', '.join(map(shown, known.ids))}, or add it there.")
            yield _at(Severity.FATAL, row, "condition", row.condition, "unknown_condition", message, remedy)
    used = {s.condition for s in samples}
    for one in config.condition_ids:
        if one not in used and used & ids:
            message = f"no sample has condition '{shown(one)}' of study.yaml"
            remedy = "Add its cultures, or take the condition out."
            yield Problem(Severity.WARNING, NAME, "", shown(one), "condition_without_samples", message, remedy)


def _replicates(samples: Sequence[SampleRow]) -> Iterable[Problem]:
    first: dict[tuple[object, ...], SampleRow] = {}
    for row in samples:
        if not row.replicate:
            continue
        same = row.model_dump(exclude={"sample", "line", "attributes", "fastq_1", "fastq_2", "strandedness"})
        key = (*same.values(), *sorted(row.attributes.items()))
        earlier = first.setdefault(key, row)
        if earlier is not row:
            message = (
                f"'{shown(row.sample)}' is condition {shown(row.condition)}, donor {shown(row.donor) or 'empty'}, "
                f"replicate {shown(row.replicate)} like '{shown(earlier.sample)}' on line {earlier.line}"
            )
            remedy = "Number the replicates; wells or readings of one culture are no rows of their own."
            yield _at(Severity.WARNING, row, "replicate", row.replicate, "duplicated_replicate", message, remedy)


def donor_problems(
    samples: Sequence[SampleRow], donors: Sequence[DonorRow], materials: Sequence[MaterialRow]
) -> Iterable[Problem]:
    """Donors that donors.csv does not describe; call where the study has one."""
    known = KnownIds(d.donor for d in donors)
    ids = set(known.ids)
    named = [(NAME, s.line, s.donor) for s in samples] + [("materials.csv", m.line, m.donor or "") for m in materials]
    first: dict[tuple[str, str], int] = {}
    for file, line, donor in named:
        if donor and donor not in ids:
            first.setdefault((file, donor), line)
    for (file, donor), line in first.items():
        message = f"donor '{shown(donor)}' is not in donors.csv"
        remedy = known.suggestion(donor, "Add a row there.")
        place = f"line {line}, column donor"
        yield Problem(Severity.WARNING, file, place, shown(donor), "unknown_donor", message, remedy)
    used = {donor for _, _, donor in named}
    for row in donors:
        if row.donor not in used:
            message = f"no sample or material comes from donor '{shown(row.donor)}'"
            strangers = KnownIds(donor for _, donor in first)
            remedy = strangers.suggestion(row.donor, "Remove the row if it is left over.")
            place = f"line {row.line}, column donor"
            yield Problem(Severity.WARNING, "donors.csv", place, shown(row.donor), "unused_donor", message, remedy)


def identity_problems(columns: Sequence[str]) -> Iterable[Problem]:
    """Columns of donors.csv that tell who a donor is: what is loaded is kept for ever and seen by every analyst."""
    for column in columns:
        if is_identity(column):
            message = f"column '{shown(column)}' tells who a donor is, and donors are pseudonyms only"
            remedy = "Remove it; if it holds no person's data (a cell line's name), call it otherwise."
            place = f"line 1, column {shown(column)}"
            yield Problem(Severity.FATAL, "donors.csv", place, shown(column), "identifying_column", message, remedy)


def material_problems(samples: Sequence[SampleRow], materials: Sequence[MaterialRow] | None) -> Iterable[Problem]:
    """Materials of samples.csv that materials.csv does not describe; without that sheet, one warning."""
    named = [s for s in samples if s.material]
    if materials is None:
        if named:
            message = f"{len(named)} samples name a material and the study has no materials.csv"
            remedy = "Describe each material there (kind, donor, passage, lot, dose)."
            value = named[0].material or ""
            yield _at(Severity.WARNING, named[0], "material", value, "undescribed_material", message, remedy)
        return
    known = KnownIds(m.material for m in materials)
    for row in named:
        if row.material and row.material not in known.ids:
            message = f"'{shown(row.material)}' is not in materials.csv"
            remedy = known.suggestion(row.material, "Add a row there.")
            yield _at(Severity.FATAL, row, "material", row.material, "unknown_material", message, remedy)


def implied_materials(samples: Sequence[SampleRow]) -> list[MaterialRow]:
    """The materials that samples name, where no sheet describes them."""
    first: dict[str, int] = {}
    for row in samples:
        if row.material:
            first.setdefault(row.material, row.line)
    return [MaterialRow(material=name, line=line) for name, line in first.items()]
