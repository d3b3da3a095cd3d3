from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.bench_options import Condition
from schemas.sheets import ContrastRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.transcriptome_options import Expression
from tasks.analyses.differential_expression import (
    ANALYSIS,
    COUNTS,
    DISPERSIONS,
    EXPRESSION,
    FACTORS,
    FEATURES,
    OBJECTS,
    TABLE,
)
from tasks.contracts import Computed, Part
from warehouse.store import Warehouse

Row = dict[str, Any]
FIELDS = ["library", "sample_id", "object_id"]


def study(samples: Sequence[Row], *contrasts: ContrastRow, **expression: object) -> Study:
    rows = tuple(SampleRow.model_validate(s) for s in samples)
    conditions = [Condition(id=c) for c in dict.fromkeys(s.condition for s in rows)]
    options = Expression.model_validate({"methods": ["deseq2"]} | expression)
    config = StudyYaml(study_id="s", conditions=conditions, expression=options)
    return Study(config=config, samples=rows, contrasts=contrasts)


def long(path: Path, library: str) -> pl.DataFrame:
    """A reference matrix as rows of core.feature_counts."""
    wide = pl.read_csv(path)
    return (
        wide.unpivot(index=wide.columns[0], variable_name="sample_name", value_name="count")
        .rename({wide.columns[0]: "feature_id"})
        .with_columns(
            pl.col("sample_name").alias("sample_id"),
            pl.col("count").cast(pl.Float64),
            library=pl.lit(library),
            object_id=pl.lit(f"object of {library}"),
            is_excluded=pl.lit(value=False),
        )
    )


def planned(about: Study, counts: pl.DataFrame) -> list[Part]:
    objects = counts.select("object_id").unique().with_columns(file_name=pl.col("object_id"), parser=pl.lit("matrix"))
    features = pl.DataFrame({"library": counts["library"].unique()})
    slices = {COUNTS: counts.select(FIELDS).unique(), OBJECTS: objects, FEATURES: features}
    return list(ANALYSIS.parts(about, slices))


def computed(part: Part, counts: pl.DataFrame) -> Computed:
    assert part.skip is None
    for column, values in part.where[COUNTS].items():
        counts = counts.filter(pl.col(column).is_in(list(values)))
    features = counts.select("library", "feature_id").unique()
    labels = features.with_columns(symbol=pl.col("feature_id").str.to_uppercase(), rna_class=pl.lit("mrna"))
    return ANALYSIS.run(part, {COUNTS: counts, FEATURES: labels})


def significant(table: pl.DataFrame, lfc: str, padj: str) -> set[str]:
    return set(table.filter((pl.col(lfc).abs() > 1) & (pl.col(padj) < 0.05))["feature_id"])


def reference(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, null_values=["NA"], infer_schema_length=None).rename({"": "feature_id"})


SIM = [{"sample": f"S{i + 1}", "condition": ("IL1b", "USC", "EXO")[i % 3], "donor": f"r{i // 3 + 1}"} for i in range(9)]
USC = ContrastRow(id="usc", reference="IL1b", target="USC")
EXO = ContrastRow(id="exo", reference="IL1b", target="EXO")


@pytest.fixture(scope="module")
def sparse(shared: Path) -> tuple[Study, pl.DataFrame]:
    """circRNA and gene counts of the same nine simulated cultures; the genes cut down to keep it quick."""
    circ = long(shared / "reference" / "sim3x3_circ_counts.csv.gz", "circrna")
    genes = long(shared / "reference" / "sim3x3_mrna_counts.csv.gz", "gene")
    few = genes["feature_id"].unique().sort()[:200]
    return study(SIM, USC, EXO), pl.concat([circ, genes.filter(pl.col("feature_id").is_in(few.implode()))])


@pytest.fixture(scope="module")
def airway(airway_night: Path) -> pl.DataFrame:
    """The paired airway contrast, as a night published it."""
    with Warehouse(airway_night).snapshot() as session:
        told = session.query("SELECT DISTINCT rule FROM ops.validation_results")
        assert set(told["rule"]) <= {"annotation_bias"}  # of enrichment; of the fit there is nothing to tell
        return session.read(TABLE, {"contrast_id": ["dex"], "method": ["deseq2"]})


