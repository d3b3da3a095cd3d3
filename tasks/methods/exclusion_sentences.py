"""What exclusions.csv leaves out, and what p and rescue are with it, in sentences. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from tasks.methods.bench_families import FAMILY
from tasks.methods.bench_sentences import groups, is_significant
from tasks.methods.put_back import LeftOut
from tasks.methods.pvalue_text import pvalue_phrase
from tasks.methods.reason_words import reason_words
from tasks.methods.report_words import Row, capital, counted, hours, method, number, quantity, several

PRIMARY, WITH = "primary", "including_excluded"
LISTED = 3  # pairs of a family that are told one by one, though nothing turns on them
TOLD = 12  # families
EFFECTS = {"condition": "condition", "time": "time", "condition:time": "condition × time"}


def exclusion_sentences(pairs: pl.DataFrame, labels: Mapping[str, str], alpha: float) -> list[str]:
    """One sentence per family of which something is left out: what, and p with it instead of without it.

    ``pairs``: rows of ``result.pairwise_tests`` of one comparison and assay. Families in which a pair crosses
    ``alpha`` come first, and all such pairs are told; of the others the first few.
    """
    keys = [*FAMILY, "scale", "group_a", "group_b"]
    back = pairs.filter(role=WITH)
    without = {tuple(r[k] for k in keys): r for r in pairs.filter(role=PRIMARY).iter_rows(named=True)}
    told = []
    for family in back.partition_by([*FAMILY, "scale"], maintain_order=True):
        both = [(r, without.get(tuple(r[k] for k in keys))) for r in family.iter_rows(named=True)]
        found = [(again, alone) for again, alone in both if alone is not None]
        if found:
            crossing = [pair for pair in found if is_significant(pair[0], alpha) != is_significant(pair[1], alpha)]
            told.append((not crossing, _sentence(found, crossing, labels, alpha)))
    told.sort(key=lambda item: item[0])
    shown = max(TOLD, sum(not is_quiet for is_quiet, _ in told))  # what crosses is told whatever its number
    rest = [f"{counted(len(told) - shown, 'family', 'families')} more: see the table."] if len(told) > shown else []
    return [text for _, text in told[:shown]] + rest


def _sentence(
    pairs: Sequence[tuple[Row, Row]], crossing: Sequence[tuple[Row, Row]], labels: Mapping[str, str], alpha: float
) -> str:
    """``Left out of viability: well B7 of plate1.csv (bubble). With it p = 0.030 instead of 0.010 (…)``, or so."""
    first = pairs[0][0]
    listed = crossing or pairs[:LISTED]
    clauses = []
    for again, alone in listed:
        later, earlier = groups(again, labels)
        now, was = _pvalue(again), _pvalue(alone)
        change = f"{now}, as without it" if now == was else f"{now} instead of {was}"
        clauses.append(f"{change} ({later} against {earlier})")
    other = len(pairs) - len(listed)
    same = f"; no {'other ' if crossing else ''}pair crosses {alpha:g}" if other else ""
    tests = {(again["method"], alone["method"]) for again, alone in pairs if again["method"] != alone["method"]}
    by = "".join(f" It is then tested by {method(a)} and not by {method(b)}." for a, b in sorted(tests))
    place = f"{quantity(first)}{hours(first['time_h'])}"
    moved = " No difference of means moves in its first three digits." if _moves_nothing(pairs) else ""
    return f"{capital('left out of')} {place}: {first['put_back']}. With it {several(clauses)}{same}.{by}{moved}"


def _moves_nothing(pairs: Sequence[tuple[Row, Row]]) -> bool:
    """Whether every pair has a difference of means, and prints the same one with and without what is left out."""
    sizes = [(again["mean_difference"], alone["mean_difference"]) for again, alone in pairs]
    return all(a is not None and b is not None and number(a) == number(b) for a, b in sizes)


def exclusions_summary(left: Sequence[LeftOut], pairs: pl.DataFrame, alpha: float, *, is_partial: bool) -> str:
    """How much exclusions.csv leaves out, and whether a pair of groups crosses ``alpha`` with it; empty for nothing.

    ``pairs``: rows of ``result.pairwise_tests``; ``is_partial``: not everything could be put back.
    """
    if not left:
        return ""
    kinds = {"well": "wells", "file": "files", "culture": "cultures", "culture of a file": "cultures of a file"}
    count = Counter(one.kind for one in left)
    what = several([counted(count[kind], kind, plural) for kind, plural in kinds.items() if count[kind]])
    said = f"exclusions.csv leaves out {what} of what was loaded, each with its reason."
    keys = ["comparison_id", *FAMILY, "scale", "group_a", "group_b"]
    back = pairs.filter(role=WITH).select(*keys, again="padj")
    both = back.join(pairs.filter(role=PRIMARY).select(*keys, "padj"), on=keys, how="inner", nulls_equal=True)
    if not both.height:
        return f"{said} No test of the bench assays could be repeated with {'it' if len(left) == 1 else 'them'}."
    crosses = (pl.col("again") < alpha).fill_null(value=False) != (pl.col("padj") < alpha).fill_null(value=False)
    turned = both.filter(crosses).sort("comparison_id", *FAMILY)
    families = both.select("comparison_id", *FAMILY).n_unique()
    with_it = f"{'It' if len(left) == 1 else 'They'} would change {counted(families, 'family', 'families')} of tests"
    rest = " Not everything could be put back: see the warnings." if is_partial else ""
    if not turned.height:
        return f"{said} {with_it}; with what is left out put back no pair of groups crosses {alpha:g}.{rest}"
    named = list(dict.fromkeys(f"{quantity(r)}{hours(r['time_h'])}" for r in turned.iter_rows(named=True)))
    shown = [*named[:LISTED], *([f"{len(named) - LISTED} more"] if len(named) > LISTED else [])]
    crossing = f"{counted(turned.height, 'pair crosses', 'pairs cross')} {alpha:g}"
    return (
        f"{said} {with_it}; with what is left out put back {crossing} ({several(shown)}), told under each assay.{rest}"
    )


def rescue_exclusion_sentence(rows: Sequence[Row], labels: Mapping[str, str], alpha: float) -> str | None:
    """What is left out of a family, and how much each treatment rescues with it; null where nothing is left out.

    ``rows``: of ``result.rescue``, of one comparison, quantity and time.
    """
    back = [row for row in rows if row["put_back"]]
    if not back:
        return None
    level = f"{(1 - alpha) * 100:g} % CI"
    clauses = []
    for row in back:
        share, ends = row[f"rescue_{WITH}"], (row[f"ci_low_{WITH}"], row[f"ci_high_{WITH}"])
        who = labels.get(row["treatment"], row["treatment"])
        now, was = (None if x is None else f"{number(100 * x)} %" for x in (share, row["rescue"]))
        between = "" if None in ends else f" ({level} {number(100 * ends[0])} % to {number(100 * ends[1])} %)"
        why = reason_words(row[f"na_reason_{WITH}"]) if row[f"na_reason_{WITH}"] else "no reason is stored"
        told = f"no rescue of {who} is given ({why})" if now is None else f"{who} undid {now}{between}"
        change = ", as without it" if now == was else f" instead of {was or 'no rescue that could be given'}"
        clauses.append(f"{told}{change}")
    return f"With what is left out put back ({back[0]['put_back']}) {several(clauses)}."


def course_exclusion_sentences(tests: pl.DataFrame) -> list[str]:
    """One sentence per time course of which something is left out: p over the whole course with it and without it.

    ``tests``: rows of ``result.time_course_tests`` of one assay. P-values are Greenhouse–Geisser's where there are any.
    """
    keys = ["comparison_id", "experiment", "measure", "target", "scale"]
    told = []
    for course in tests.filter(role=WITH).partition_by(keys, maintain_order=True):
        alone = tests.filter(role=PRIMARY).join(course.select(keys).unique(), on=keys, how="semi")
        before = {row["effect"]: row for row in alone.iter_rows(named=True)}
        both = [(row, before[row["effect"]]) for row in course.iter_rows(named=True) if row["effect"] in before]
        clauses = [f"{_course_change(again, was)} ({EFFECTS[again['effect']]})" for again, was in both]
        tests_of = {(again["method"], was["method"]) for again, was in both if again["method"] != was["method"]}
        by = "".join(f" It is then tested by {method(a)} and not by {method(b)}." for a, b in sorted(tests_of))
        first = course.row(0, named=True)
        told.append(
            f"{capital('left out of')} the time course of {quantity(first)}: {first['put_back']}. "
            f"With it {several(clauses)}.{by}"
        )
    return told


def _course_change(again: Row, was: Row) -> str:
    """Both p-values; which of them are corrected for sphericity is said where they are not alike."""
    is_alike = (again["pvalue_gg"] is None) == (was["pvalue_gg"] is None)
    now, before = (_course_pvalue(row) + ("" if is_alike else _corrected(row)) for row in (again, was))
    return f"{now} instead of {before}"


def _course_pvalue(row: Row) -> str:
    exact = row["pvalue"] if row["pvalue_gg"] is None else row["pvalue_gg"]
    why = f" ({reason_words(row['na_reason'])})" if exact is None and row["na_reason"] else ""
    return f"{pvalue_phrase(exact)}{why}"


def _corrected(row: Row) -> str:
    if row["pvalue_gg"] is not None:
        return " by Greenhouse–Geisser"
    return "" if row["pvalue"] is None else " uncorrected for sphericity"


def _pvalue(pair: Row) -> str:
    why = f" ({reason_words(pair['na_reason'])})" if pair["padj"] is None and pair["na_reason"] else ""
    return f"{pvalue_phrase(pair['padj'])}{why}"
