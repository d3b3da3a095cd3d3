"""What people must know of a contrast's ceRNA pairs: what their numbers rest on and what the table leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.errors import Problem
from tasks.methods.cerna_inputs import missing, remark
from tasks.methods.cerna_rewiring import REWIRINGS
from tasks.methods.cerna_sensitivity import FEWEST_SAMPLES
from tasks.methods.report_words import counted


def correlation_warnings(given: Mapping[str, Any], values: pl.DataFrame) -> list[Problem]:
    """What people must know of the correlations."""
    count = len(given["levels"])
    if values.is_empty() or not count:
        message = "there are no normalised values of the same samples for genes and miRNAs: pairs have no correlations"
        return [
            remark(given, "no_expression", message, "Add deseq2 to expression.methods, or use the same sample names.")
        ]
    if count >= FEWEST_SAMPLES or given["is_plain"]:
        return []
    message = f"correlations of ceRNA pairs rest on {counted(count, 'sample')}, and sensitivity correlation needs "
    message += f"{FEWEST_SAMPLES}"
    remedy = "Read them as hints; the shared miRNAs and the changes of triplets do not depend on them."
    return [remark(given, "few_samples_for_cerna", message, remedy)]


def unstored_pairs(given: Mapping[str, Any], pairs: pl.DataFrame) -> list[Problem]:
    """What the table leaves out of a family that is too large for it."""
    if pairs.is_empty() or pairs["sharing_count"][0] == pairs.height:
        return []
    shared, called, tier = (pairs[column][0] for column in ("sharing_count", "significant_count", "tier"))
    message = (
        f"{counted(shared, f'{tier} ceRNA pair shares', f'{tier} ceRNA pairs share')} a miRNA and {called:,} "
        f"{'is' if called == 1 else 'are'} significant: all were tested and corrected for, the {pairs.height:,} of "
        "smallest P-value are stored"
    )
    remedy = "Take counts from sharing_count and significant_count; stronger evidence or `candidates: de` gives fewer."
    return [remark(given, "pairs_not_stored", message, remedy)]


def popular_mirnas(given: Mapping[str, Any], tier: str, rate: float) -> Problem:
    """That rewired tables call too large a share (``rate``) of a tier's pairs."""
    message = (
        f"target tables rewired at random ({REWIRINGS} times, every RNA and miRNA keeping its number of partners) "
    )
    message += (
        f"call {rate:.0%} as many {tier} ceRNA pairs as the real ones: so many calls come from popular miRNAs alone"
    )
    return remark(
        given, "popular_mirnas", message, "Read is_significant beside false_call_rate; prefer stronger evidence."
    )


def no_pairs_reason(nodes: pl.DataFrame, edges: pl.DataFrame, given: Mapping[str, Any]) -> str:
    """Why a contrast has no pair of any tier."""
    known = missing(nodes, edges)
    if known:
        return known
    kind = "changed " if given["candidates"] == "de" else ""
    return f"no {kind}lncRNA or circRNA shares a miRNA of the target tables with a {kind}mRNA"