def test_the_paired_airway_list_agrees_with_r(airway: pl.DataFrame, shared: Path) -> None:
    expected = reference(shared / "reference" / "airway_R_DESeq2.csv.gz")
    assert airway.height == 64102
    listed = set(airway.filter(pl.col("direction") != "ns")["feature_id"])
    assert listed == significant(airway, "log2_fold_change", "padj")
    assert listed == significant(expected, "log2FoldChange", "padj")
    joined = airway.join(expected, on="feature_id", suffix="_r")
    assert joined.filter(pl.col("pvalue").is_null() != pl.col("pvalue_r").is_null()).height == 0
    assert joined.filter((pl.col("base_mean") - pl.col("baseMean")).abs() > 1e-6).height == 0
    seen = joined.filter(pl.col("baseMean") > 10)
    assert (seen["log2_fold_change"] - seen["log2FoldChange"]).abs().quantile(0.99) < 0.02


def test_every_missing_statistic_of_airway_has_its_reason(airway: pl.DataFrame) -> None:
    reasons = airway.select("na_reason", pvalue=pl.col("pvalue").is_null(), padj=pl.col("padj").is_null()).unique()
    found = {r["na_reason"]: (r["pvalue"], r["padj"]) for r in reasons.to_dicts()}
    assert found == {None: (False, False), "low_count": (False, True), "all_zero": (True, True)}


def test_one_fit_gives_every_contrast_and_circrnas_are_scaled_as_asked(
    sparse: tuple[Study, pl.DataFrame], shared: Path
) -> None:
    _, counts = sparse
    about = study(SIM, USC, EXO, size_factors={"circrna": "poscounts"})
    (part,) = planned(about, counts.filter(pl.col("library") == "circrna"))
    done = computed(part, counts)
    table = done.frames[TABLE]
    assert table.group_by("contrast_id").len().sort("contrast_id").rows() == [("exo", 1500), ("usc", 1500)]
    expected = reference(shared / "reference" / "sim3x3_circ_R_DESeq2.csv.gz")
    usc = table.filter(pl.col("contrast_id") == "usc")
    assert significant(usc, "log2_fold_change", "padj") == significant(expected, "log2FoldChange", "padj")
    factors = pl.read_csv(shared / "reference" / "sim3x3_circ_R_sizefactors.csv.gz")
    found = done.frames[FACTORS].join(factors, left_on="sample_id", right_on="sample")
    assert found["size_factor"].to_list() == pytest.approx(found["sizeFactor"].to_list(), rel=1e-9)
    expression = done.frames[EXPRESSION]
    assert expression.height == 9 * usc.filter(pl.col("base_mean") > 0).height
    assert expression["value"].is_finite().all()
    assert usc["symbol"].drop_nulls().str.to_uppercase().equals(usc["symbol"].drop_nulls())


def test_circrnas_borrow_the_size_factors_of_the_genes_of_the_same_samples(sparse: tuple[Study, pl.DataFrame]) -> None:
    about, counts = sparse
    circ, gene = planned(about, counts)
    assert (circ.parameters["size_factors"], gene.parameters["size_factors"]) == ("linear", "ratio")
    assert circ.where[COUNTS]["library"] == ("circrna", "gene")
    without, _ = planned(about, counts.filter((pl.col("library") == "circrna") | (pl.col("sample_id") != "S1")))
    assert without.parameters["size_factors"] == "poscounts"
    own = computed(gene, counts).frames[FACTORS]["size_factor"]
    borrowed = computed(circ, counts).frames[FACTORS]
    assert borrowed["size_factor"].to_list() == own.to_list()
    assert borrowed["library"].unique().to_list() == ["circrna"]


def test_the_threshold_can_be_tested_and_rare_features_left_out(sparse: tuple[Study, pl.DataFrame]) -> None:
    _, counts = sparse
    counts = counts.filter(pl.col("library") == "gene")
    (plain,) = planned(study(SIM, USC), counts)
    (strict,) = planned(study(SIM, USC, threshold="test", min_count=500), counts)
    filtered, tested = (computed(p, counts).frames[TABLE] for p in (plain, strict))
    assert tested.height == filtered.height == 200
    both = filtered.join(tested, on="feature_id", suffix="_tested").drop_nulls("pvalue_tested")
    assert 0 < both.height < 200
    assert (both["pvalue_tested"] >= both["pvalue"] * 0.5).all()
    rare = tested.filter(pl.col("pvalue").is_null())
    assert set(rare["na_reason"]) <= {"low_count", "all_zero"}
    assert rare["base_mean"].null_count() == 0


