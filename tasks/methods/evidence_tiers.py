"""How much a miRNA-target pair is worth: what kind of evidence stands behind it."""

from __future__ import annotations

import re
from functools import lru_cache

from schemas.vocabulary import EvidenceTier

_NEGATED = re.compile(
    r"\b(?:not|no|never|without)\s[^;,/]*|\b(?:un|non-?)(?:validated|supported|confirmed)", re.IGNORECASE
)
_WEAK = re.compile(
    r"clip|chimeric|clash|degradome|pare\b|\bago|argonaute|weak|microarray|\barray|proteomic|silac|rna-?seq|rip-?chip|immuno-?precip|sequencing"
    r"|high[- _]?throughput|\bhits\b|pull-?down",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"functional mti(?! \(weak\))|luciferase|reporter|western|blot|q(?:rt-?)?pcr|rt-?q?pcr|elisa"
    r"|immuno-?(?:blot|histo|fluor|cyto)|validated|strong",
    re.IGNORECASE,
)
_PREDICTED = re.compile(
    r"predict|computational|in silico|targetscan|mircode|spongescan|\bpita\b|miranda|mirsvr|mirmap|micro-?t\b|diana"
    r"|rna22|rnahybrid|mirdb|pictar|tarpmir|mirwalk|elmmo|seed (?:match|site)|[678]mer",
    re.IGNORECASE,
)
_EXPERIMENTAL = re.compile(r"starbase|encori|mirtarbase|tarbase|mirecords|lncbase|experiment", re.IGNORECASE)


@lru_cache(maxsize=65536)  # few kinds of evidence, many pairs
def tier_of(source: str, evidence: str | None) -> EvidenceTier:
    """Tier of a pair by the words of its evidence, else by the database it comes from.

    An experiment whose strength is not told counts as high-throughput, the weaker kind: most pairs of
    miRTarBase, TarBase and starBase are. ``Functional MTI (Weak)`` is weak whatever experiments follow.
    What is negated (``not validated``) says nothing for the pair: the other words decide.
    """
    words = _NEGATED.sub("", evidence or "")
    if re.search(r"\(weak\)", words, re.IGNORECASE):
        return "high_throughput"
    if _STRONG.search(words):
        return "validated"
    if _WEAK.search(words):
        return "high_throughput"
    if _PREDICTED.search(words):
        return "predicted"
    if _PREDICTED.search(source):
        return "predicted"
    return "high_throughput" if _EXPERIMENTAL.search(f"{source} {words}") or _WEAK.search(source) else "unstated"
