"""The whole simulated study as bytes, by file name."""

from __future__ import annotations

import json

import numpy as np

from tasks.simulation.design import NOTICE, STUDY_ID
from tasks.simulation.manifests import all_manifests
from tasks.simulation.matrices import simulate_expression
from tasks.simulation.qpcr import simulate_qpcr
from tasks.simulation.viability import LAYOUT, simulate_viability

SEED = 20240604


def simulate(seed: int = SEED) -> dict[str, bytes]:
    """Every file of the study by its path in the study folder; the same seed gives the same bytes.

    ``truth.json`` holds what the values were drawn from: percent of the control's living cells
    by condition and time, log2 fold change of the qPCR targets against the control, and per
    count matrix the samples' size factors and the log2 fold change of every changed feature
    (features that are not listed did not change). Each assay draws from its own stream, so
    that a new assay leaves the files of the others as they are.
    """
    streams = np.random.SeedSequence(seed).spawn(3)
    plates, runs = (
        simulate_viability(np.random.default_rng(streams[0])),
        simulate_qpcr(np.random.default_rng(streams[1])),
    )
    counts, expression = simulate_expression(np.random.default_rng(streams[2]))
    truth = {
        "notice": NOTICE,
        "study_id": STUDY_ID,
        "seed": seed,
        "viability": plates.truth,
        "qpcr": runs.truth,
        "expression": expression,
        "ignored": ["landing/notes.txt"],
    }
    return {
        **all_manifests(),
        f"layouts/{LAYOUT}.csv": plates.layout,
        **plates.files,
        **runs.files,
        **counts,
        "truth.json": (json.dumps(truth, indent=1, ensure_ascii=False) + "\n").encode(),
    }
