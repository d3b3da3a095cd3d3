from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy import stats

from schemas.base import tables
from schemas.polars_schema import conform
from tasks.analyses.cerna_pairs import ANALYSIS, TABLE
from tasks.contracts import Computed, Part
from tasks.methods.cerna_expression import EXPRESSION
from tasks.methods.cerna_inputs import FEATURES, TARGETS, TESTS
from tests.tasks.analyses.cerna_frames import AXES, CONTRAST, TABLE_ROWS, frames, slices, study
from tests.tasks.methods.cerna_reference import POPULATION


def planned(samples: int = 6, **cerna: Any) -> tuple[Part, dict[str, pl.DataFrame]]:  # noqa: ANN401  # any key
    read = frames(AXES, TABLE_ROWS, samples)
    (part,) = ANALYSIS.parts(study(samples, **cerna), slices(read))
    assert part.skip is None
    return part, read


def computed(samples: int = 6, **cerna: Any) -> Computed:  # noqa: ANN401  # any key of the section
    return ANALYSIS.run(*planned(samples, **cerna))


def pairs(done: Computed, *columns: str) -> dict[tuple[str, ...], tuple[Any, ...]]:
    rows = done.frames[TABLE].sort("tier", "cerna_id", "mrna_id").select("tier", "cerna_id", "mrna_id", *columns).rows()
    return {row[:3]: row[3:] for row in rows}


def test_each_tier_is_a_family_of_its_own_over_changed_candidates() -> None:
    done = computed()
    whole = conform(done.frames[TABLE], tables()[TABLE], {"study_id": "s", "run_id": "r"})
    assert not whole.select(tables()[TABLE].key).is_duplicated().any()
    found = pairs(done, "shared_mirnas", "cerna_mirnas", "mrna_mirnas", "population", "family_size", "hyper_pvalue")
    assert found == {
        ("validated", "lnc1", "ENSG1"): (2, 2, 2, 2, 2, 1.0),
        ("validated", "lnc1", "ENSG2"): (1, 2, 1, 2, 2, 1.0),
        ("predicted", "circ1", "ENSG1"): (2, 2, 2, 2, 4, 1.0),
        ("predicted", "circ1", "ENSG2"): (1, 2, 1, 2, 4, 1.0),
        ("predicted", "lnc1", "ENSG1"): (2, 2, 2, 2, 4, 1.0),
        ("predicted", "lnc1", "ENSG2"): (1, 2, 1, 2, 4, 1.0),
    }
    assert done.frames[TABLE]["false_call_rate"].null_count() == 6  # nothing is called


def test_all_tested_rnas_are_candidates_where_the_study_says_so() -> None:
    found = pairs(computed(candidates="tested"), "family_size")
    assert found["predicted", "lnc2", "ENSG3"] == (9,)
    assert {ids[0] for ids in found} == {"validated", "predicted"}


