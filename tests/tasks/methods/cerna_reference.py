"""GDCRNATools' own run over 12,000 pairs: its inputs as incidences and profiles, and its output."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tasks.methods.cerna_correlation import Profiles, profiles
from tasks.methods.cerna_pairs import Incidence, incidence

POPULATION = 277  # of the full target tables; the subsets beside the output lack three of them


@dataclass(frozen=True)
class GdcRun:
    """lncRNAs and genes in the order of the incidences' rows; ``expected``: what gdcCEAnalysis wrote."""

    lncrnas: list[str]
    genes: list[str]
    cernas: Incidence
    mrnas: Incidence
    found: Profiles
    expected: pl.DataFrame


def gdc_run(shared: Path) -> GdcRun:
    tables = {
        name: pl.read_csv(shared / "reference" / f"ceRNA_{name}.csv.gz")
        for name in ("lnc_targets_subset", "pc_targets_subset", "rna_expr", "mir_expr", "R_gdcCEAnalysis")
    }
    mirnas = tables["mir_expr"][""].to_list()
    expression = dict(zip(tables["rna_expr"][""], tables["rna_expr"].drop("").to_numpy(), strict=True))
    sides = {}
    for name in ("lnc_targets_subset", "pc_targets_subset"):
        table = tables[name]
        targets = sorted(set(table["target"]) & expression.keys())
        row = table["target"].replace_strict(targets, list(range(len(targets))), return_dtype=pl.Int64).to_numpy()
        column = table["mirna"].replace_strict(mirnas, list(range(len(mirnas))), return_dtype=pl.Int64).to_numpy()
        sides[name] = targets, incidence(row, column, (len(targets), len(mirnas)))
    constant = np.ones((9, 1))
    (lncrnas, cernas), (genes, mrnas) = sides.values()
    found = Profiles(
        profiles(np.array([expression[t] for t in lncrnas]), constant),
        profiles(np.array([expression[t] for t in genes]), constant),
        profiles(tables["mir_expr"].drop("").to_numpy(), constant),
        residual_df=8,
    )
    return GdcRun(lncrnas, genes, cernas, mrnas, found, tables["R_gdcCEAnalysis"])
