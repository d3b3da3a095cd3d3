"""Write count matrices and the annotation that names their features."""

from __future__ import annotations

import gzip
from typing import Any

import numpy as np
import polars as pl

from tasks.simulation.counts import (
    CIRCRNAS,
    GENES,
    MIRNAS,
    NAMED_GENES,
    CountMatrix,
    draw,
    sequencing_depth,
)
from tasks.simulation.design import CONTRASTS, SEQUENCING

LNCRNA_SHARE = 0.15
FEATURES_FILE = "reference/features.tsv.gz"
FILES = {
    "gene": "landing/rnaseq/gene_counts.csv",
    "mirna": "landing/rnaseq/mirna_counts.tsv",
    "circrna": "landing/rnaseq/circrna_counts.csv.gz",
}


def feature_ids(library: str, count: int) -> list[str]:
    """Made-up ids in the manner of Ensembl, miRBase and circBase that no database knows."""
    match library:
        case "gene":
            return [f"SIMG{number:011d}" for number in range(1, count + 1)]
        case "mirna":
            return [f"sim-miR-{(number + 1) // 2}-{'5p' if number % 2 else '3p'}" for number in range(1, count + 1)]
        case _:
            return [f"sim_circ_{number:07d}" for number in range(1, count + 1)]


def features() -> pl.DataFrame:
    """feature_id, symbol, biotype of all three libraries; real symbols only for the genes of ``NAMED_GENES``."""
    genes = feature_ids("gene", GENES.feature_count)
    symbols = [*NAMED_GENES, *(f"SIMG{number:05d}" for number in range(len(NAMED_GENES) + 1, len(genes) + 1))]
    first_lncrna = round(len(genes) * (1 - LNCRNA_SHARE))
    biotypes = ["protein_coding" if row < first_lncrna else "lncRNA" for row in range(len(genes))]
    biotypes[list(NAMED_GENES).index("XIST")] = "lncRNA"
    mirnas = feature_ids("mirna", MIRNAS.feature_count)
    circrnas = feature_ids("circrna", CIRCRNAS.feature_count)
    hosts = [f"circ{symbols[len(NAMED_GENES) + 3 * row]}" for row in range(len(circrnas))]
    return pl.DataFrame(
        {
            "feature_id": [*genes, *mirnas, *circrnas],
            "symbol": [*symbols, *mirnas, *hosts],
            "biotype": [*biotypes, *["miRNA"] * len(mirnas), *["circRNA"] * len(circrnas)],
        }
    )


def _zip(data: bytes) -> bytes:
    """Compress without a time stamp, so that equal content gives equal bytes."""
    return gzip.compress(data, mtime=0)


def _table(matrix: CountMatrix, separator: str) -> bytes:
    ids = pl.Series("feature_id", feature_ids(matrix.model.name, matrix.model.feature_count))
    samples = [pl.Series(c.sample, matrix.counts[:, column]) for column, c in enumerate(SEQUENCING)]
    return pl.DataFrame([ids, *samples]).write_csv(separator=separator).encode()


def _truth(matrix: CountMatrix) -> dict[str, Any]:
    ids = feature_ids(matrix.model.name, matrix.model.feature_count)
    changed: dict[str, dict[str, float]] = {}
    for contrast in CONTRASTS:
        values = matrix.contrast(contrast.contrast)
        changed[contrast.contrast] = {ids[row]: round(float(values[row]), 4) for row in np.flatnonzero(values)}
    return {
        "feature_count": matrix.model.feature_count,
        "size_factors": {c.sample: round(float(f), 5) for c, f in zip(SEQUENCING, matrix.size_factors, strict=True)},
        "log2_fold_change": changed,  # of changed features; all others are 0
    }


def simulate_expression(rng: np.random.Generator) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Files of three count matrices over the same nine samples with their annotation, and the truth.

    circRNAs come from the genes' libraries and share their depth; miRNA libraries have their own.
    """
    total_rna, small_rna = sequencing_depth(rng), sequencing_depth(rng)
    matrices = {
        "gene": draw(GENES, total_rna, rng),
        "mirna": draw(MIRNAS, small_rna, rng),
        "circrna": draw(CIRCRNAS, total_rna, rng),
    }
    files: dict[str, bytes] = {}
    for library, matrix in matrices.items():
        name = FILES[library]
        data = _table(matrix, "\t" if ".tsv" in name else ",")
        files[name] = _zip(data) if name.endswith(".gz") else data
    files[FEATURES_FILE] = _zip(features().write_csv(separator="\t").encode())
    truth: dict[str, Any] = {library: _truth(matrix) for library, matrix in matrices.items()}
    named = dict(zip(feature_ids("gene", len(NAMED_GENES)), NAMED_GENES, strict=True))
    return files, {"libraries": truth, "named_genes": named}
