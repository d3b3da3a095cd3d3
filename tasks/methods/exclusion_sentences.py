"""What exclusions.csv leaves out, and what p is with it, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tasks.methods.bench_families import FAMILY
from tasks.methods.bench_sentences import groups, is_significant
from tasks.methods.pvalue_text import pvalue_phrase
from tasks.methods.report_words import Row, capital, counted, hours, method, quantity, several, spoken

PRIMARY, WITH = "primary", "including_excluded"
LISTED = 3  # pairs of a family that are told one by one, though nothing turns on them
TOLD = 12  # families


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
        clauses.append(f"{_pvalue(again)} instead of {_pvalue(alone)} ({later} against {earlier})")
    other = len(pairs) - len(listed)
    same = f"; no {'other ' if crossing else ''}pair crosses {alpha:g}" if other else ""
    tests = {(again["method"], alone["method"]) for again, alone in pairs if again["method"] != alone["method"]}
    by = "".join(f" It is then tested by {method(a)} and not by {method(b)}." for a, b in sorted(tests))
    place = f"{quantity(first)}{hours(first['time_h'])}"
    return f"{capital('left out of')} {place}: {first['put_back']}. With it {several(clauses)}{same}.{by}"


def _pvalue(pair: Row) -> str:
    why = f" ({spoken(pair['na_reason'])})" if pair["padj"] is None and pair["na_reason"] else ""
    return f"{pvalue_phrase(pair['padj'])}{why}"
