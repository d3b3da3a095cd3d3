"""The level of a sample in a column: of samples.csv, or a factor that study.yaml gives its condition."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.sheets import SampleRow
from schemas.study_yaml import StudyYaml

NOT_SAID = frozenset({"NA", "N/A", "n/a", "NaN", "nan", "#N/A", "NULL", "null", "?", "-", "–"})


def with_factors(samples: Sequence[SampleRow], config: StudyYaml | None) -> list[SampleRow]:
    """Samples whose attributes also hold the factors of their condition, where samples.csv has no column of that name.

    A dose is a name like any other level: 10 and 10.0 are ``10``. Where a condition does not say a factor, its level
    is empty.
    """
    factors = (
        {c.id: {name: _text(value) for name, value in c.factors.items()} for c in config.conditions} if config else {}
    )
    names = {name for said in factors.values() for name in said}
    found = []
    for sample in samples:
        mine = factors.get(sample.condition, {})
        more = {name: mine.get(name, "") for name in sorted(names) if sample.level(name) is None}
        found.append(sample.model_copy(update={"attributes": {**sample.attributes, **more}}) if more else sample)
    return found


def _text(value: float | str | bool) -> str:  # noqa: FBT001  # what YAML may hold
    if isinstance(value, bool):
        return str(value).lower()
    return value.strip() if isinstance(value, str) else f"{value:.12g}"


def level(sample: SampleRow, column: str) -> str:
    """The level that a fit uses; empty where the cell is, or says that the value is not known (NA, NaN, ?)."""
    value = (sample.level(column) or "").strip()
    return "" if value in NOT_SAID and column != "condition" else value
