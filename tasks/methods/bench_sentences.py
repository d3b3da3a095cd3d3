"""What two groups of a bench assay show, in a sentence. Pure.

A significant difference says how much, with its interval, p, n and test; one that is not says that none was found
at this n and how large it must have been to be found: never that there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tasks.methods.detectable_effects import detectable_difference
from tasks.methods.pvalue_text import pvalue_phrase
from tasks.methods.reason_words import reason_words
from tasks.methods.report_words import (
    Row,
    amount,
    capital,
    counted,
    hours,
    interval,
    method,
    number,
    quantity,
    ratio,
    several,
)

RATIOS = {"log2": "", "logit": "in odds "}
T_TESTS = frozenset({"student_t", "welch_t", "paired_t", "pooled_t", "blocked_t", "block_pooled_t"})
ALONE = "not corrected for the number of pairs"  # a rescue's interval, beside pairs that are
SINGLE_LIMIT = frozenset({"bonferroni", "none"})  # corrections by which every pair is tested at one known level


@dataclass(frozen=True)
class Setting:
    """What a sentence needs besides the pair: labels of conditions, unit, what n counts, the family's test, alpha."""

    labels: Mapping[str, str]
    unit: str
    n_unit: str
    omnibus: str
    alpha: float


def is_significant(pair: Row, alpha: float) -> bool:
    """Whether the corrected p-value is below alpha."""
    return pair["padj"] is not None and pair["padj"] < alpha


def verb(pair: Row) -> str:
    """``raised`` or ``lowered``, of group_b against group_a; ``changed`` where a test gives no size."""
    if pair["mean_difference"] is None:
        return "changed"
    return "raised" if pair["mean_difference"] > 0 else "lowered"


def groups(pair: Row, labels: Mapping[str, str]) -> tuple[str, str]:
    """Labels of the later and of the earlier group."""
    return labels.get(pair["group_b"], pair["group_b"]), labels.get(pair["group_a"], pair["group_a"])


def sample_size(pair: Row, n_unit: str) -> str:
    """``n = 3 donors``; both numbers where they differ."""
    a, b = pair["n_a"], pair["n_b"]
    return f"n = {counted(b, n_unit)}" if a == b else f"n = {b} against {counted(a, n_unit)}"


def test_words(pair: Row, omnibus: str) -> str:
    """The test and the correction: ``randomised-block ANOVA, Bonferroni``."""
    tests = method(omnibus or pair["method"])
    if pair["correction"] in {"none", ""} or pair["family_size"] <= 1:
        return tests
    return f"{tests}, {method(pair['correction'])}"


def evidence(pair: Row, setting: Setting) -> str:
    """``95 % CI 0.20 to 0.40 OD; p < 0.001; n = 3 donors, randomised-block ANOVA, Bonferroni``.

    Off a log scale the interval is that of the ratio; else that of the size of the difference, whichever its sign.
    """
    low, high, scale = pair["ci_low"], pair["ci_high"], pair["scale"]
    found = [pvalue_phrase(pair["padj"]), f"{sample_size(pair, setting.n_unit)}, {test_words(pair, setting.omnibus)}"]
    if low is not None and high is not None:
        if scale not in RATIOS and pair["mean_difference"] < 0:
            low, high = -high, -low
        found.insert(0, f"{(1 - setting.alpha) * 100:g} % CI {interval(low, high, scale)}")
    return "; ".join(found)


def detectable(pair: Row, alpha: float) -> float | None:
    """The difference that this test would have found with 80 % power, on its scale.

    Null where it is no t-test, or where its level depends on the other pairs.
    """
    difference, statistic = pair["mean_difference"], pair["statistic"]
    if pair["method"] not in T_TESTS or pair["correction"] not in SINGLE_LIMIT:
        return None
    if not difference or not statistic or not pair["df"]:
        return None
    size = pair["family_size"] if pair["correction"] == "bonferroni" else 1
    return detectable_difference(abs(difference / statistic), pair["df"], alpha=alpha, family_size=max(size, 1))


def found_sentence(pair: Row, setting: Setting) -> str:
    """A significant difference with its evidence.

    ``IL-1β + exosomes raised viability at 72 h by 0.31 OD against IL-1β (…).``; off a log scale
    ``raised ACAN mRNA to 2.1 times that of IL-1β (…).``
    """
    later, earlier = groups(pair, setting.labels)
    size, scale = pair["mean_difference"], pair["scale"]
    what = f"{quantity(pair)}{hours(pair['time_h'])}"
    if size is None:
        return f"{later} differed from {earlier} in {what} ({evidence(pair, setting)})."
    if scale in RATIOS:
        change = f"{RATIOS[scale]}to {number(ratio(size, scale))} times that of {earlier}"
    else:
        change = f"by {amount(abs(size), scale, setting.unit)} against {earlier}"
    return f"{later} {verb(pair)} {what} {change} ({evidence(pair, setting)})."


