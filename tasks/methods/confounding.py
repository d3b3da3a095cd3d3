"""Columns that go along with a treatment although the design does not name them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.sheets import ContrastRow, SampleRow
from tasks.methods.id_matching import tokens
from tasks.methods.problem_lists import several, shown
from tasks.methods.sample_levels import level

_COLUMNS = ("batch", "donor", "experiment", "culture_date", "passage")
_WORDS = frozenset({"batch", "run", "lane", "flowcell", "date", "day", "operator", "plate", "site", "center", "centre"})


def confounded(samples: Sequence[SampleRow], contrast: ContrastRow, crossed: str = "") -> Iterator[tuple[str, str]]:
    """Columns whose levels differ wherever the compared ones do, each with a sentence that says so.

    ``samples`` are those compared. Looked at are columns that name how or when something was done (batch,
    culture_date, donor, …) and that the contrast does not use. A column counts if the two groups share
    none of its levels and at least one level recurs; one that names each sample differently is no batch.
    """
    used = {contrast.variable, contrast.random, crossed, *contrast.blocking}
    others = [c for c in (samples[0].attributes if samples else ()) if tokens(c) & _WORDS]
    for column in (*_COLUMNS, *others):
        if column in used:
            continue
        groups: dict[str, list[str]] = {contrast.reference: [], contrast.target: []}
        for sample in samples:
            groups[level(sample, contrast.variable)].append(level(sample, column))
        first, second = groups.values()
        if not all(first) or not all(second) or set(first) & set(second):
            continue
        if len(set(first)) == len(first) or len(set(second)) == len(second):
            continue
        said = [f"{shown(one)} has only {column} {several(sorted(set(cells)))}" for one, cells in groups.items()]
        yield (
            column,
            f"{contrast.variable} goes along with {column}: {', '.join(said)}, so either may explain a difference",
        )
