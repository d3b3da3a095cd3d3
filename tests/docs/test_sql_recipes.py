"""Every query of docs/sql-recipes.md runs, and finds what it says it finds."""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb
import pytest

from tests.memory_warehouse import insert_row, memory_warehouse
from tests.sql_recipes import RECIPES, TEXT

STUDY = "ivdd_usc_exosomes"
CONDITIONS = ("control", "il1b", "il1b_usc", "il1b_exo")


@pytest.fixture(scope="module")
def tiny() -> Iterator[duckdb.DuckDBPyConnection]:
    """One donor's cultures, one plate, one run, two genes: at least a row for every recipe."""
    with memory_warehouse() as con:
        study = {"study_id": STUDY}
        insert_row(con, "core.studies", **study, manifest='{"expression": {"primary": "deseq2"}}')
        raw = {**study, "object_id": "o"}
        insert_row(con, "core.raw_objects", **raw, file_name="landing/plate.txt", status="loaded")
        insert_row(con, "core.raw_objects", **study, object_id="n", file_name="landing/notes.txt", status="ignored")
        well = {"time_h": 72.0, "well": "C02", "flag": "over_range"}
        insert_row(con, "core.plate_wells", **raw, **well, sample_id="NP1_il1b", value=3.2)
        insert_row(con, "result.plate_quality", **raw, plate="P1", time_h=72.0, z_prime=0.7)
        for order, condition in enumerate(CONDITIONS):
            culture = {**study, "sample_id": f"NP1_{condition}"}
            insert_row(con, "core.samples", **culture, condition=condition, condition_order=order, donor_id="NP1")
            insert_row(con, "result.viability", **culture, time_h=72.0, percent_viability=100.0 - order)
            insert_row(con, "result.qpcr_fold_changes", **culture, target="ACAN", fold_change=2.0**order)
        insert_row(con, "result.qpcr_reference_stability", **study, target="GAPDH", sample_count=4)
        exosomes = {**study, "material_id": "EXO_U1"}
        insert_row(con, "core.materials", **exosomes, kind="exosome")
        insert_row(con, "core.particle_summaries", **exosomes, is_pooled=True, d50_nm=120.0)
        pair = {"comparison_id": "viability_all", "group_a": "control", "group_b": "il1b", "time_h": 72.0}
        insert_row(con, "result.pairwise_tests", **study, **pair, role="primary", padj=0.01)
        with_it = {"role": "including_excluded", "put_back": "well C02 of landing/plate.txt (bubble)", "padj": 0.2}
        insert_row(con, "result.pairwise_tests", **study, **pair, **with_it)
        count = {"library": "gene", "feature_id": "g1"}
        insert_row(con, "core.features", **study, **count, symbol="FOS")
        insert_row(con, "core.feature_counts", **raw, **count, sample_id="NP1_il1b", count=30.0)
        factor = {"library": "gene", "method": "deseq2", "sample_id": "NP1_il1b", "size_factor": 1.5}
        insert_row(con, "result.sample_size_factors", **study, **factor)
        for contrast in ("usc_vs_il1b", "exo_vs_il1b"):
            for feature, symbol, change in (("g1", "FOS", 2.5), ("g2", "ACAN", 1.7)):
                gene = {"library": "gene", "feature_id": feature, "symbol": symbol, "method": "deseq2"}
                row = {
                    "contrast_id": contrast,
                    "log2_fold_change": change,
                    "pvalue": 1e-5,
                    "padj": 0.001,
                    "direction": "up",
                }
                insert_row(con, "result.differential_expression", **study, **gene, **row)
        both = {"feature_id": "g1", "symbol": "FOS", "contrasts": "usc_vs_il1b;exo_vs_il1b", "directions": "up;up"}
        insert_row(con, "result.expression_overlaps", **study, **both, is_consistent=True)
        sample = {"library": "gene", "sample_id": "NP1_il1b"}
        insert_row(con, "result.expression_quality", **study, **sample, top_symbol="COL1A1")
        power = {"contrast_id": "usc_vs_il1b", "library": "gene", "detectable_fold_change": 2.13}
        used = {"threshold": "filter", "fold_change": 2.0, "fdr": 0.05, "size_factors": "ratio", "min_count": None}
        fit = {"analysis": "differential_expression", "part": "gene, deseq2, ~ donor + condition", "status": "done"}
        insert_row(con, "ops.analysis_runs", **study, **fit, parameters=json.dumps(used), versions="{}")
        insert_row(con, "result.expression_power", **study, **power, note="80 % power from 2.1-fold")
        insert_row(con, "result.rescue", **study, comparison_id="viability_all", treatment="il1b_usc", rescue=0.55)
        network = {"contrast_id": "usc_vs_il1b"}
        hub = {"feature_id": "g1", "symbol": "FOS", "rna_class": "mrna", "hub_rank": 1, "is_hub": True, "degree": 2}
        insert_row(con, "result.cerna_nodes", **study, **network, **hub)
        for cerna, is_significant in (("c1", True), ("c2", False)):
            triplet = {"cerna_id": cerna, "mirna_id": "m1", "mirna_symbol": "hsa-miR-21-5p", "mrna_id": "g1"}
            state = {"is_consistent": True, "is_significant": is_significant}
            insert_row(con, "result.cerna_triplets", **study, **network, **triplet, **state)
        yield con