def nothing_sentence(pairs: Sequence[Row], setting: Setting) -> str:
    """Pairs of one family in which nothing was found, with what could have been; empty for no pairs."""
    if not pairs:
        return ""
    what = f"{quantity(pairs[0])}{hours(pairs[0]['time_h'])}"
    told = [_not_found(pair, setting) for pair in pairs]
    sizes = {sample_size(pair, setting.n_unit) for pair in pairs}
    at = f" at {sizes.pop()}" if len(sizes) == 1 else " at this n"
    limits = [limit for pair in pairs if (limit := detectable(pair, setting.alpha)) is not None]
    return (
        f"No difference in {what} was found{at} between {several(told)}. {could_see(limits, pairs[0], setting)}".strip()
    )


def _not_found(pair: Row, setting: Setting) -> str:
    later, earlier = groups(pair, setting.labels)
    if pair["mean_difference"] is None:
        return f"{later} and {earlier}"
    shown = amount(pair["mean_difference"], pair["scale"], setting.unit)
    return f"{later} and {earlier} (difference {shown}, {pvalue_phrase(pair['padj'])})"


def short_sentence(pairs: Sequence[Row], setting: Setting) -> str:
    """All pairs of a family without numbers: what was raised and lowered by what, and what was not found."""
    told: dict[tuple[str, str], list[str]] = {}
    for pair in pairs:
        later, earlier = groups(pair, setting.labels)
        if pair["padj"] is None:
            told.setdefault(("could not be compared", earlier), []).append(later)
        elif is_significant(pair, setting.alpha):
            told.setdefault((verb(pair), earlier), []).append(later)
        else:
            told.setdefault(("no difference", earlier), []).append(later)
    clauses = []
    for (what, earlier), names in told.items():
        if what == "no difference":
            clauses.append(f"no difference was found between {earlier} and {several(names, 'or')} at this n")
        elif what == "could not be compared":
            clauses.append(f"{several(names)} could not be compared with {earlier}")
        else:
            clauses.append(f"{what} by {several(names)} against {earlier}")
    return f"{'; '.join(clauses)}."


def could_see(limits: Sequence[float], pair: Row, setting: Setting) -> str:
    """How large a difference the design could have shown; a smaller one may be there."""
    if pair.get("cannot_reach_alpha"):
        return f"At this n no data at all could have given p < {setting.alpha:g} by this test."
    if not limits:
        return "How large a difference could have been found cannot be said of this test."
    limit = max(limits)
    if pair["scale"] == "log2":
        size = f"{number(2.0**limit)}-fold or more (either way)"
    else:
        size = f"{amount(limit, pair['scale'], setting.unit)} or more"
    return f"Only a difference of {size} would have been found with 80 % power; smaller ones may exist."


def untested_sentence(pairs: Sequence[Row], labels: Mapping[str, str]) -> str:
    """Pairs without a p-value, under their reason; empty for no pairs."""
    reasons: dict[str, list[str]] = {}
    for pair in pairs:
        later, earlier = groups(pair, labels)
        reasons.setdefault(pair["na_reason"] or "no p-value", []).append(f"{later} against {earlier}")
    said = ((reason_words(why), several(names)) for why, names in reasons.items())
    return " ".join(f"{capital('not tested')} ({why}): {names}." for why, names in said)


def rescue_sentences(rows: Sequence[Row], setting: Setting) -> list[str]:
    """How far each treatment of a family undoes the disease: ``IL-1β + exosomes undid 68 % of what IL-1β changed …``.

    Where the disease's own effect does not stand there is nothing to undo, and that is said once.
    """
    level = f"{(1 - setting.alpha) * 100:g} % CI"
    found = []
    for row in rows:
        treatment, disease, control = (setting.labels.get(row[k], row[k]) for k in ("treatment", "disease", "control"))
        if row["rescue"] is None:
            continue
        ends = (row["ci_low"], row["ci_high"])
        has_ends = None not in ends
        between = f" ({level} {number(100 * ends[0])} % to {number(100 * ends[1])} %, {ALONE})" if has_ends else ""
        found.append(
            f"{treatment} undid {number(100 * row['rescue'])} % of what {disease} changed against {control}{between}."
        )
    reasons = sorted({reason_words(row["na_reason"]) for row in rows if row["rescue"] is None and row["na_reason"]})
    return [*found, f"No rescue is given: {several(reasons)}."] if reasons else found
