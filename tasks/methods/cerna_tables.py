"""The two target tables of a contrast as incidences: its candidate ceRNAs and mRNAs, over the universe of miRNAs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from tasks.methods.cerna_expression import Sides
from tasks.methods.cerna_pairs import Incidence, incidence
from tasks.methods.cerna_triplets import CERNA_CLASSES, TIERS


@dataclass(frozen=True)
class Candidates:
    """Candidates of a tier: targets x miRNAs, with the feature ids of rows and columns."""

    tier: str
    sides: Sides
    cernas: Incidence
    mrnas: Incidence


def candidate_tables(
    nodes: pl.DataFrame, edges: pl.DataFrame, *, are_changed: bool, is_plain: bool = False
) -> Iterator[Candidates]:
    """Per tier that adds pairs, the candidates with an entry of that tier or a stronger one.

    ``nodes``, ``edges`` as ``cerna_inputs`` gives them. The universe is the tested miRNAs with a tested target among
    ceRNAs and one among mRNAs; ``is_plain``: every miRNA of the edges, and one family of all tiers, as GDCRNATools
    has one table. ``are_changed``: only features with a direction are candidates. Tiers without both kinds of
    candidates are left out.
    """
    targets = nodes.filter(pl.col("rna_class") != "mirna").select("feature_id", "rna_class", "direction")
    known = edges.select("mirna_id", "target_id", "tier").join(targets, left_on="target_id", right_on="feature_id")
    if not is_plain:
        mirnas = nodes.filter(rna_class="mirna").select(mirna_id="feature_id")
        known = known.join(mirnas, on="mirna_id", how="semi")
    present = [tier for tier in TIERS if not known.filter(tier=tier).is_empty()]
    for tier in present[-1:] if is_plain else present:
        reached = known.filter(pl.col("tier").is_in(TIERS[: TIERS.index(tier) + 1]))
        cernas = reached.filter(pl.col("rna_class").is_in(CERNA_CLASSES))
        mrnas = reached.filter(rna_class="mrna")
        universe = _universe(cernas, mrnas, is_plain=is_plain)
        if are_changed:
            cernas, mrnas = (side.filter(pl.col("direction") != "ns") for side in (cernas, mrnas))
        (first, one), (second, two) = (_incidence(side, universe) for side in (cernas, mrnas))
        if first and second:
            yield Candidates(tier, Sides(first, second, universe), one, two)


def _universe(cernas: pl.DataFrame, mrnas: pl.DataFrame, *, is_plain: bool) -> list[str]:
    first, second = set(cernas["mirna_id"]), set(mrnas["mirna_id"])
    return sorted(first | second if is_plain else first & second)


def _incidence(side: pl.DataFrame, universe: list[str]) -> tuple[list[str], Incidence]:
    columns = pl.DataFrame(
        {"mirna_id": universe, "column": range(len(universe))}, schema={"mirna_id": pl.String, "column": pl.Int64}
    )
    cells = side.join(columns, on="mirna_id")
    ids = cells["target_id"].unique().sort()
    rows = pl.DataFrame({"target_id": ids, "row": range(len(ids))}, schema={"target_id": pl.String, "row": pl.Int64})
    cells = cells.join(rows, on="target_id")
    table = incidence(cells["row"].to_numpy(), cells["column"].to_numpy(), (len(ids), len(universe)))
    return ids.to_list(), table
