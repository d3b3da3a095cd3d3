"""Numbers and results in the words of the report. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

THOUSAND = 1000
_RANGE = (-3, 5)  # powers of ten outside of which a number is written as one
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
ASSAYS = {
    "cell_viability": "Viability",
    "senescence": "Senescence",
    "flow_cytometry": "Flow cytometry",
    "western_blot": "Western blot",
    "qpcr": "qPCR",
    "particle_size": "Particle size",
    "cell_counts": "Cell counts",
    "image": "Pictures",
    "nucleic_acid_qc": "Amount and quality of nucleic acids",
}
METHODS = {
    "one_way_anova": "one-way ANOVA",
    "randomised_block_anova": "randomised-block ANOVA",
    "welch_anova": "Welch ANOVA",
    "two_way_anova": "two-way ANOVA",
    "repeated_measures_anova": "repeated-measures ANOVA",
    "mixed_anova": "mixed ANOVA",
    "kruskal": "Kruskal–Wallis test",
    "kruskal_wallis": "Kruskal–Wallis test",
    "friedman": "Friedman test",
    "mann_whitney": "Mann–Whitney test",
    "wilcoxon_signed_rank": "Wilcoxon signed-rank test",
    "friedman_ranks": "Friedman ranks",
    "student_t": "Student's t-test",
    "welch_t": "Welch's t-test",
    "paired_t": "paired t-test",
    "blocked_t": "blocked t",
    "pooled_t": "pooled t",
    "block_pooled_t": "block-pooled t",
    "games_howell": "Games–Howell",
    "dunn": "Dunn",
    "tukey": "Tukey",
    "dunnett": "Dunnett",
    "bonferroni": "Bonferroni",
    "holm": "Holm",
}
_MEASURES = {
    "viability": "viability",
    "percent_apoptotic": "apoptotic cells",
    "percent_early_apoptotic": "early apoptotic cells",
    "percent_late_apoptotic": "late apoptotic cells",
    "percent_live": "living cells",
    "percent_necrotic": "necrotic cells",
    "ratio_260_280": "A260/A280",
    "ratio_260_230": "A260/A230",
    "rin": "RNA integrity (RIN)",
}
_OF_TARGET = {
    "expression": "{} mRNA",
    "protein": "{} protein",
    "percent_positive": "{}-positive cells",
    "concentration": "{} concentration",
}


def number(value: float | None, digits: int = 3) -> str:
    """A number for reading: ``digits`` significant ones, thousands apart, a real minus; empty for null."""
    if value is None or math.isnan(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < THOUSAND**3:
        return f"{int(value):,}".replace("-", "−")
    power = math.floor(math.log10(abs(value)))
    if not _RANGE[0] <= power <= _RANGE[1]:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        return f"{mantissa} × 10{str(int(exponent)).translate(_RAISED)}".replace("-", "−")
    digits = max(digits, power + 1)  # no digit before the point is rounded away
    rounded = round(value, digits - 1 - power)
    places = max(digits - 1 - math.floor(math.log10(abs(rounded))), 0)
    return f"{rounded:,.{places}f}".replace("-", "−")


def hours(time_h: float | None) -> str:
    """`` at 72 h``, or nothing."""
    return "" if time_h is None else f" at {time_h:g} h"


def spoken(name: str | None) -> str:
    """A name of the tables in plain letters."""
    return (name or "").replace("_", " ")


def assay_title(assay: str) -> str:
    """What people call an assay."""
    return ASSAYS.get(assay, spoken(assay).capitalize())


def quantity(row: Row) -> str:
    """What was measured, in words, without the time: ``ACAN mRNA``, ``viability``."""
    measure, target = row["measure"], row["target"] or ""
    if target and measure in _OF_TARGET:
        return _OF_TARGET[measure].format(target)
    known = _MEASURES.get(measure, spoken(measure))
    return f"{known} of {target}" if target else known


def method(name: str) -> str:
    """What people call a test."""
    return METHODS.get(name, spoken(name))


def capital(text: str) -> str:
    """The text with a capital first letter; names of genes and labels stay as they are."""
    return text[:1].upper() + text[1:] if text[1:2].islower() else text


def several(names: Sequence[str], word: str = "and") -> str:
    """Names in a sentence: a, b and c."""
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else "".join(names)


def counted(count: int, noun: str, plural: str = "") -> str:
    """``1 donor``, ``3 donors``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {plural or noun + 's'}"


def ratio(value: float, scale: str) -> float:
    """A difference of a log scale as the ratio, one of the logit scale as the odds ratio; others as they are."""
    if scale == "log2":
        return float(2.0**value)
    return math.exp(value) if scale == "logit" else value


def amount(value: float, scale: str, unit: str) -> str:
    """A difference for reading: in the unit, as a ratio off the log2 scale, as an odds ratio off the logit scale."""
    if scale in {"log2", "logit"}:
        return f"{number(ratio(value, scale))}-fold{' odds' if scale == 'logit' else ''}"
    return f"{number(value)} {'percentage points' if unit == '%' else unit}".strip()


def interval(low: float, high: float, scale: str) -> str:
    """A confidence interval on the scale that ``amount`` prints."""
    return f"{number(ratio(low, scale))} to {number(ratio(high, scale))}"
