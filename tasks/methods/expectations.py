"""Whether a difference that the lab expects between two conditions is seen. Pure."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import ttest_1samp, ttest_ind

Floats = npt.NDArray[np.float64]
Verdict = Literal["met", "unclear", "contradicted", "not_measured"]

ALPHA = 0.05
OTHERS = 2  # donors that must agree before a single one is called odd
CLEAR_SHARE = 0.5


@dataclass(frozen=True)
class Check:
    """``difference``: condition minus against; ``odd``: donors that alone go clearly the other way."""

    difference: float | None
    pvalue: float | None
    unit_count: int
    is_paired: bool
    verdict: Verdict
    odd: tuple[str, ...] = ()


def check(values: pl.DataFrame, *, condition: str, against: str, direction: Literal["up", "down"]) -> Check:
    """Compare two conditions within donors that have both (paired t-test), else between cultures (Welch's).

    ``values``: ``sample_id, donor_id, condition, value`` on a scale where differences add up. Cultures of a donor and
    condition are averaged. ``contradicted`` is the other direction with p < 0.05. A donor is odd when at least two
    others, and all of them, go as expected, and it goes the other way by half their median or more.
    """
    used = values.drop_nulls("value").filter(pl.col("condition").is_in([condition, against]))
    named = used.filter(pl.col("donor_id") != "")
    means = named.group_by("donor_id", "condition").agg(pl.col("value").mean())
    wide = means.pivot("condition", index="donor_id", values="value").sort("donor_id")
    donors: list[str] = []
    differences: Floats = np.array([])
    if {condition, against} <= set(wide.columns):
        both = wide.drop_nulls([condition, against])
        donors, differences = both["donor_id"].to_list(), (both[condition] - both[against]).to_numpy()
    sign = 1.0 if direction == "up" else -1.0
    if len(differences) > 1:
        return Check(
            float(differences.mean()), _pvalue(differences), len(donors), is_paired=True,
            verdict=_verdict(float(differences.mean()) * sign, _pvalue(differences)),
            odd=_odd(donors, differences * sign),
        )  # fmt: skip
    a, b = (used.filter(pl.col("condition") == c)["value"].to_numpy() for c in (condition, against))
    if not len(a) or not len(b):
        return Check(None, None, len(a) + len(b), is_paired=False, verdict="not_measured")
    difference = float(a.mean() - b.mean())
    pvalue = _pvalue(a, b)
    return Check(difference, pvalue, len(a) + len(b), is_paired=False, verdict=_verdict(difference * sign, pvalue))


def _pvalue(a: Floats, b: Floats | None = None) -> float | None:
    """Two-sided p-value; null where there is no scatter to test against."""
    if min(len(a), len(a) if b is None else len(b)) < 2:  # noqa: PLR2004  # one value has no variance
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # SciPy warns of values without scatter
        found = ttest_1samp(a, 0.0).pvalue if b is None else ttest_ind(a, b, equal_var=False).pvalue
    return float(found) if np.isfinite(found) else None


def _verdict(agreeing: float, pvalue: float | None) -> Verdict:
    """``agreeing``: the difference, positive as expected."""
    if agreeing > 0:
        return "met"
    return "contradicted" if agreeing < 0 and pvalue is not None and pvalue < ALPHA else "unclear"


def _odd(donors: list[str], agreeing: Floats) -> tuple[str, ...]:
    """The one donor that goes the other way while all others go as expected."""
    against = np.flatnonzero(agreeing < 0)
    others = agreeing[agreeing > 0]
    if len(against) != 1 or len(others) < max(OTHERS, len(donors) - 1):
        return ()
    is_clear = -agreeing[against[0]] >= CLEAR_SHARE * np.median(others)
    return (donors[against[0]],) if is_clear else ()
