"""P-values in print: one way everywhere."""

from __future__ import annotations

import math

STARS = ((0.0001, "****"), (0.001, "***"), (0.01, "**"), (0.05, "*"))
_LEAST = 0.001
_ROUNDS_TO_ONE = 0.9995


def printed_pvalue(pvalue: float | None) -> str:
    """``< 0.001``, else three decimals; ``n/a`` for null and NaN.

    0.000 and 1.000 are never printed: a p near 1 is ``> 0.999``. A value printed ``0.050`` may lie on
    either side of 0.05; ``stars`` decides from the exact one.
    """
    if pvalue is None or math.isnan(pvalue):
        return "n/a"
    if pvalue < _LEAST:
        return "< 0.001"
    if pvalue >= _ROUNDS_TO_ONE:
        return "> 0.999"
    return f"{pvalue:.3f}"


def pvalue_phrase(pvalue: float | None, symbol: str = "p") -> str:
    """``p < 0.001``, ``p = 0.012`` or ``p n/a``."""
    text = printed_pvalue(pvalue)
    return f"{symbol} {text}" if text[0] in "<>n" else f"{symbol} = {text}"


def stars(padj: float | None) -> str | None:
    """``ns``, ``*`` (< 0.05), ``**`` (< 0.01), ``***`` (< 0.001) or ``****`` (< 0.0001); null for null and NaN."""
    if padj is None or math.isnan(padj):
        return None
    return next((mark for limit, mark in STARS if padj < limit), "ns")
