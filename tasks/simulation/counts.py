"""Simulate count matrices of genes, miRNAs and circRNAs: negative binomial, matched donors, planted changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.simulation.design import CONTRASTS, DONORS, SEQUENCED, SEQUENCING

Floats = NDArray[np.float64]
DEPTH_SD = 0.22  # log, between samples
DISPERSION_SD = 0.35  # log, of features about the trend


@dataclass(frozen=True)
class LibraryModel:
    """What one kind of library looks like. Dispersion follows ``floor + slope / mean`` (Anders & Huber 2010)."""

    name: str
    feature_count: int
    log_mean: tuple[float, float]  # mean and SD of ln(mean count)
    dispersion: tuple[float, float]  # floor, slope
    donor_sd: float  # log2, per feature
    changed: tuple[int, int, int]  # features changed by both treatments, by USC alone, by exosomes alone
    fold: tuple[float, float]  # range of |log2 fold change|


GENES = LibraryModel("gene", 12_000, (4.3, 1.9), (0.012, 2.0), 0.25, (260, 180, 180), (1.3, 3.0))
MIRNAS = LibraryModel("mirna", 600, (4.6, 2.3), (0.03, 2.0), 0.25, (24, 12, 12), (1.4, 3.0))
CIRCRNAS = LibraryModel("circrna", 800, (2.2, 1.0), (0.15, 1.0), 0.30, (16, 8, 8), (1.5, 3.0))


@dataclass(frozen=True)
class Planted:
    """A named gene: its mean count and log2 fold change against IL-1β of USC and of exosomes."""

    mean: float
    usc: float
    exo: float


NAMED_GENES = {
    "FOS": Planted(900, 2.5, 2.2),
    "FOSB": Planted(300, 2.8, 2.4),
    "ITPRIPL2": Planted(700, 1.9, 1.7),
    "HYI": Planted(450, -1.8, -1.7),
    "OVCA2": Planted(400, -1.7, -1.8),
    "S100A10": Planted(2600, -1.9, -2.1),
    "SOX9": Planted(800, 1.6, 1.5),
    "COL2A1": Planted(1500, 1.8, 1.7),
    "ACAN": Planted(2000, 1.7, 1.8),
    "GAPDH": Planted(30_000, 0.0, 0.0),
    "XIST": Planted(1800, 0.0, 0.0),
    "RPS4Y1": Planted(900, 0.0, 0.0),
    "DDX3Y": Planted(500, 0.0, 0.0),
}
EXPRESSED_BY = {"XIST": "f", "RPS4Y1": "m", "DDX3Y": "m"}  # the other sex has none


@dataclass(frozen=True)
class CountMatrix:
    """Drawn counts and what they were drawn from.

    ``counts``: features x samples, reads; samples in the order of ``SEQUENCING``.
    ``log2_fold_change``: features x conditions of ``SEQUENCED``, against the first.
    ``size_factors``: per sample, geometric mean 1.
    """

    model: LibraryModel
    counts: NDArray[np.int64]
    log2_fold_change: Floats
    size_factors: Floats

    def contrast(self, name: str) -> Floats:
        """True log2 fold change of every feature in a contrast."""
        found = next(c for c in CONTRASTS if c.contrast == name)
        target, reference = (SEQUENCED.index(condition) for condition in (found.target, found.reference))
        return self.log2_fold_change[:, target] - self.log2_fold_change[:, reference]


def sequencing_depth(rng: np.random.Generator) -> Floats:
    """Size factor of each sample, geometric mean 1."""
    log_depth = rng.normal(0, DEPTH_SD, len(SEQUENCING))
    depth: Floats = np.exp(log_depth - log_depth.mean())
    return depth


def _planted_changes(model: LibraryModel, first: int, rng: np.random.Generator) -> Floats:
    """Features x conditions; as many go up as down, so that median ratios find the size factors."""
    changes = np.zeros((model.feature_count, len(SEQUENCED)))
    chosen = first + rng.permutation(model.feature_count - first)[: sum(model.changed)]
    sizes = rng.uniform(*model.fold, len(chosen)) * np.where(np.arange(len(chosen)) % 2, 1, -1)
    both, usc, _ = model.changed
    changes[chosen[: both + usc], SEQUENCED.index("il1b_usc")] = sizes[: both + usc]
    exo = np.r_[:both, both + usc : len(chosen)]
    changes[chosen[exo], SEQUENCED.index("il1b_exo")] = sizes[exo]
    return changes


def draw(model: LibraryModel, depth: Floats, rng: np.random.Generator) -> CountMatrix:
    """Draw one matrix. The first rows of the gene matrix are ``NAMED_GENES``, in that order.

    ``depth``: size factor per sample. Donor effects are shared by a donor's three samples and
    so cancel in a matched design.
    """
    count = model.feature_count
    mean = np.exp(rng.normal(*model.log_mean, count))
    named = NAMED_GENES if model.name == "gene" else {}
    changes = _planted_changes(model, len(named), rng)
    donor_effect = rng.normal(0, model.donor_sd, (count, len(DONORS)))
    for row, (symbol, gene) in enumerate(named.items()):
        mean[row] = gene.mean
        changes[row] = 0.0, gene.usc, gene.exo
        if symbol in EXPRESSED_BY:
            donor_effect[row] = [0.0 if d.sex == EXPRESSED_BY[symbol] else -np.inf for d in DONORS]
    condition = [SEQUENCED.index(c.treatment.condition) for c in SEQUENCING]
    donor = [DONORS.index(c.donor) for c in SEQUENCING]
    expected = mean[:, None] * np.exp2(changes[:, condition] + donor_effect[:, donor]) * depth
    floor, slope = model.dispersion
    dispersion = (floor + slope / mean) * np.exp(rng.normal(0, DISPERSION_SD, count))
    size = 1 / dispersion[:, None]
    counts = rng.negative_binomial(size, size / (size + expected))
    return CountMatrix(model, counts.astype(np.int64), changes, depth)
