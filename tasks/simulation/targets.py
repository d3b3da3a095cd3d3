"""Simulate a miRNA-target table with ceRNA axes that the simulated counts follow."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from tasks.simulation.design import NOTICE
from tasks.simulation.drawn import Drawn
from tasks.simulation.matrices import features

TARGETS_FILE = "reference/mirna_targets.tsv.gz"
SOURCE = "simulated"
STRONG, WEAK = "luciferase reporter assay", "CLIP-seq"
AXES = 14  # miRNAs with planted axes in each contrast against IL-1β
PARTNERS = {"circrna": 1, "lncrna": 2, "mrna": 4}  # of a planted miRNA
SCATTERED = {"circrna": 4, "lncrna": 4, "mrna": 20}  # targets of every miRNA, at random
CONTRASTS = ("usc_vs_il1b", "exo_vs_il1b")
CLASSES = {"protein_coding": "mrna", "lncRNA": "lncrna", "miRNA": "mirna", "circRNA": "circrna"}


def simulate_targets(expression: Mapping[str, Any], rng: np.random.Generator) -> Drawn:
    """Every miRNA's random targets, and axes of changed RNAs: ceRNAs and mRNAs one way, their miRNA the other.

    ``expression``: the truth of the count matrices. Pairs of an axis have the stronger evidence. The truth
    lists the triplets of the axes by contrast.
    """
    about = features().with_columns(rna_class=pl.col("biotype").replace_strict(CLASSES))
    members = {
        str(kind): rows["feature_id"].to_numpy() for (kind,), rows in about.group_by("rna_class", maintain_order=True)
    }
    pairs: dict[tuple[str, str], str] = {}
    for mirna in members["mirna"]:
        for kind, count in SCATTERED.items():
            pairs |= dict.fromkeys(
                ((str(mirna), str(t)) for t in rng.choice(members[kind], count, replace=False)), WEAK
            )
    planted: dict[str, list[list[str]]] = {}
    for contrast in CONTRASTS:
        ways = {
            f: c > 0 for lib in expression["libraries"].values() for f, c in lib["log2_fold_change"][contrast].items()
        }
        planted[contrast] = _axes(ways, members, rng)
        pairs |= {(m, target): STRONG for c, m, g in planted[contrast] for target in (c, g)}
    symbols = dict(about.select("feature_id", "symbol").iter_rows())
    rows = [(m, t, symbols[t], SOURCE, evidence) for (m, t), evidence in sorted(pairs.items())]
    table = pl.DataFrame(rows, schema=["mirna", "target_id", "target_symbol", "source", "evidence"], orient="row")
    data = gzip.compress(table.write_csv(separator="\t").encode(), mtime=0)
    return Drawn({TARGETS_FILE: data}, {"notice": NOTICE, "pair_count": table.height, "axes": planted})


def _axes(ways: Mapping[str, bool], members: Mapping[str, Any], rng: np.random.Generator) -> list[list[str]]:
    """Triplets ceRNA, miRNA, mRNA of one contrast."""
    changed = {kind: [str(i) for i in ids if i in ways] for kind, ids in members.items()}
    found = []
    for mirna in rng.permutation(changed["mirna"])[:AXES]:
        partners = {
            kind: rng.permutation([i for i in changed[kind] if ways[i] != ways[mirna]])[:count]
            for kind, count in PARTNERS.items()
        }
        cernas = [*partners["circrna"], *partners["lncrna"]]
        found += [[str(c), str(mirna), str(g)] for c in cernas for g in partners["mrna"]]
    return found
