"""Locally weighted regression of a scatter plot, with the rules and shortcuts of R's ``lowess``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ROBUST_STEPS = 3
_STEP = 0.01  # share of the range within which fitted values are interpolated
_NEAR, _FAR = 0.001, 0.999  # shares of the bandwidth taken as zero and as one
_SETTLED = 1e-7  # a median residual this small beside the mean one ends the robust steps
_MIN_SPREAD = 0.001  # share of the range below which the x of a window tell no slope


def lowess(x: Floats, y: Floats, *, span: float, robust_steps: int = ROBUST_STEPS) -> Floats:
    """Fitted value at each ``x`` (ascending, finite, at least one); ``y`` in the same order.

    ``span``: share of the points in each window (tricube weights, straight line). Each robust step
    weighs points down by their residuals (bisquare). The line is fitted at points at least 1 % of
    the range apart and interpolated between, as R does: other implementations that fit everywhere
    give slightly different values, which voom's weights would show.

    Cleveland 1979, doi:10.1080/01621459.1979.10481038
    """
    n = len(x)
    if n == 1:
        return y.copy()
    window = max(2, min(n, int(span * n + 1e-7)))
    weights = np.ones(n)
    for step in range(robust_steps + 1):
        fitted = _pass(x, y, weights, window)
        if step == robust_steps:
            break
        residuals = np.abs(y - fitted)
        ordered = np.sort(residuals)
        six_medians = 3 * (ordered[n // 2] + ordered[n - n // 2 - 1])
        if six_medians <= _SETTLED * residuals.mean():
            break
        ratio = residuals / six_medians
        weights = np.where(ratio <= _NEAR, 1.0, np.where(ratio <= _FAR, (1 - ratio**2) ** 2, 0.0))
    return fitted


def _pass(x: Floats, y: Floats, weights: Floats, window: int) -> Floats:
    """One pass over the points: fits at anchors, straight lines between them."""
    n = len(x)
    step = _STEP * (x[-1] - x[0])
    fitted = np.empty(n)
    left, last, i = 0, -1, 0
    while True:
        # the window moves right while its next point is nearer than its first
        nearer = (x[i] - x[left : n - window]) > (x[left + window :] - x[i])
        left += len(nearer) if nearer.all() else int(nearer.argmin())
        value = _line(x, y, weights, i, left, left + window - 1)
        fitted[i] = y[i] if value is None else value
        if last < i - 1 and last >= 0:
            between = slice(last + 1, i)
            share = (x[between] - x[last]) / (x[i] - x[last])
            fitted[between] = share * fitted[i] + (1 - share) * fitted[last]
        ties = int(np.searchsorted(x, x[i], side="right"))
        fitted[i:ties] = fitted[i]
        last = ties - 1
        beyond = int(np.searchsorted(x, x[i] + step, side="right"))
        if last >= n - 1:
            return fitted
        i = max(last + 1, beyond - 1)


def _line(x: Floats, y: Floats, weights: Floats, i: int, left: int, right: int) -> float | None:
    """Value at point ``i`` of the line through its window; null where all its weights are zero."""
    at = x[i]
    bandwidth = max(at - x[left], x[right] - at)
    # equal x beyond the window's end belong to it
    end = int(np.searchsorted(x, at + _FAR * bandwidth, side="right"))
    used = slice(left, max(end, right + 1))
    distance = np.abs(x[used] - at)
    kernel = np.where(distance <= _NEAR * bandwidth, 1.0, (1 - (distance / bandwidth) ** 3) ** 3 if bandwidth else 1.0)
    kernel = np.where(distance <= _FAR * bandwidth, kernel * weights[used], 0.0)
    total = kernel.sum()
    if total <= 0:
        return None
    kernel /= total
    if bandwidth > 0:
        centre = kernel @ x[used]
        spread = kernel @ (x[used] - centre) ** 2
        if np.sqrt(spread) > _MIN_SPREAD * (x[-1] - x[0]):
            kernel *= (at - centre) / spread * (x[used] - centre) + 1
    return float(kernel @ y[used])
