"""Which measurements a comparison (comparisons.csv) compares: assay, experiment and conditions in display order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from schemas.sheets import ComparisonRow
from schemas.study import Study


@dataclass(frozen=True)
class Compared:
    """Conditions of one comparison, assay and experiment; ``times`` has null where no time is stated."""

    comparison: ComparisonRow
    assay: str
    experiment: str
    conditions: tuple[str, ...]
    times: tuple[float | None, ...]

    @property
    def key(self) -> str:
        """Name of the part, as the group tests have it."""
        return f"{self.comparison.id}, {self.assay}, {self.experiment}"


def compared_groups(study: Study, seen: pl.DataFrame) -> Iterator[Compared]:
    """Every comparison with each assay and experiment that it has measurements of; those with a problem are left out.

    ``seen``: distinct ``assay, experiment, condition, time_h`` of measurements. Experiments are never pooled.
    Conditions are those that the comparison names, measured or not; with ``*`` those that were measured.
    """
    for comparison in study.comparisons or (ComparisonRow(id="all"),):
        if comparison.problem:
            continue  # the group tests tell it
        here = seen.filter(
            (pl.lit(value=comparison.assays == ["*"]) | pl.col("assay").is_in(comparison.assays))
            & (pl.lit(value=comparison.experiment == "*") | (pl.col("experiment") == comparison.experiment))
        )
        if comparison.time_h is not None:
            here = here.filter(pl.col("time_h") == comparison.time_h)
        for (assay, experiment), rows in sorted(here.group_by("assay", "experiment")):
            present = set(rows["condition"]) if comparison.conditions == ["*"] else set(comparison.conditions)
            conditions = tuple(c for c in study.config.condition_ids if c in present)
            times = rows.filter(pl.col("condition").is_in(conditions))["time_h"].unique().sort().to_list()
            yield Compared(comparison, str(assay), str(experiment), conditions, tuple(times))