def test_a_method_that_is_not_known_is_skipped_and_those_known_are_named(sparse: tuple[Study, pl.DataFrame]) -> None:
    parts = planned(study(SIM, USC, methods=["deseq2", "desq2"]), sparse[1])
    assert [p.key for p in parts if p.skip is None] == ["circrna, deseq2, ~ condition", "gene, deseq2, ~ condition"]
    for part in (p for p in parts if p.skip):
        assert "'desq2' is not known; expression.methods takes deseq2, limma_voom, limma_trend" in str(part.skip)


def test_the_paired_airway_list_of_voom_is_rs(airway_night: Path, shared: Path) -> None:
    with Warehouse(airway_night).snapshot() as session:
        found = session.read(TABLE, {"contrast_id": ["dex"], "method": ["limma_voom"]})
        factors = session.read(FACTORS, {"method": ["limma_voom"]})
    expected = reference(shared / "reference" / "airway_R_voom_paired.csv.gz")
    assert found.height == 64102
    tested = found.drop_nulls("stat")
    assert (
        tested.drop(["symbol", "na_reason", "shrunken_log2_fold_change", "shrunken_lfc_se"]).drop_nulls().height
        == expected.height
        == 16860
    )
    assert tested["na_reason"].null_count() == 16860
    joined = tested.join(expected, on="feature_id", validate="1:1")
    for mine, theirs in (("stat", "t"), ("log2_fold_change", "logFC"), ("padj", "adj.P.Val")):
        assert (joined[mine] - joined[theirs]).abs().max() < 1e-9  # type: ignore[operator]
    listed = set(found.filter(pl.col("direction") != "ns")["feature_id"])
    assert listed == significant(expected, "logFC", "adj.P.Val")
    left_out = found.filter(pl.col("stat").is_null())
    assert set(left_out.filter(pl.col("base_mean") == 0)["na_reason"]) == {"all_zero"}
    assert set(left_out.filter(pl.col("base_mean") > 0)["na_reason"]) == {"low_count"}
    samples = pl.read_csv(shared / "reference" / "airway_R_edgeR_samples_TMM.csv.gz").rename({"": "sample_id"})
    sizes = factors.join(samples, on="sample_id")
    ratios = sizes["lib.size"] * sizes["norm.factors"] / sizes["size_factor"]
    assert ratios.to_list() == pytest.approx([ratios[0]] * 8)


def test_limma_gives_every_contrast_of_one_fit_and_can_test_the_threshold(sparse: tuple[Study, pl.DataFrame]) -> None:
    counts = sparse[1].filter(pl.col("library") == "gene")
    both = ["limma_voom", "limma_trend"]
    plain, trend = planned(study(SIM, USC, EXO, methods=both), counts)
    assert [p.key for p in (plain, trend)] == ["gene, limma_voom, ~ condition", "gene, limma_trend, ~ condition"]
    tables = [computed(p, counts).frames[TABLE] for p in (plain, trend)]
    for table, method in zip(tables, both, strict=True):
        assert table["method"].unique().to_list() == [method]
        assert sorted(table.group_by("contrast_id").len().rows()) == [("exo", 200), ("usc", 200)]
    assert tables[0]["stat"].drop_nulls().to_list() != tables[1]["stat"].drop_nulls().to_list()
    (strict,) = planned(study(SIM, USC, methods=["limma_voom"], threshold="test", min_count=5000), counts)
    tested = computed(strict, counts).frames[TABLE]
    joined = tables[0].filter(pl.col("contrast_id") == "usc").join(tested, on="feature_id", suffix="_strict")
    fewer = joined.drop_nulls("pvalue_strict")
    assert 0 < fewer.height < joined.drop_nulls("pvalue").height
    assert (fewer["pvalue_strict"] > fewer["pvalue"]).mean() > 0.95  # type: ignore[operator]
    assert fewer.filter((pl.col("stat_strict") == 0) != (pl.col("log2_fold_change_strict").abs() < 1)).is_empty()


