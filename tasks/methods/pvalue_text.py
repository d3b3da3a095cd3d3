"""P-values in print: one way everywhere."""

from __future__ import annotations

import math

STARS = ((0.0001, "****"), (0.001, "***"), (0.01, "**"), (0.05, "*"))
_LEAST = 0.001
_ROUNDS_TO_ONE = 0.9995
_LIMITS = (0.05, 0.01)  # what a rounded p must not seem to reach


def printed_pvalue(pvalue: float | None) -> str:
    """``< 0.001``, else three decimals; ``> 0.999`` near 1; empty for null and NaN.

    Just below 0.05 and 0.01 it is four decimals, cut and not rounded (0.0499), so that the printed p
    lies on the same side of the limit as the exact one. Views of the warehouse print by the same rule.
    """
    if pvalue is None or math.isnan(pvalue):
        return ""
    if pvalue < _LEAST:
        return "< 0.001"
    if pvalue >= _ROUNDS_TO_ONE:
        return "> 0.999"
    if any(limit - _LEAST / 2 <= pvalue < limit for limit in _LIMITS):
        return f"{math.floor(pvalue * 10_000) / 10_000:.4f}"
    return f"{pvalue:.3f}"


def pvalue_phrase(pvalue: float | None, symbol: str = "p") -> str:
    """``p < 0.001`` or ``p = 0.012``; ``no p-value`` where there is none."""
    text = printed_pvalue(pvalue)
    if not text:
        return "no p-value"
    return f"{symbol} {text}" if text[0] in "<>" else f"{symbol} = {text}"


def stars(padj: float | None) -> str | None:
    """``ns``, ``*`` (< 0.05), ``**`` (< 0.01), ``***`` (< 0.001) or ``****`` (< 0.0001); null for null and NaN."""
    if padj is None or math.isnan(padj):
        return None
    return next((mark for limit, mark in STARS if padj < limit), "ns")