def test_the_page_has_its_recipes() -> None:
    assert len(RECIPES) == TEXT.count("```sql") >= 10


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_runs_and_finds_rows(tiny: duckdb.DuckDBPyConnection, title: str) -> None:
    assert tiny.execute(RECIPES[title]).fetchall()


def test_viability_over_time_has_a_value_under_its_time(tiny: duckdb.DuckDBPyConnection) -> None:
    rows = tiny.execute(RECIPES["One table of viability over time"]).fetchall()
    assert sorted(rows) == [
        (name, None, None, None, 100.0 - order)
        for order, name in sorted(enumerate(CONDITIONS), key=lambda item: item[1])
    ]


def test_recipes_find_what_they_say(tiny: duckdb.DuckDBPyConnection) -> None:
    (fos,) = tiny.execute(RECIPES["Normalised counts of one gene"]).fetchall()
    assert fos == ("NP1_il1b", "il1b", "NP1", 20.0)
    (acan,) = tiny.execute(RECIPES["Does qPCR agree with sequencing?"]).fetchall()
    assert acan == ("ACAN", pytest.approx(2.0), 1.7, 0.001)
    changed = tiny.execute(RECIPES["How many features changed"]).fetchall()
    assert changed == [("exo_vs_il1b", "gene", "deseq2", 2, 0, 2), ("usc_vs_il1b", "gene", "deseq2", 2, 0, 2)]
    both = tiny.execute(RECIPES["Genes changed in both contrasts, in the same direction"]).fetchall()
    assert both == [("ACAN", 1.7, 1.7), ("FOS", 2.5, 2.5)]
    tops = tiny.execute(RECIPES["Do both methods agree?"]).fetchall()
    assert tops[0] == ("exo_vs_il1b", "gene", 1, "FOS", 2.5, 0.001, None, None)
    methods = tiny.execute(RECIPES["What to write in the methods section"]).fetchall()
    assert methods == [("gene, deseq2, ~ donor + condition", "filter", "2.0", "0.05", "ratio", "none", "{}")]
    (hub,) = tiny.execute(RECIPES["Hubs of the ceRNA networks"]).fetchall()
    assert (hub[3], *hub[5:]) == ("FOS", 2, 2, 1, "hsa-miR-21-5p")
    power = tiny.execute(RECIPES["What could this number of samples show?"]).fetchall()
    assert power == [("usc_vs_il1b", "gene", 2.1, "80 % power from 2.1-fold")]
