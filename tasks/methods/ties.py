"""Values that are equal but for the rounding of arithmetic, made equal: rank tests must see them as ties.

What is taken as rounding is 10⁻¹² of the largest value of a family: double numbers keep 10⁻¹⁶ of a value, and a
difference of two Cq that should be 0 is off by as much as the Cq themselves. ``digits.rank`` of R's ``wilcox.test`` is
for the same.
"""

from __future__ import annotations

import numpy as np

from tasks.methods.group_results import Floats

DIGITS = 12


def without_rounding(values: Floats) -> Floats:
    """Values (families along the last axis) as multiples of 10⁻¹² of each family's largest."""
    return _rounded(values, values)


def differences(first: Floats, second: Floats) -> Floats:
    """``second - first`` (pairs x families), 0 where both are equal; like differences of unlike ends are ties."""
    return _rounded(second - first, np.concatenate([first, second]))


def _rounded(values: Floats, sizes: Floats) -> Floats:
    """Values as multiples of what the largest of ``sizes`` leaves uncertain; infinite and missing ones as they are."""
    sizes = np.where(np.isfinite(sizes), np.abs(sizes), 0.0)
    largest = sizes.max(axis=tuple(range(sizes.ndim - 1)), initial=0.0)
    places = DIGITS - 1 - np.floor(np.log10(np.where(largest > 0, largest, 1.0)))
    scale = 10.0 ** np.clip(places, -300, 300)
    found = np.rint(np.where(np.isfinite(values), values, 0.0) * scale) / scale
    return np.where(np.isfinite(values), found, values)
