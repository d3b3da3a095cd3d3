"""A small study of counted genes, drawn by a night in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

GENES, DONORS, CHANGED = 400, 3, 40
CONDITIONS = {"control": "Control", "il1b": "IL-1β", "il1b_usc": "IL-1β + USC"}
STUDY = """study_id: counted
organism: Homo sapiens
conditions:
{conditions}
expression: {{methods: [deseq2, limma_voom], fold_change: 2.0, fdr: 0.05}}
"""
CONTRASTS = (
    "id,variable,reference,target,blocking\n"
    "il1b_vs_control,condition,control,il1b,donor\n"
    "usc_vs_il1b,condition,il1b,il1b_usc,donor\n"
)


def counts(seed: int = 20261128) -> pl.DataFrame:
    """Negative binomial counts of genes GENE1, GENE2, …; the first ones change in IL-1β, half of them back with USC."""
    random = np.random.default_rng(seed)
    base = random.lognormal(5, 1.2, GENES)
    columns: dict[str, object] = {"gene_id": [f"GENE{i + 1}" for i in range(GENES)]}
    donor_effects = random.normal(0, 0.15, (DONORS, GENES))
    up = np.where(np.arange(GENES) % 2 == 0, 8.0, 1 / 8.0)
    for condition in CONDITIONS:
        effect = np.ones(GENES)
        if condition != "control":
            effect[:CHANGED] = up[:CHANGED]
        if condition == "il1b_usc":
            effect[: CHANGED // 2] = 1
        for donor in range(DONORS):
            mean = base * effect * np.exp(donor_effects[donor])
            columns[f"{condition}_{donor + 1}"] = random.negative_binomial(20, 20 / (20 + mean))
    return pl.DataFrame(columns)


def write_counted(folder: Path) -> Path:
    """Write the study: three donors, each in three conditions, one count matrix."""
    (folder / "landing").mkdir(parents=True)
    listed = "\n".join(f'  - {{id: {name}, label: "{label}"}}' for name, label in CONDITIONS.items())
    (folder / "study.yaml").write_text(STUDY.format(conditions=listed))
    (folder / "contrasts.csv").write_text(CONTRASTS)
    rows = [f"{c}_{d + 1},{c},d{d + 1},{d + 1}" for c in CONDITIONS for d in range(DONORS)]
    (folder / "samples.csv").write_text("sample,condition,donor,replicate\n" + "\n".join(rows) + "\n")
    (folder / "files.csv").write_text("file,assay\nlanding/counts.csv,expression_counts\n")
    counts().write_csv(folder / "landing" / "counts.csv")
    return folder
