"""The whole fit and its tests against DESeq2 1.38.3 in R; scripts in tests/reference and by the shared references."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.methods import deseq2
from tasks.methods.deseq2_tests import likelihood_ratio_table, wald_table
from tasks.methods.design_matrix import design
from tasks.methods.size_factors import median_of_ratios, poscounts
from tasks.methods.variance_stabilisation import stabilised

CASES = Path(__file__).parents[2] / "reference"
# counts, sheet, blocking, variable, reference, target
STUDIES = {
    "airway": ("airway", "airway", ["cell"], "dex", "untrt", "trt"),
    "pasilla": ("pasilla", "pasilla", ["type"], "condition", "untreated", "treated"),
    "sim3x3_mrna": ("sim3x3_mrna", "sim3x3", [], "group", "IL1b", "USC"),
    "sim3x3_mirna": ("sim3x3_mirna", "sim3x3", [], "group", "IL1b", "USC"),
    "sim3x3_circ": ("sim3x3_circ", "sim3x3", [], "group", "IL1b", "USC"),
    "sim3x3paired_mrna": ("sim3x3_mrna", "sim3x3", ["rep"], "group", "IL1b", "USC"),
}
WITH_THRESHOLD = ("airway", "pasilla", "sim3x3_mrna", "sim3x3paired_mrna")
WITH_RATIO_TEST = ("airway", "pasilla", "sim3x3paired_mrna")


@cache
def fitted(reference: Path, name: str) -> deseq2.Fit:
    counts_name, sheet, blocking, variable, first, _ = STUDIES[name]
    table = pl.read_csv(reference / f"{counts_name}_counts.csv.gz")
    rows = pl.read_csv(reference / f"{sheet}_meta.csv.gz", infer_schema_length=0)
    by_sample = {row[rows.columns[0]]: row for row in rows.iter_rows(named=True)}
    samples = table.columns[1:]
    levels = {s: {c: by_sample[s][c] for c in (*blocking, variable)} for s in samples}
    counts = table.select(samples).to_numpy()
    factors = (poscounts if name == "sim3x3_circ" else median_of_ratios)(counts.astype(float))
    expected = pl.read_csv(reference / f"{name}_R_sizefactors.csv.gz")
    assert factors == pytest.approx(expected["sizeFactor"].to_numpy(), rel=1e-12)
    model = design(levels, variable=variable, blocking=blocking, first=first)
    return deseq2.fit(counts, table[table.columns[0]].to_list(), model, factors)


def rs(reference: Path, name: str, kind: str = "") -> pl.DataFrame:
    path = reference / f"{name}_R_DESeq2{kind}.csv.gz"
    return pl.read_csv(path, null_values=["NA"], infer_schema_length=None).rename({"": "feature_id"})


def numbers(table: pl.DataFrame, column: str) -> np.ndarray:
    return table[column].cast(pl.Float64).fill_null(np.nan).to_numpy()


def assert_agree(mine: pl.DataFrame, theirs: pl.DataFrame, limit: float = 5e-4) -> None:
    """NA pattern and significant features are R's; p-values nearly so."""
    for column in ("pvalue", "padj"):
        assert np.isnan(numbers(mine, column)).tolist() == np.isnan(numbers(theirs, column)).tolist(), column
    p, expected = numbers(mine, "pvalue"), numbers(theirs, "pvalue")
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.abs(np.log10(p) - np.log10(expected))[expected > 1e-50]
    assert np.nanquantile(off, 0.999) < limit
    chosen = [
        np.flatnonzero((np.abs(numbers(table, lfc)) > 1) & (numbers(table, "padj") < 0.05)).tolist()
        for table, lfc in ((mine, "log2_fold_change"), (theirs, "log2FoldChange"))
    ]
    assert chosen[0] == chosen[1]


def relative(mine: np.ndarray, theirs: np.ndarray) -> float:
    off = np.abs(mine / theirs - 1)
    return float(np.nanquantile(off, 0.999))


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_gives_rs_dispersions_tests_and_significant_features(shared: Path, name: str) -> None:
    reference, (*_, first, target) = shared / "reference", STUDIES[name]
    fit, theirs = fitted(reference, name), rs(reference, name)
    mine = wald_table(fit, reference=first, target=target, fdr=0.05)
    assert relative(fit.genes.dispersion, numbers(theirs, "dispersion")) < 1e-4
    assert relative(fit.genes.trend, numbers(theirs, "dispFit")) < 1e-4
    assert relative(numbers(mine, "lfc_se"), numbers(theirs, "lfcSE")) < 1e-4
    np.testing.assert_allclose(fit.max_cooks, numbers(theirs, "maxCooks"), rtol=1e-2)
    assert_agree(mine, theirs)


@pytest.mark.parametrize("name", WITH_THRESHOLD)
def test_a_threshold_test_is_rs(shared: Path, name: str) -> None:
    reference, (*_, first, target) = shared / "reference", STUDIES[name]
    mine = wald_table(fitted(reference, name), reference=first, target=target, fdr=0.05, tested_fold_change=2.0)
    assert_agree(mine, rs(reference, name, "_lfcThreshold1"))


