"""The counts, designs and R results that the tests of the limma methods share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.methods.design_matrix import Design, design
from tasks.methods.expression_filter import filter_by_expr
from tasks.methods.tmm import tmm_factors

Floats = npt.NDArray[np.float64]
REFERENCE = Path(__file__).parents[2] / "reference"


@dataclass(frozen=True)
class Counts:
    """Counts that pass filterByExpr, and their effective library sizes."""

    features: Sequence[str]
    all_counts: Floats
    is_kept: npt.NDArray[np.bool_]
    factors: Floats
    metadata: Mapping[str, Mapping[str, str]]
    paired: Design
    plain: Design

    @property
    def counts(self) -> Floats:
        return self.all_counts[self.is_kept]

    @property
    def sizes(self) -> Floats:
        return self.counts.sum(axis=0) * self.factors

    def labels(self, column: str) -> list[str]:
        return [row[column] for row in self.metadata.values()]


def airway(shared: Path) -> Counts:
    return _counts(shared / "reference" / "airway", "cell", "dex", "untrt")


def simulated(shared: Path) -> Counts:
    folder = shared / "reference"
    return _counts(folder / "sim3x3", "rep", "group", "IL1b", folder / "sim3x3_mrna_counts.csv.gz")


def _counts(stem: Path, block: str, variable: str, first: str, counts: Path | None = None) -> Counts:
    meta = pl.read_csv(f"{stem}_meta.csv.gz")
    rows = {row["sample"]: {c: row[c] for c in (block, variable)} for row in meta.iter_rows(named=True)}
    wide = pl.read_csv(counts or f"{stem}_counts.csv.gz")
    values = wide.select(list(rows)).cast(pl.Float64).to_numpy()
    paired, plain = (design(rows, variable=variable, blocking=b, first=first) for b in ([block], []))
    kept = filter_by_expr(values, paired.matrix)
    return Counts(wide[wide.columns[0]].to_list(), values, kept, tmm_factors(values[kept]), rows, paired, plain)


def simulated_numbers() -> dict[str, list[float]]:
    """Numbers of tests/reference/limma.R by name."""
    lines = (REFERENCE / "limma_sim3x3_numbers.csv").read_text().splitlines()
    return {name: [float(v) for v in values] for name, *values in (line.split(",") for line in lines)}


def simulated_column(about: Counts, column: str, found: Floats) -> tuple[Floats, Floats]:
    """What R gives in a column of tests/reference/limma.R (every fifth gene), and what was found for these genes."""
    expected = pl.read_csv(REFERENCE / "limma_sim3x3.csv.gz")
    kept = pl.DataFrame({"gene": np.array(about.features)[about.is_kept], "found": found})
    joined = expected.join(kept, on="gene", how="left", maintain_order="left")
    return joined[column].to_numpy(), joined["found"].to_numpy()
