"""What figures of running enrichment scores say: labels, title, caption, alternative text. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tasks.methods.contrast_figures import versus
from tasks.methods.figure_style import plain
from tasks.methods.gene_rankings import NAMED
from tasks.methods.report_words import counted, several

EACH, LISTED = 3, 12  # terms at either end; named lists of both ends
_WIDTH = 54  # letters of a line


def label(term: Mapping[str, Any], number: str = "") -> str:
    """A term with its number, NES and FDR, on three lines at most."""
    text = f"{number}. {term['term']}" if number else term["term"]
    name = "\n".join(textwrap.wrap(text, _WIDTH, max_lines=2, placeholder=" …"))
    score = f"{term['nes']:.2f}".replace("-", "−")
    return plain(f"{name}\nNES {score}, FDR {term['padj']:.2g}")


def title(given: Mapping[str, Any]) -> str:
    """Title of the sets of a collection, or of the named lists."""
    what = "named gene lists" if given["collection"] == NAMED else f"sets of {given['collection']} at the ends of"
    text = f"{versus(given)}: {what}{' in' if given['collection'] == NAMED else ''} the ranking"
    return text[0].upper() + text[1:]


def numbers(shown: pl.DataFrame) -> list[str]:
    """What the rows of marks are called: numbers where an end has more terms than colours, else nothing."""
    ends = shown["direction"].value_counts()["count"].max()
    is_numbered = isinstance(ends, int) and ends > EACH
    return [str(row) if is_numbered else "" for row in range(1, shown.height + 1)]


def caption(given: Mapping[str, Any], shown: pl.DataFrame, terms: pl.DataFrame, lists: pl.DataFrame) -> str:
    """How the figure was made, and which named lists are not in it.

    ``shown``: terms drawn; ``terms``: rows of ``result.enrichment`` of the ranking; ``lists``: of ``core.gene_lists``.
    """
    passed = shown.filter(pl.col("padj") < given["alpha"]).height
    count, family = shown["background_size"][0], shown["family_size"][0]
    which = (
        f"the most significant of {counted(family, 'set')} of {given['collection']} with nominal "
        f"P < {given['alpha']:g}, each for all sets of nearly the same leading edge, up to {EACH} at either end"
    )
    left = ""
    if given["collection"] == NAMED:
        which = f"of {counted(family, 'ranked list')} that study.yaml names, whether their genes are shifted or not, "
        which += f"the most significant, up to {LISTED}"
        left = "".join(f"{text}. " for text in left_out(shown, terms, lists))
    order = "with the numbers" if numbers(shown)[0] else "in the order"
    return (
        f"{versus(given)}: preranked gene set enrichment analysis, {counted(count, 'gene')} by {given['statistic']} "
        f"statistic; {which}; {passed} of {shown.height} shown {'has' if passed == 1 else 'have'} "
        f"FDR < {given['alpha']:g} (Benjamini-Hochberg over all sets). {left}"
        "Top: the sum that rises at each gene of the set by its share of the statistic and falls at the others; "
        "its peak is the enrichment score, NES that over the mean score of random sets of the size. Middle: genes of "
        f"the sets {order} of the legend, in full colour those of the leading edge. Bottom: the statistic."
    )


def left_out(shown: pl.DataFrame, terms: pl.DataFrame, lists: pl.DataFrame) -> list[str]:
    """Named lists that are not drawn, by reason, each reason a sentence without its full stop."""
    drawn = set(shown["term_id"])
    unscored = terms.filter(pl.col("nes").is_null())["term_id"].sort().to_list()
    rest = terms.filter(pl.col("nes").is_not_null(), ~pl.col("term_id").is_in(list(drawn)))
    known = lists.filter(~pl.col("is_excluded"), role="genes")["gene_list"].unique().sort().to_list()
    unranked = [name for name in known if name not in set(terms["term_id"])]
    reasons = (
        ("Not shown for want of room", rest.sort("padj", "term_id")["term_id"].to_list()),
        ("Without NES, as no random set of its size scored at the same end", unscored),
        ("Not ranked, as no gene of it was tested or every one is in it", unranked),
    )
    return [f"{reason}: {several(names)}" for reason, names in reasons if names]


def nothing(given: Mapping[str, Any], terms: pl.DataFrame, lists: pl.DataFrame) -> str:
    """Why there is no picture."""
    if given["collection"] == NAMED:
        return "; ".join(["no list that study.yaml names has an NES", *left_out(terms.clear(), terms, lists)])
    return f"no set of {given['collection']} gathers at an end of {versus(given)} with P < {given['alpha']:g}"


def alt(given: Mapping[str, Any], shown: pl.DataFrame) -> str:
    """Alternative text: every set drawn with its NES."""
    said: Sequence[str] = [f"{row['term']} (NES {row['nes']:.2f})" for row in shown.iter_rows(named=True)]
    return f"Running scores of {counted(len(said), 'set')}, {versus(given)}: {'; '.join(said)}."
