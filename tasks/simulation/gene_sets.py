"""Simulate gene sets: for each contrast one that its changed genes fill, and many that no contrast has to do with."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from tasks.methods.gmt import gmt_text
from tasks.simulation.counts import NAMED_GENES
from tasks.simulation.design import CONTRASTS, NOTICE
from tasks.simulation.drawn import Drawn
from tasks.simulation.matrices import feature_ids, features

GENE_SETS_FILE, COLLECTION = "reference/gene_sets.gmt.gz", "SIMULATED"
LIST_FILE = "reference/apoptosis.txt"
LIST_SIZE, LIST_PLANTED = 60, 12  # genes, of them changed ones of each planted set
NULL_SETS, SIZES = 200, (20, 120)
PLANTED_CHANGED, PLANTED_OTHERS = 25, 25  # genes of a planted set that its contrast raises, and any others
ABOUT = {"version": "simulated", "licence": "CC0 1.0", "source": NOTICE}


def simulate_gene_sets(expression: Mapping[str, Any], rng: np.random.Generator) -> Drawn:
    """A GMT file of planted and null sets, and a list of genes for people who want to name one.

    ``expression``: the truth of the count matrices. A planted set has genes that its contrast raises, with as many
    drawn from all genes; null sets are drawn from all genes; the list has changed genes of each planted set, and
    others. The truth has the planted set of each contrast and the ids of the null sets.
    """
    symbols = dict(features().select("feature_id", "symbol").iter_rows())
    genes = np.array([symbols[i] for i in feature_ids("gene", expression["libraries"]["gene"]["feature_count"])])
    genes = genes[len(NAMED_GENES) :]
    sets: dict[str, tuple[str, list[str]]] = {}
    planted: dict[str, str] = {}
    listed: set[str] = set()
    for number, contrast in enumerate(CONTRASTS, 1):
        change = expression["libraries"]["gene"]["log2_fold_change"][contrast.contrast]
        raised = np.array([symbols[i] for i, value in change.items() if value > 0])
        planted[contrast.contrast] = _id(number)
        members = [*rng.choice(raised, PLANTED_CHANGED, replace=False), *rng.choice(genes, PLANTED_OTHERS, False)]
        listed |= {str(gene) for gene in members[:LIST_PLANTED]}
        sets[_id(number)] = f"simulated: raised in {contrast.contrast}", members
    null = [_id(number) for number in range(len(planted) + 1, len(planted) + NULL_SETS + 1)]
    for number, name in enumerate(null, 1):
        size = int(rng.integers(*SIZES, endpoint=True))
        sets[name] = f"simulated: drawn from all genes, {number}", rng.choice(genes, size, replace=False).tolist()
    rows = [(key, name, str(gene)) for key, (name, members) in sets.items() for gene in members]
    table = pl.DataFrame(rows, schema=["set_id", "set_name", "symbol"], orient="row").unique()
    others = rng.permutation(np.setdiff1d(genes, sorted(listed)))[: LIST_SIZE - len(listed)]
    named = sorted({*listed, *others.tolist()})
    files = {
        GENE_SETS_FILE: gzip.compress(gmt_text(table, ABOUT).encode(), mtime=0),
        LIST_FILE: "".join(f"{gene}\n" for gene in [f"# {NOTICE}", *named]).encode(),
    }
    truth = {"notice": NOTICE, "collection": COLLECTION, "planted": planted, "null": null, "apoptosis": named}
    return Drawn(files, truth)


def _id(number: int) -> str:
    return f"SIM:{number:07d}"
