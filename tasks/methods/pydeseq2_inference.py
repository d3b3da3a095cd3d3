"""Our vectorised kernels in pydeseq2's place for them. Importing this module imports pydeseq2: do it late."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydeseq2.default_inference import DefaultInference

from tasks.methods import negative_binomial as nb
from tasks.methods.dispersions import dispersions_on_grid, fit_dispersions

MIN_MU = 0.5  # fitted means are not taken below half a read, as in DESeq2
CHUNK = 4096  # genes worked on at once: keeps arrays in the cache and memory flat


def _chunks(count: int) -> list[slice]:
    return [slice(start, start + CHUNK) for start in range(0, count, CHUNK)]


class VectorisedInference(DefaultInference):  # type: ignore[misc]  # pydeseq2 has no types
    """pydeseq2's inference without its loop over genes.

    Beyond speed: dispersions take DESeq2's own ascent (pydeseq2's L-BFGS-B ends elsewhere where the
    likelihood is flat), and a threshold is tested on the contrast, not on its coefficients one by one.
    """

    def irls(  # noqa: D102
        self,
        counts: nb.Floats,
        size_factors: nb.Floats,
        design_matrix: nb.Floats,
        disp: nb.Floats,
        min_mu: float,
        beta_tol: float,
        maxiter: int = 250,
        **others: Any,  # noqa: ANN401  # pydeseq2's signature
    ) -> tuple[nb.Floats, nb.Floats, nb.Floats, nb.Flags]:
        parts = [
            nb.fit_coefficients(
                counts[:, c].astype(float), size_factors, design_matrix, disp[c],
                min_mu=min_mu, tolerance=beta_tol, steps=maxiter,
            )
            for c in _chunks(counts.shape[1])
        ]  # fmt: skip
        beta, converged = (np.concatenate([p[i] for p in parts]) for i in (0, 3))
        mu, leverage = (np.concatenate([p[i] for p in parts], axis=1) for i in (1, 2))
        left = np.flatnonzero(~converged)
        if len(left):
            rest = super().irls(
                counts[:, left], size_factors, design_matrix, disp[left], min_mu, beta_tol, maxiter=maxiter, **others
            )
            beta[left], mu[:, left], leverage[:, left], converged[left] = rest
        return beta, mu, leverage, converged

    def alpha_mle(  # noqa: D102
        self,
        counts: nb.Floats,
        design_matrix: nb.Floats,
        mu: nb.Floats,
        alpha_hat: nb.Floats,
        min_disp: float,
        max_disp: float,
        prior_disp_var: float | None = None,
        prior_reg: bool = False,  # noqa: FBT001, FBT002  # pydeseq2's signature
        **_: Any,  # noqa: ANN401  # same
    ) -> tuple[nb.Floats, nb.Flags]:
        found, settled = np.empty(counts.shape[1]), np.empty(counts.shape[1], dtype=np.bool_)
        for c in _chunks(counts.shape[1]):
            y, m = counts[:, c].astype(float), np.maximum(mu[:, c], MIN_MU)
            start = np.clip(alpha_hat[c], min_disp, max_disp)
            trend = start if prior_reg else None
            variance = float(prior_disp_var or 1.0)
            alpha, settled[c] = fit_dispersions(y, design_matrix, m, start, trend=trend, prior_variance=variance)
            left = ~settled[c] & (alpha > 10 * min_disp)
            if left.any():
                alpha[left] = dispersions_on_grid(
                    y[:, left], design_matrix, m[:, left],
                    bounds=(min_disp, max_disp), trend=None if trend is None else trend[left], prior_variance=variance,
                )  # fmt: skip
            found[c] = alpha
        return np.clip(found, min_disp, max_disp), settled

    def wald_test(  # noqa: D102
        self,
        design_matrix: nb.Floats,
        disp: nb.Floats,
        lfc: nb.Floats,
        mu: nb.Floats,
        ridge_factor: nb.Floats,  # noqa: ARG002  # pydeseq2's signature; ours is the same ridge
        contrast: nb.Floats,
        lfc_null: float,
        alt_hypothesis: str | None = None,  # noqa: ARG002  # two-sided in either case
    ) -> tuple[nb.Floats, nb.Floats, nb.Floats]:
        parts = [
            nb.wald(design_matrix, disp[c], lfc[c], mu[:, c], contrast, threshold=lfc_null)
            for c in _chunks(mu.shape[1])
        ]
        pvalue, statistic, error = (np.concatenate([p[i] for p in parts]) for i in range(3))
        return pvalue, statistic, error
