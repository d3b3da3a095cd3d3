"""ceRNA-miRNA-mRNA triplets of a contrast, and the nodes and hubs of its network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from schemas.errors import Problem
from schemas.study import Study
from schemas.tables.cerna_nodes import CernaNode
from schemas.tables.cerna_triplets import CernaTriplet
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.cerna_inputs import (
    READS,
    TESTS,
    contrast_parts,
    missing,
    refused,
    remark,
    target_edges,
    tested_nodes,
    unasked,
)
from tasks.methods.cerna_network import network_nodes, tie_words, tied_hubs
from tasks.methods.cerna_triplets import triplets
from tasks.methods.report_words import counted
from tasks.methods.result_frames import result_frame

UNSIGNED = (
    "a triplet asks which way each RNA changed, and a contrast with test lrt has no direction: add a contrast of two "
    "levels with test wald to contrasts.csv"
)
TABLE, NODES = "result.cerna_triplets", "result.cerna_nodes"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per contrast."""
    return unasked(study, slices) or [
        part if part.skip or contrast.test == "wald" else replace(part, skip=UNSIGNED)
        for contrast, part in contrast_parts(study, slices)
    ]


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Test the triplets, draw the network of the consistent ones; without any, say how many were tested."""
    given = part.parameters
    nodes, edges = tested_nodes(frames[TESTS]), target_edges(frames)
    found = triplets(nodes, edges.drop("target_class"), given["fdr"])
    contrast = pl.lit(given["contrast"]).alias("contrast_id")
    network = network_nodes(found.rows, given["hubs"])
    tables = {
        TABLE: result_frame(found.rows.with_columns(contrast), CernaTriplet),
        NODES: result_frame(network.with_columns(contrast), CernaNode),
    }
    if found.rows.is_empty():
        tested = sum(found.family_sizes.values())
        why = missing(nodes, edges) or (
            f"none of {counted(tested, 'triplet')} of the target tables is significant at {given['fdr']:g} or has "
            "three changed RNAs whose directions fit"
            if tested
            else "no miRNA of the target tables has both a tested lncRNA or circRNA and a tested mRNA"
        )
        return refused(tables, given, why, ())
    return Computed(tables, _ties(given, network))


def _ties(given: Mapping[str, Any], network: pl.DataFrame) -> tuple[Problem, ...]:
    """A warning where the alphabet chose some hubs."""
    tied = tied_hubs(network)
    if tied.is_empty():
        return ()
    which = ", ".join(tie_words(tie) for tie in tied.iter_rows())
    message = f"the alphabet chose hubs among nodes of equal degree and betweenness: {which}"
    remedy = "Take none of such equals for a hub, or all; cerna.hubs in study.yaml says how many a class has, "
    remedy += "tied_count of mart.cerna_hubs how many equals were left out."
    return (remark(given, "tied_hubs", message, remedy),)


ANALYSIS = Analysis(
    name="cerna_triplets",
    reads=READS,
    writes=(TABLE, NODES),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy", "networkx"),
    parts_per_step=1,
)
