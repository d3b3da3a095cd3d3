"""What R makes of the data sets of tests/reference/bench_tests.R."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np

from tasks.methods.group_results import Floats

FOLDER = Path(__file__).parents[2] / "reference"
SETS = ("even", "uneven", "donors", "plants")


@dataclass(frozen=True)
class Data:
    """A data set: values (units x 1), codes and labels of groups, block of each unit."""

    values: Floats
    codes: tuple[int, ...]
    groups: tuple[str, ...]
    blocks: tuple[str, ...]

    @property
    def pairs(self) -> list[tuple[str, int, int]]:
        """Name in the reference and codes of every pair."""
        many = combinations(range(len(self.groups)), 2)
        return [(f"{self.groups[a]}-{self.groups[b]}", a, b) for a, b in many]

    def group(self, name: str) -> Floats:
        """Values of one group."""
        return self.values[np.array(self.codes) == self.groups.index(name), 0]


@cache
def data(name: str) -> Data:
    with (FOLDER / "bench_tests_data.csv").open() as stream:
        rows = [r for r in csv.DictReader(stream) if r["set"] == name]
    groups = tuple(dict.fromkeys(r["group"] for r in rows))
    return Data(
        values=np.array([[float(r["value"])] for r in rows]),
        codes=tuple(groups.index(r["group"]) for r in rows),
        groups=groups,
        blocks=tuple(r["block"] for r in rows),
    )


@cache
def expected() -> dict[str, float]:
    with (FOLDER / "bench_tests.csv").open() as stream:
        return {r["name"]: float(r["value"]) for r in csv.DictReader(stream)}
