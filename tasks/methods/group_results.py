"""What a group test gives, whichever test it is: arrays with one element per family.

NaN stands for undefined, with a reason. ``least_pvalue`` is the smallest p-value that a test with
a discrete distribution can give at these n and ties; NaN for tests that can reach any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Reasons = tuple[str | None, ...]


@dataclass(frozen=True)
class Omnibus:
    """A test that all groups are equal. ``effect`` is the effect size of rank tests; NaN for F and t."""

    statistic: Floats
    df1: Floats
    df2: Floats
    pvalue: Floats
    na_reason: Reasons
    effect: Floats
    least_pvalue: Floats

    @classmethod
    def undefined(cls, count: int, reason: str) -> Self:
        """No result for any of ``count`` families, for one reason."""
        return cls(**_nothing(cls, count), na_reason=(reason,) * count)


@dataclass(frozen=True)
class Pair:
    """Group b compared with group a.

    ``difference`` is mean b - mean a with standard error ``spread`` (NaN for rank tests).
    ``unit`` turns the statistic into Cohen's d: spread / standardising SD. ``effect`` is the effect
    size of rank tests.
    """

    difference: Floats
    spread: Floats
    df: Floats
    statistic: Floats
    pvalue: Floats
    na_reason: Reasons
    unit: Floats
    effect: Floats
    least_pvalue: Floats

    @classmethod
    def undefined(cls, count: int, reason: str) -> Self:
        """No result for any of ``count`` families, for one reason."""
        return cls(**_nothing(cls, count), na_reason=(reason,) * count)


def _nothing(result: type[Omnibus | Pair], count: int) -> dict[str, Any]:
    return {f.name: np.full(count, np.nan) for f in fields(result) if f.name != "na_reason"}


def stacked(pairs: Sequence[Pair], name: str) -> Floats:
    """A field of several pairs as pairs x families."""
    return np.array([getattr(pair, name) for pair in pairs], dtype=np.float64)
