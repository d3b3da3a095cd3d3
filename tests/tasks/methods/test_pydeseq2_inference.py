from __future__ import annotations

import numpy as np
import pytest
from pydeseq2.default_inference import DefaultInference

from tasks.methods.pydeseq2_inference import CHUNK, VectorisedInference

DESIGN = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])


def test_genes_in_chunks_and_genes_that_do_not_converge_get_pydeseq2s_coefficients() -> None:
    counts = np.random.default_rng(4).poisson(40, size=(6, CHUNK + 3))
    counts[:, -1] = [0, 0, 0, 900000, 900000, 0]
    sizes, alpha = np.ones(6), np.full(CHUNK + 3, 0.1)
    arguments = {"min_mu": 0.5, "beta_tol": 1e-8, "maxiter": 4}
    beta, mu, leverage, converged = VectorisedInference(n_cpus=1).irls(counts, sizes, DESIGN, alpha, **arguments)
    assert (beta.shape, mu.shape, leverage.shape, converged.shape) == (
        (CHUNK + 3, 2),
        counts.shape,
        counts.shape,
        (CHUNK + 3,),
    )
    few = [0, CHUNK, CHUNK + 2]
    expected = DefaultInference(n_cpus=1).irls(counts[:, few], sizes, DESIGN, alpha[few], **arguments)
    assert beta[few] == pytest.approx(expected[0], rel=1e-4, abs=1e-6)
    assert mu[:, few] == pytest.approx(expected[1], rel=1e-3)
