"""Counts estimated from transcripts: the part of a difference that is only one of transcript length is taken out.

A gene whose longer transcript is used more collects more reads from as many molecules. Soneson, Love & Robinson
2015, doi:10.12688/f1000research.7563.2
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def whole_lengths(lengths: Floats) -> Floats:
    """Average transcript length of every gene in every sample, features x samples, with what is missing filled in.

    A gene that a sample does not express has no length there (NaN): it takes the geometric mean of its
    lengths elsewhere, as tximport does; a gene without any length is of length 1, which changes nothing.
    """
    known = ~np.isnan(lengths)
    logs = np.log(np.where(known, lengths, 1.0))
    elsewhere = np.exp(logs.sum(axis=1) / np.maximum(known.sum(axis=1), 1))
    return np.where(known, lengths, elsewhere[:, None])


def relative_lengths(lengths: Floats) -> Floats:
    """Lengths over each gene's geometric mean; ``lengths`` without NaN."""
    logs = np.log(lengths)
    return np.asarray(np.exp(logs - logs.mean(axis=1, keepdims=True)), dtype=np.float64)


def normalisation_factors(lengths: Floats, factors: Floats) -> Floats:
    """What counts are divided by, features x samples, geometric mean 1 in each feature.

    ``lengths`` without NaN; ``factors``: size factor of each sample, of counts over lengths. These are the
    factors of DESeq2's ``estimateNormFactors``.
    """
    logs = np.log(lengths) + np.log(factors)
    return np.asarray(np.exp(logs - logs.mean(axis=1, keepdims=True)), dtype=np.float64)


def length_scaled(counts: Floats, lengths: Floats) -> Floats:
    """Counts as they would be were every gene of its mean length in all samples; each sample keeps its total.

    ``lengths`` without NaN. These are tximport's ``lengthScaledTPM`` counts, which limma takes as counts: the
    abundance of a gene is proportional to its count over its length.
    """
    scaled = counts / lengths * lengths.mean(axis=1, keepdims=True)
    totals = scaled.sum(axis=0)
    return np.asarray(scaled * (counts.sum(axis=0) / np.where(totals > 0, totals, 1.0)), dtype=np.float64)
