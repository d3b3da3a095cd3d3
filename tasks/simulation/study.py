"""The whole simulated study as bytes, by file name."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from tasks.simulation.apoptosis import simulate_apoptosis
from tasks.simulation.design import NOTICE, STUDY_ID
from tasks.simulation.drawn import Drawn
from tasks.simulation.gene_sets import simulate_gene_sets
from tasks.simulation.identity import simulate_identity
from tasks.simulation.manifests import all_manifests, pictures
from tasks.simulation.markers import simulate_markers
from tasks.simulation.matrices import simulate_expression
from tasks.simulation.particles import simulate_particles
from tasks.simulation.qpcr import simulate_qpcr
from tasks.simulation.rna_quality import simulate_rna_quality
from tasks.simulation.senescence import simulate_senescence
from tasks.simulation.targets import simulate_targets
from tasks.simulation.viability import LAYOUT, simulate_viability
from tasks.simulation.western import simulate_western

SEED = 20240604
TARGETS_STREAM, GENE_SETS_STREAM = (1000,), (1001,)  # beyond those of the assays
# in the order of their random streams: new ones go to the end
OTHERS: dict[str, Callable[[np.random.Generator], Drawn]] = {
    "senescence": simulate_senescence,
    "western": simulate_western,
    "particles": simulate_particles,
    "rna_quality": simulate_rna_quality,
    "identity": simulate_identity,
    "apoptosis": simulate_apoptosis,
    "markers": simulate_markers,
}


def simulate(seed: int = SEED) -> dict[str, bytes]:
    """Every file of the study by its path in the study folder; the same seed gives the same bytes.

    ``truth.json`` holds what the values were drawn from: percent of the control's living cells
    by condition and time, log2 fold change of the qPCR targets against the control, per
    count matrix the samples' size factors and the log2 fold change of every changed feature
    (features that are not listed did not change), the ceRNA axes planted in the target table, the
    gene sets planted for each contrast, percent of senescent cells and every culture's
    counted cells, log2 change of blotted proteins and of the exosomes' markers, sizes and
    concentration of the exosome preparations, amount, purity and integrity of the sequenced RNA,
    percentages of living, apoptotic and necrotic cells, percent of the USC positive for each marker,
    and what each picture shows. Each assay draws from its own stream, so that a new assay leaves
    the files of the others as they are.
    """
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3 + len(OTHERS))]
    plates, runs = simulate_viability(streams[0]), simulate_qpcr(streams[1])
    counts, expression = simulate_expression(streams[2])
    others = {name: draw(rng) for (name, draw), rng in zip(OTHERS.items(), streams[3:], strict=True)}
    targets = simulate_targets(
        expression, np.random.default_rng(np.random.SeedSequence(seed, spawn_key=TARGETS_STREAM))
    )
    gene_sets = simulate_gene_sets(
        expression, np.random.default_rng(np.random.SeedSequence(seed, spawn_key=GENE_SETS_STREAM))
    )
    truth = {
        "notice": NOTICE,
        "study_id": STUDY_ID,
        "seed": seed,
        "viability": plates.truth,
        "qpcr": runs.truth,
        "expression": expression,
        "cerna": targets.truth,
        "enrichment": gene_sets.truth,
        **{name: drawn.truth for name, drawn in others.items()},
        "pictures": pictures(),
        "ignored": ["landing/notes.txt"],
    }
    return {
        **all_manifests(),
        f"layouts/{LAYOUT}.csv": plates.layout,
        **plates.files,
        **runs.files,
        **counts,
        **targets.files,
        **gene_sets.files,
        **{name: data for drawn in others.values() for name, data in drawn.files.items()},
        "truth.json": (json.dumps(truth, indent=1, ensure_ascii=False) + "\n").encode(),
    }
