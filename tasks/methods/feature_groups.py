"""Rows of a file that count the same feature, brought together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FeatureGroups:
    """Rows by feature, features in the order of their first rows."""

    ids: pl.Series  # of the features
    first: pl.Series  # position of each feature's first row
    rows: pl.Series  # positions of each feature's rows, a list each
    _ordered: npt.NDArray[np.intp]
    _starts: npt.NDArray[np.intp]

    @property
    def is_repeated(self) -> bool:
        """Whether any feature has several rows."""
        return len(self.ids) < len(self._ordered)

    def sums(self, values: FloatArray) -> FloatArray:
        """Rows × columns to features × columns, added up."""
        found: FloatArray = np.add.reduceat(values[self._ordered], self._starts, axis=0)
        return found

    def largest(self, values: FloatArray) -> FloatArray:
        """Rows × columns to features × columns, the largest of each column."""
        found: FloatArray = np.maximum.reduceat(values[self._ordered], self._starts, axis=0)
        return found

    def differing(self, values: FloatArray) -> Sequence[int]:
        """Positions of the features whose rows do not have equal values."""
        least = np.minimum.reduceat(values[self._ordered], self._starts, axis=0)
        return [int(i) for i in np.flatnonzero((self.largest(values) != least).any(axis=1))]


def feature_groups(ids: pl.Series) -> FeatureGroups:
    """Group rows by feature id; there must be at least one row."""
    groups = pl.DataFrame({"id": ids}).with_row_index("at").group_by("id", maintain_order=True).agg(pl.col("at"))
    ends = np.cumsum(groups["at"].list.len().to_numpy())
    starts = np.concatenate([[0], ends[:-1]]).astype(np.intp)
    ordered = groups["at"].explode().to_numpy().astype(np.intp)
    return FeatureGroups(groups["id"], groups["at"].list.first(), groups["at"], ordered, starts)