def test_limma_scales_circrnas_by_their_genes_and_otherwise_as_asked(sparse: tuple[Study, pl.DataFrame]) -> None:
    about, counts = study(SIM, USC, methods=["limma_voom"]), sparse[1]
    circ, gene = planned(about, counts)
    assert (circ.parameters["size_factors"], gene.parameters["size_factors"]) == ("linear", "tmm")
    own, borrowed = (computed(p, counts).frames[FACTORS]["size_factor"] for p in (gene, circ))
    assert borrowed.to_list() == pytest.approx(own.to_list())
    asked = study(SIM, USC, size_factors={"gene": "tmm", "circrna": "poscounts"}, methods=["limma_voom", "deseq2"])
    found = {p.key: computed(p, counts).frames[FACTORS]["size_factor"].to_list() for p in planned(asked, counts)}
    for library, tolerance in (("circrna", 1e-9), ("gene", 0.1)):  # TMM of limma is over the genes it tests
        limma, deseq2 = (found[f"{library}, {method}, ~ condition"] for method in ("limma_voom", "deseq2"))
        assert limma == pytest.approx(deseq2, rel=tolerance)


def test_fractional_counts_are_tested_by_limma_as_they_are(sparse: tuple[Study, pl.DataFrame]) -> None:
    genes = sparse[1].filter(pl.col("library") == "gene")
    fractional = genes.with_columns(count=pl.when(pl.col("count") > 0).then(pl.col("count") + 0.4).otherwise(0.0))
    (part,) = planned(study(SIM, USC, methods=["limma_voom"]), genes)
    whole, parts = computed(part, genes), computed(part, fractional)
    assert [p.rule for p in parts.problems] == ["lengths_unknown"]
    assert whole.problems == ()
    assert parts.frames[TABLE]["stat"].drop_nulls().to_list() != whole.frames[TABLE]["stat"].drop_nulls().to_list()


def test_shrunken_fold_changes_stand_beside_the_others_which_they_leave_alone(
    sparse: tuple[Study, pl.DataFrame],
) -> None:
    counts = sparse[1].filter(pl.col("library") == "gene")
    direct = ContrastRow(id="direct", reference="USC", target="EXO")
    (plain,) = planned(study(SIM, USC, direct), counts)
    (shrinking,) = planned(study(SIM, USC, direct, shrinkage="apeglm"), counts)
    (swapped,) = planned(
        study(SIM, ContrastRow(id="direct", reference="EXO", target="USC"), shrinkage="apeglm"), counts
    )
    unshrunken, both, other = (computed(p, counts) for p in (plain, shrinking, swapped))
    assert both.problems == unshrunken.problems
    table, names = both.frames[TABLE], ["shrunken_log2_fold_change", "shrunken_lfc_se"]
    assert table.drop(names).equals(unshrunken.frames[TABLE].drop(names))
    assert unshrunken.frames[TABLE].select(pl.col(names).is_not_null().any()).row(0) == (False, False)
    assert table.filter(pl.col("shrunken_log2_fold_change").is_null() != pl.col("lfc_se").is_null()).is_empty()
    nearer = table["shrunken_log2_fold_change"].abs() <= table["log2_fold_change"].abs() + 1e-3
    assert nearer.mean() > 0.99  # type: ignore[operator]
    mine = table.filter(pl.col("contrast_id") == "direct")["shrunken_log2_fold_change"].to_numpy()
    assert mine == pytest.approx(-other.frames[TABLE]["shrunken_log2_fold_change"].to_numpy(), abs=1e-2, nan_ok=True)
    (limma,) = planned(study(SIM, USC, methods=["limma_voom"], shrinkage="apeglm"), counts)
    done = computed(limma, counts)
    assert done.problems == ()
    assert done.frames[TABLE]["shrunken_log2_fold_change"].null_count() == 200


def test_dispersions_of_a_fit_are_kept(sparse: tuple[Study, pl.DataFrame], shared: Path) -> None:
    about = study(SIM, USC, size_factors={"circrna": "poscounts"}, methods=["deseq2", "limma_voom"])
    deseq2, limma = planned(about, sparse[1].filter(pl.col("library") == "circrna"))
    assert computed(limma, sparse[1]).frames[DISPERSIONS].is_empty()
    found = computed(deseq2, sparse[1]).frames[DISPERSIONS]
    expected = reference(shared / "reference" / "sim3x3_circ_R_DESeq2.csv.gz").filter(pl.col("baseMean") > 0)
    joined = found.join(expected, on="feature_id", validate="1:1", maintain_order="left", suffix="_r")
    assert joined.height == found.height == expected.height
    assert joined["dispersion"].to_numpy() == pytest.approx(joined["dispersion_r"].to_numpy(), rel=1e-4)
    assert joined["trend_dispersion"].to_numpy() == pytest.approx(joined["dispFit"].to_numpy(), rel=1e-4)
    assert joined["is_outlier"].equals(joined["dispOutlier"], check_names=False)
    assert 0 < joined["is_outlier"].sum() < 100
    assert found.select("library", "method", "fit", "trend").unique().rows() == [
        ("circrna", "deseq2", "~ condition", "parametric")
    ]


