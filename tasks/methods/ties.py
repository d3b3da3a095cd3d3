"""Values that are equal but for the rounding of arithmetic, made equal: rank tests must see them as ties."""

from __future__ import annotations

import numpy as np

from tasks.methods.group_results import Floats

DIGITS = 12  # significant ones; sums and means of doubles keep 15


def without_rounding(values: Floats) -> Floats:
    """Values rounded to 12 significant digits, as R's ``wilcox.test(digits.rank = 12)`` ranks them."""
    return _rounded(values, np.abs(values))


def differences(first: Floats, second: Floats) -> Floats:
    """``second - first`` without the rounding error of either: 0 where both are equal to 12 significant digits.

    Like differences are ties although their ends differ (0.3 - 0.2 and 0.2 - 0.1).
    """
    return _rounded(second - first, np.maximum(np.abs(first), np.abs(second)))


def _rounded(values: Floats, sizes: Floats) -> Floats:
    """Values as multiples of the last digit that numbers of their size keep; infinite and missing ones as they are."""
    is_number = np.isfinite(values) & (sizes > 0) & np.isfinite(sizes)
    places = DIGITS - 1 - np.floor(np.log10(np.where(is_number, sizes, 1.0)))
    places = np.clip(places, -300, 300)
    found = np.rint(np.where(is_number, values, 0.0) * 10.0**places) / 10.0**places
    return np.where(is_number, found, values)