def test_correlations_are_of_residuals_and_few_samples_are_told() -> None:
    part, read = planned()
    done = ANALYSIS.run(part, read)
    values = read[EXPRESSION].filter(pl.col("feature_id").is_in(["lnc1", "ENSG1"]))
    wide = values.pivot(on="sample_id", index="feature_id", values="value").drop("feature_id").to_numpy()
    index = np.arange(6)
    model = np.column_stack([np.ones(6), index % 2, index // 2 == 1, index // 2 == 2]).astype(float)
    rest = [v - model @ np.linalg.lstsq(model, v, rcond=None)[0] for v in wide]
    r = stats.pearsonr(*rest).statistic
    columns = ("correlation", "correlation_pvalue", "sensitivity_correlation", "sample_count", "na_reason")
    found = pairs(done, *columns)["validated", "lnc1", "ENSG1"]
    assert found[0] == pytest.approx(r, rel=1e-9)
    assert found[1] == pytest.approx(stats.t.sf(r * np.sqrt(1 / (1 - r**2)), 1), rel=1e-9)
    assert found[2:] == (None, 6, "too_few_samples")
    assert [p.rule for p in done.problems] == ["few_samples_for_cerna"]
    assert "6 samples" in done.problems[0].message


def test_sensitivity_correlation_comes_from_fifty_samples_up() -> None:
    found = computed(50)
    rows = found.frames[TABLE]
    assert found.problems == ()
    assert rows["sensitivity_correlation"].null_count() == 0
    assert rows["sensitivity_pvalue"].is_between(0, 1).all()
    assert rows["na_reason"].null_count() == rows.height
    assert computed(48).frames[TABLE]["sensitivity_correlation"].null_count() == rows.height


def test_gdcrnatools_mode_has_its_universe_and_its_sensitivity() -> None:
    done = computed(compatibility="gdcrnatools")
    rows = done.frames[TABLE]
    assert rows["sensitivity_correlation"].null_count() == 0
    assert rows["sensitivity_pvalue"].null_count() == rows.height
    assert rows["tier"].unique().to_list() == ["predicted"]  # one table of all tiers
    read = frames(AXES, [*TABLE_ROWS, ("hsa-miR-99a-5p", "ENSG9", "validated")])
    (part,) = ANALYSIS.parts(study(compatibility="gdcrnatools"), slices(read))
    assert ANALYSIS.run(part, read).frames[TABLE]["population"].unique().to_list() == [3]  # one is not in the study


def gdcrnatools_frames(shared: Path) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Inputs of GDCRNATools' run as the analysis reads them, and what it wrote."""
    names = ("lnc_targets_subset", "pc_targets_subset", "rna_expr", "mir_expr", "R_gdcCEAnalysis")
    lncs, genes, rnas, mirnas, expected = (pl.read_csv(shared / "reference" / f"ceRNA_{n}.csv.gz") for n in names)
    is_lnc = pl.col("feature_id").is_in(lncs["target"].implode())
    values = pl.concat(
        table.rename({"": "feature_id"})
        .unpivot(index="feature_id", variable_name="sample_id", value_name="value")
        .with_columns(library=pl.lit(library), run_id=pl.lit(f"run of {library}"), method=pl.lit("deseq2"))
        for table, library in ((rnas, "gene"), (mirnas, "mirna"))
    ).with_columns(
        pl.col("sample_id").str.to_lowercase(),
        fit=pl.lit("~ condition"),
        rna_class=pl.when(library="mirna")
        .then(pl.lit("mirna"))
        .when(is_lnc)
        .then(pl.lit("lncrna"))
        .otherwise(pl.lit("mrna")),
    )
    nodes = values.unique("feature_id", maintain_order=True).with_columns(symbol=pl.lit(None, pl.String))
    others = POPULATION - mirnas.height  # miRNAs of the whole target tables that their subsets lack
    elsewhere = pl.DataFrame({"mirna": [f"hsa-miR-{90000 + i}" for i in range(others)], "target": "ENSG09"})
    pairs = pl.concat([lncs, genes, elsewhere.select("target", "mirna")]).rename({"target": "target_id"})
    read = frames(AXES, TABLE_ROWS) | {
        TESTS: nodes.select("library", "run_id", "method", "feature_id", "symbol", "rna_class").with_columns(
            contrast_id=pl.lit(CONTRAST), pvalue=pl.lit(1e-6), log2_fold_change=pl.lit(2.0), direction=pl.lit("up")
        ),
        FEATURES: nodes.select("library", "feature_id", "symbol", "rna_class"),
        EXPRESSION: values.select("run_id", "library", "method", "fit", "sample_id", "feature_id", "value"),
        TARGETS: pairs.with_columns(
            target_symbol=pl.lit(None, pl.String),
            source=pl.lit("starBase"),
            evidence=pl.lit(None, pl.String),
            tier=pl.lit("predicted"),
            is_excluded=pl.lit(value=False),
        ),
    }
    return read, expected


def test_the_analysis_gives_every_pair_of_gdcrnatools_own_run_its_numbers(shared: Path) -> None:
    read, expected = gdcrnatools_frames(shared)
    samples = read[EXPRESSION]["sample_id"].unique().sort().to_list()
    about = study(len(samples), compatibility="gdcrnatools", candidates="de")
    renamed = dict(zip(samples, [s.sample for s in about.samples], strict=True))
    read[EXPRESSION] = read[EXPRESSION].with_columns(pl.col("sample_id").replace_strict(renamed))
    (part,) = ANALYSIS.parts(about, slices(read))
    rows = ANALYSIS.run(part, read).frames[TABLE]
    assert rows.select("population", "family_size").unique().rows() == [(POPULATION, 12_000)]
    both = expected.join(rows, left_on=["lncRNAs", "Genes"], right_on=["cerna_id", "mrna_id"])
    assert both.height == expected.height == rows.height == 3646
    assert both["shared_mirnas"].to_list() == both["Counts"].to_list()
    for own, theirs in (
        ("hyper_pvalue", "hyperPValue"),
        ("correlation", "cor"),
        ("correlation_pvalue", "corPValue"),
        ("regulation_similarity", "regSim"),
        ("sensitivity_correlation", "sppc"),
        ("fold_enrichment", "foldEnrichment"),
    ):
        np.testing.assert_allclose(both[own], both[theirs], rtol=0, atol=1e-12, equal_nan=False, err_msg=theirs)


def test_without_normalised_values_pairs_are_tested_and_the_reason_stands() -> None:
    read = frames(AXES, TABLE_ROWS)
    bare = read | {EXPRESSION: read[EXPRESSION].clear()}
    (part,) = ANALYSIS.parts(study(), slices(bare))
    done = ANALYSIS.run(part, bare)
    assert done.frames[TABLE]["na_reason"].unique().to_list() == ["no_expression"]
    assert done.frames[TABLE].height == 6
    assert [p.rule for p in done.problems] == ["no_expression"]


def test_a_feature_that_does_not_vary_has_no_correlation() -> None:
    part, read = planned()
    flat = read[EXPRESSION].with_columns(
        pl.when(pl.col("feature_id") == "lnc1").then(1.0).otherwise("value").alias("value")
    )
    found = pairs(ANALYSIS.run(part, read | {EXPRESSION: flat}), "correlation", "na_reason")
    assert found["validated", "lnc1", "ENSG1"] == (None, "constant_expression")
    assert found["predicted", "circ1", "ENSG1"][0] is not None


def test_another_methods_values_serve_where_the_primary_one_has_none() -> None:
    read = frames(AXES, TABLE_ROWS, method="limma_voom")
    other = frames(AXES, TABLE_ROWS)
    renamed = {
        name: other[name].with_columns(pl.col("run_id") + " 2") for name in other if "run_id" in other[name].columns
    }
    tests = next(name for name in renamed if name != EXPRESSION)
    both = read | {EXPRESSION: renamed[EXPRESSION], tests: pl.concat([read[tests], renamed[tests]])}
    (part,) = ANALYSIS.parts(study(primary="limma_voom"), slices(both))
    assert part.where[EXPRESSION]["run_id"] == tuple(f"run of {lib} 2" for lib in ("circrna", "gene", "mirna"))
    assert len(part.parameters["levels"]) == 6


def test_nothing_changed_is_an_answer() -> None:
    read = frames({k: (kind, c, 0.9) for k, (kind, c, _) in AXES.items()}, TABLE_ROWS)
    (part,) = ANALYSIS.parts(study(), slices(read))
    done = ANALYSIS.run(part, read)
    assert done.frames[TABLE].is_empty()
    assert "no changed lncRNA or circRNA shares a miRNA" in done.problems[-1].message


def test_calls_that_popular_mirnas_make_are_told() -> None:
    rng = np.random.default_rng(3)
    kinds = {"lnc": "lncrna", "g": "mrna"}
    ids = [f"{kind}{i}" for kind in kinds for i in range(30)]
    changes = {i: (kinds[i.rstrip("0123456789")], 2.0, 1e-6) for i in ids}
    mirnas = [f"hsa-miR-{i}-5p" for i in range(1, 81)]
    changes |= dict.fromkeys(mirnas, ("mirna", -2.0, 1e-06))
    weight = rng.lognormal(0, 1.5, 80)
    targets = [(mirnas[m], i, "predicted") for i in ids for m in np.argsort(rng.exponential(size=80) / weight)[:12]]
    read = frames(changes, targets)
    (part,) = ANALYSIS.parts(study(), slices(read))
    done = ANALYSIS.run(part, read)
    assert done.frames[TABLE]["false_call_rate"].min() > 0.5
    assert [p.rule for p in done.problems] == ["few_samples_for_cerna", "popular_mirnas"]


def test_of_a_family_too_large_for_the_table_the_strongest_pairs_are_stored_and_the_rest_is_told() -> None:
    part, read = planned(candidates="tested")
    whole = ANALYSIS.run(part, read).frames[TABLE].filter(tier="predicted")
    assert whole["sharing_count"].unique().to_list() == [whole.height]
    done = ANALYSIS.run(replace(part, parameters={**part.parameters, "stored": 4}), read)
    few = done.frames[TABLE].filter(tier="predicted")
    assert few.height == 4
    assert few["sharing_count"].unique().to_list() == [whole.height]
    assert few["hyper_pvalue"].sort().to_list() == whole["hyper_pvalue"].sort().head(4).to_list()
    keys = ["cerna_id", "mrna_id"]
    assert_frame_equal(few.sort(keys), whole.join(few, on=keys, how="semi").sort(keys))
    told = [p.message for p in done.problems if p.rule == "pairs_not_stored"]
    assert any(f"{whole.height} predicted ceRNA pairs share a miRNA and 0 are significant" in text for text in told)