def test_designs_and_sources_that_cannot_be_fitted_are_skipped_with_the_reason(
    sparse: tuple[Study, pl.DataFrame],
) -> None:
    genes = sparse[1].filter(pl.col("library") == "gene")
    few = study(SIM[:5], USC, ContrastRow(id="own", reference="IL1b", target="USC", blocking=["replicate"]))
    assert all("'own'" not in str(p.skip) for p in planned(few, genes))
    twice = pl.concat([genes, genes.with_columns(object_id=pl.lit("second file"))])
    (conflict,) = planned(study(SIM, USC), twice)
    assert "second file" in str(conflict.skip)
    (decided,) = planned(study(SIM, USC, source={"gene": "second file"}), twice)
    assert decided.where[COUNTS]["object_id"] == ("second file",)


def test_counts_that_cannot_be_fitted_give_no_rows_and_say_why(sparse: tuple[Study, pl.DataFrame]) -> None:
    genes = sparse[1].filter(pl.col("library") == "gene")
    silent = genes.with_columns(count=pl.when(pl.col("sample_id") == "S4").then(0.0).otherwise("count"))
    (part,) = planned(study(SIM, USC), silent)
    done = computed(part, silent)
    assert [f.height for f in done.frames.values()] == [0, 0, 0, 0]
    assert [(p.rule, p.severity) for p in done.problems] == [("sample_without_reads", "local")]
    assert "S4" in str(done.problems[0])


def test_a_few_features_with_hardly_any_variation_are_fitted_without_a_crash() -> None:
    rows = [
        {
            "library": "mirna",
            "sample_id": s["sample"],
            "sample_name": s["sample"],
            "object_id": "o",
            "feature_id": f"m{i}",
        }
        | {"count": float(10 * i + (3 if s["condition"] == "USC" else 0)), "is_excluded": False}
        for s in SIM
        for i in range(12)
    ]
    counts = pl.DataFrame(rows)
    (part,) = planned(study(SIM, USC), counts)
    done = computed(part, counts)
    assert done.frames[TABLE].height == 12


@pytest.mark.parametrize("method", ["deseq2", "limma_voom"])
def test_a_least_number_of_reads_that_no_feature_has_is_told(sparse: tuple[Study, pl.DataFrame], method: str) -> None:
    genes = sparse[1].filter(pl.col("library") == "gene")
    (part,) = planned(study(SIM, USC, min_count=1e12, methods=[method]), genes)
    done = computed(part, genes)
    assert done.frames[TABLE].height == 0
    assert "Lower expression.min_count" in str(done.problems[-1])


def test_genes_that_cannot_scale_circrnas_are_named_as_the_cause(sparse: tuple[Study, pl.DataFrame]) -> None:
    about, counts = sparse
    is_lost = (pl.col("library") == "gene") & (pl.col("sample_id") == "S1")
    lost = counts.with_columns(count=pl.when(is_lost).then(0.0).otherwise("count"))
    done = computed(planned(about, lost)[0], lost)
    assert done.problems[-1].message.startswith("gene counts, whose size factors circRNAs take: S1 has no reads")
    assert "expression.size_factors {circrna: poscounts}" in done.problems[-1].remedy


def test_a_sample_without_circrnas_is_told_how_to_keep_its_genes(sparse: tuple[Study, pl.DataFrame]) -> None:
    about, counts = sparse
    is_lost = (pl.col("library") == "circrna") & (pl.col("sample_id") == "S1")
    lost = counts.with_columns(count=pl.when(is_lost).then(0.0).otherwise("count"))
    told = computed(planned(about, lost)[0], lost).problems[-1]
    assert told.message.startswith("S1 has no reads in any feature")
    assert "Name the file of circRNAs and the sample in exclusions.csv: its genes stay" in told.remedy