@pytest.mark.parametrize("name", WITH_RATIO_TEST)
def test_a_likelihood_ratio_test_is_rs(shared: Path, name: str) -> None:
    reference, (_, _, blocking, _, first, target) = shared / "reference", STUDIES[name]
    mine = likelihood_ratio_table(fitted(reference, name), kept=blocking, reference=first, target=target, fdr=0.05)
    assert_agree(mine, rs(reference, name, "_LRT"))


@pytest.mark.parametrize("name", ["replaced", "uneven", "factors", "local"])
def test_replaced_outliers_normalisation_by_gene_and_a_trend_that_does_not_fit_are_rs(name: str) -> None:
    table = pl.read_csv(CASES / f"deseq2_{name}.csv.gz", null_values=["NA"], infer_schema_length=None)
    samples = [c for c in table.columns if c.startswith("s") and c[1:].isdigit()]
    sizes = {"replaced": (8, 8), "uneven": (9, 4), "factors": (4, 4), "local": (4, 4)}[name]
    groups = "a" * sizes[0] + "b" * sizes[1]
    model = design({s: {"group": g} for s, g in zip(samples, groups, strict=True)}, variable="group", blocking=[])
    counts = table.select(samples).to_numpy()
    own = [c for c in table.columns if c.startswith("nf")]
    factors = table.select(own).to_numpy() if own else median_of_ratios(counts.astype(float))
    fit = deseq2.fit(counts, table["gene"].to_list(), model, factors)
    mine = wald_table(fit, reference="a", target="b", fdr=0.05)
    assert numbers(mine, "base_mean") == pytest.approx(numbers(table, "baseMean"), rel=1e-6)
    dispersions = numbers(table, "dispersion")
    assert np.isnan(fit.genes.dispersion).tolist() == np.isnan(dispersions).tolist()
    assert relative(fit.genes.dispersion, dispersions) < 1e-3
    assert_agree(mine, table, limit=0.01)
    ratio = likelihood_ratio_table(fit, kept=[], reference="a", target="b", fdr=0.05)
    columns = {f"lrt_{c}": c for c in ("stat", "pvalue", "padj")}
    assert_agree(ratio, table.drop(*columns.values()).rename(columns), limit=0.01)


PATHS = {
    "blocks": ("a" * 25 + "b" * 25, ("wxyz" * 13)[:50]),
    "libraries": ("aaaabbbb", ""),
    "halved": ("aaaabbbb", ""),
    "beyond": ("aaaabbbb", ""),
    "empty": ("abcabcabc", "xxxyyyzzz"),
}


@pytest.mark.parametrize("name", PATHS)
def test_where_rs_iterations_take_a_rare_path_ours_take_it_too(name: str) -> None:
    table = pl.read_csv(CASES / f"deseq2_{name}.csv.gz", null_values=["NA"], infer_schema_length=None)
    samples = [c for c in table.columns if c.startswith("s") and c[1:].isdigit()]
    groups, blocks = PATHS[name]
    levels = {s: {"group": groups[i]} | ({"block": blocks[i]} if blocks else {}) for i, s in enumerate(samples)}
    blocking = ["block"] if blocks else []
    counts = table.select(samples).to_numpy()
    model = design(levels, variable="group", blocking=blocking)
    fit = deseq2.fit(counts, table["gene"].to_list(), model, median_of_ratios(counts.astype(float)))
    assert fit.trend.kind == ("local" if name == "beyond" else "parametric")
    for mine, theirs in ((fit.genes.dispersion, "dispersion"), (fit.genes.trend, "dispFit")):
        assert relative(mine, numbers(table, theirs)) < 1e-4
    assert stabilised(fit)[:, 0] == pytest.approx(numbers(table, "vst"), abs=1e-6)
    tested = wald_table(fit, reference="a", target="b", fdr=0.05)
    ratio = likelihood_ratio_table(fit, kept=blocking, reference="a", target="b", fdr=0.05)
    columns = {f"lrt_{c}": c for c in ("stat", "pvalue", "padj")}
    for mine, theirs in ((tested, table), (ratio, table.drop(*columns.values()).rename(columns))):
        assert_agree(mine, theirs)
        with np.errstate(divide="ignore", invalid="ignore"):
            assert np.nanmax(np.abs(np.log10(numbers(mine, "pvalue") / numbers(theirs, "pvalue")))) < 1e-3


def test_a_gene_whose_coefficients_have_no_maximum_stops_where_rs_search_stops(shared: Path) -> None:
    fit = fitted(shared / "reference", "sim3x3paired_mrna")
    mine = wald_table(fit, reference="IL1b", target="USC", fdr=0.05)
    theirs = rs(shared / "reference", "sim3x3paired_mrna")
    joined = mine.join(theirs, on="feature_id", suffix="_r").filter(pl.col("feature_id") == "mrna7489")
    assert joined["pvalue_r"].item() == pytest.approx(1.9e-8, rel=0.01)
    assert joined["pvalue"].item() == pytest.approx(joined["pvalue_r"].item(), rel=1e-3)
