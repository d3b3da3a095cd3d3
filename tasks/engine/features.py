"""``core.features``: what the loaded count files name, as their parsers describe it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.base import tables
from schemas.polars_schema import conform
from warehouse.store import Session

FEATURES = "core.features"


def refresh(session: Session, study_id: str, described: Sequence[pl.DataFrame]) -> None:
    """Put the features of newly loaded count files in the place of what was known; call it inside a transaction.

    ``described``: frames of ``core.features`` without study. Where files describe a feature
    differently, a newly read one that has a symbol, or a host gene, goes first.
    """
    if not described:
        return
    fresh = pl.concat(described)
    for (library,), frame in fresh.group_by("library", maintain_order=True):
        scope = {"study_id": [study_id], "library": [library]}
        known = session.read(FEATURES, scope).drop("study_id")
        is_nameless = [pl.col("symbol").is_null(), pl.col("host_gene_id").is_null() & pl.col("host_gene").is_null()]
        both = pl.concat([frame.select(known.columns), known]).sort(is_nameless, maintain_order=True)
        both = both.unique("feature_id", keep="first").sort("feature_id")
        session.replace(FEATURES, scope, conform(both, tables()[FEATURES], {"study_id": study_id}))


def prune(session: Session, study_id: str) -> None:
    """Drop features that no loaded file counts any more; call it inside a transaction."""
    session.connection.execute(
        "DELETE FROM core.features WHERE study_id = ? AND NOT EXISTS (SELECT 1 FROM core.feature_counts AS c "
        "WHERE c.study_id = features.study_id AND c.library = features.library AND c.feature_id = features.feature_id)",
        [study_id],
    )
