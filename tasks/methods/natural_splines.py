"""Natural cubic splines: smooth curves that are straight beyond the outermost points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def natural_spline_basis(x: Floats, df: int) -> Floats:
    """Basis of the natural cubic splines with ``df`` coefficients, intercept among them: points x ``df``.

    Outer knots at the smallest and largest ``x``, the ``df`` - 2 inner ones at its quantiles: the
    space of R's ``ns(x, df, intercept = TRUE)``, so that least squares give the same curve. ``x``
    has at least two different values, ``df`` is at least 2.

    Hastie, Tibshirani & Friedman 2009, doi:10.1007/978-0-387-84858-7, equation 5.4
    """
    scaled = (x - x.min()) / (x.max() - x.min())
    knots = np.quantile(scaled, np.linspace(0, 1, df))
    knots[[0, -1]] = 0, 1
    knots = np.unique(knots)
    slopes = [_bend(scaled, knot) for knot in knots[:-1]]
    return np.column_stack([np.ones(len(x)), scaled, *(s - slopes[-1] for s in slopes[:-1])])


def _bend(x: Floats, knot: float) -> Floats:
    """The cubic that starts at ``knot`` and gives way to a straight line at 1."""
    bend: Floats = (np.maximum(x - knot, 0) ** 3 - np.maximum(x - 1, 0) ** 3) / (1 - knot)
    return bend
